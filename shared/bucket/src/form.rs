//! Forms by which browsers upload.
//!
//! Amazon S3 API Reference, "Browser-Based Uploads Using POST (AWS Signature Version 4)".

use std::collections::BTreeMap;

use aws_sigv4::sign::v4;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{Attachment, Error, Timestamp, UPLOAD_WITHIN};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{Bucket, Part, sign::SERVICE};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// A form that uploads one file: its fields, then the file in the field `file`, as `multipart/form-data`.
#[derive(Clone, Debug, Serialize)]
pub struct UploadForm {
    /// Where to.
    pub url: String,
    /// How.
    pub method: &'static str,
    /// What stands before the file.
    pub fields: BTreeMap<&'static str, String>,
}

impl Bucket {
    /// The form that uploads `attachment`: no other key, type or size, and not after [`UPLOAD_WITHIN`].
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
        Ok(UploadForm { url: self.0.url.to_string(), method: "POST", fields })
    }
}
