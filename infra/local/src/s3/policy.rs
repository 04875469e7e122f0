//! The policies of forms.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html>

use std::{collections::BTreeMap, ops::RangeInclusive};

use s3s::{
    S3Result,
    post_policy::{PostPolicy, PostPolicyCondition},
    s3_error,
};
use time::OffsetDateTime;

/// The fields of a form before its file, by names in lower case.
pub(super) type Fields = BTreeMap<String, String>;

/// Checks `fields` against the policy among them, and returns the allowed sizes of the file, in bytes.
pub(super) fn check(fields: &Fields, bucket: &str, now: OffsetDateTime) -> S3Result<RangeInclusive<u64>> {
    let policy = fields.get("policy").ok_or_else(|| s3_error!(AccessDenied, "Access Denied"))?;
    let policy =
        PostPolicy::from_base64(policy).map_err(|error| s3_error!(InvalidPolicyDocument, "Invalid Policy: {error}"))?;
    if OffsetDateTime::from(policy.expiration) <= now {
        return Err(s3_error!(AccessDenied, "Invalid according to Policy: Policy expired."));
    }
    let mut sizes = 0..=u64::MAX;
    let mut covered = Vec::new();
    for condition in policy.conditions {
        let (operator, field, wanted) = match condition {
            PostPolicyCondition::ContentLengthRange { min, max } => {
                sizes = min..=max;
                continue;
            }
            PostPolicyCondition::Eq { field, value } => ("eq", field, value),
            PostPolicyCondition::StartsWith { field, prefix } => ("starts-with", field, prefix),
        };
        let found = fields.get(&field).map(String::as_str).or_else(|| (field == "bucket").then_some(bucket));
        let holds = match operator {
            "eq" => found == Some(wanted.as_str()),
            _ => found.unwrap_or_default().starts_with(&wanted),
        };
        if !holds {
            return Err(s3_error!(
                AccessDenied,
                "Invalid according to Policy: Policy Condition failed: [\"{operator}\", \"${field}\", \"{wanted}\"]"
            ));
        }
        covered.push(field);
    }
    match fields.keys().find(|name| !covered.contains(name) && !needs_no_condition(name)) {
        Some(extra) => Err(s3_error!(AccessDenied, "Invalid according to Policy: Extra input fields: {extra}")),
        None => Ok(sizes),
    }
}

fn needs_no_condition(field: &str) -> bool {
    matches!(field, "policy" | "x-amz-signature") || field.starts_with("x-ignore-")
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use serde_json::{Value, json};
    use time::macros::datetime;

    use super::*;

    #[track_caller]
    fn sentence(conditions: &Value, fields: &[(&str, &str)]) -> String {
        let policy = json!({"expiration": "2026-01-01T00:10:00.000Z", "conditions": conditions}).to_string();
        let own = [("policy", STANDARD.encode(policy)), ("x-amz-signature", "0".to_owned())];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        let fields = own.chain(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect();
        match check(&fields, "files", datetime!(2026-01-01 00:00 UTC)) {
            Ok(sizes) => format!("{sizes:?}"),
            Err(error) => error.message().unwrap_or_default().to_owned(),
        }
    }

    #[test]
    fn every_condition_must_hold_and_every_field_have_one() {
        let conditions = json!([
            {"bucket": "files"},
            ["eq", "$key", "a"],
            ["starts-with", "$Content-Type", "image/"],
            ["content-length-range", 2, 3],
        ]);
        let fields = [("key", "a"), ("content-type", "image/png")];
        assert_eq!(sentence(&conditions, &fields), "2..=3");
        assert_eq!(
            sentence(&conditions, &[("key", "b"), ("content-type", "image/png")]),
            "Invalid according to Policy: Policy Condition failed: [\"eq\", \"$key\", \"a\"]"
        );
        assert_eq!(
            sentence(&conditions, &[("key", "a"), ("content-type", "text/html")]),
            "Invalid according to Policy: Policy Condition failed: [\"starts-with\", \"$content-type\", \"image/\"]"
        );
        assert_eq!(
            sentence(&conditions, &[("key", "a"), ("content-type", "image/png"), ("x-amz-meta-a", "1")]),
            "Invalid according to Policy: Extra input fields: x-amz-meta-a"
        );
        assert_eq!(sentence(&conditions, &[fields[0], fields[1], ("x-ignore-a", "1")]), "2..=3");
        assert!(sentence(&json!([{"bucket": "others"}]), &[]).contains("\"$bucket\""));
    }
}
