//! Forms with which browsers upload.
//!
//! Amazon S3 API Reference, "Browser-Based Uploads Using POST (AWS Signature Version 4)".

use std::collections::BTreeMap;

use aws_sigv4::sign::v4;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{Attachment, Error, Timestamp, UPLOAD_WITHIN};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{Bucket, key::Part, sign::SERVICE};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// A form that uploads one file: its fields, then the file in the field `file`, as `multipart/form-data`.
#[derive(Clone, Debug, Serialize)]
pub struct UploadForm {
    /// The URL to send the form to.
    pub url: String,
    /// The method to send it with.
    pub method: &'static str,
    /// The fields before the file.
    pub fields: BTreeMap<&'static str, String>,
}

impl Bucket {
    /// The form that uploads `attachment`. S3 refuses another key, type or size, and the form after [`UPLOAD_WITHIN`].
    pub fn form(&self, attachment: &Attachment, now: Timestamp) -> Result<UploadForm, Error> {
        let settings = &self.0.settings;
        let time = now.basic();
        let date = time.split('T').next().unwrap_or_default();
        let mut fields = BTreeMap::from([
            ("Content-Type", attachment.content_type.as_str().to_owned()),
            ("key", Part::Upload.key(attachment.id)),
            ("x-amz-algorithm", ALGORITHM.to_owned()),
            (
                "x-amz-credential",
                format!("{}/{date}/{}/{SERVICE}/aws4_request", settings.credentials.access_key_id(), settings.region),
            ),
            ("x-amz-date", time.clone()),
        ]);
        if let Some(token) = settings.credentials.session_token() {
            fields.insert("x-amz-security-token", token.to_owned());
        }
        let mut conditions: Vec<Value> = fields.iter().map(|(&name, value)| json!({ name: value })).collect();
        conditions.push(json!({ "bucket": self.0.name }));
        conditions.push(json!(["content-length-range", attachment.size, attachment.size]));
        let policy = json!({ "expiration": now + UPLOAD_WITHIN, "conditions": conditions });
        let policy = STANDARD.encode(policy.to_string());
        let key =
            v4::generate_signing_key(settings.credentials.secret_access_key(), now.into(), &settings.region, SERVICE);
        fields.insert("x-amz-signature", v4::calculate_signature(key, policy.as_bytes()));
        fields.insert("policy", policy);
        Ok(UploadForm { url: self.0.public_url.to_string(), method: "POST", fields })
    }
}

#[cfg(test)]
mod tests {
    use domain::MediaType;

    use super::*;
    use crate::tests::{THEN, attachment, bucket};

    #[test]
    fn a_form_fixes_key_type_and_size_and_ends() {
        let form = bucket("http://127.0.0.1:8000", Some("token")).form(&attachment(MediaType::Png, "a"), THEN).unwrap();
        assert_eq!((&*form.url, form.method), ("http://127.0.0.1:8000/examplebucket/", "POST"));
        assert_eq!(form.fields["x-amz-credential"], "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request");
        assert_eq!(form.fields["x-amz-date"], "20130524T000000Z");
        let policy = STANDARD.decode(&form.fields["policy"]).unwrap();
        let policy: Value = serde_json::from_slice(&policy).unwrap();
        assert_eq!(policy["expiration"], "2013-05-24T00:10:00.000Z");
        let conditions = policy["conditions"].as_array().unwrap();
        for condition in [
            json!({"bucket": "examplebucket"}),
            json!({"key": "uploads/07070707-0707-4707-8707-070707070707"}),
            json!({"Content-Type": "image/png"}),
            json!({"x-amz-security-token": "token"}),
            json!(["content-length-range", 5, 5]),
        ] {
            assert!(conditions.contains(&condition), "{condition}");
        }
    }
}
