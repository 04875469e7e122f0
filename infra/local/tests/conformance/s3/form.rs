//! "Browser-based uploads using POST" and "Creating a POST policy".

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use time::OffsetDateTime;

use super::{BUCKET, Signer, error, recorded, refusal};
use crate::harness::Runtime;

/// "RESTObjectPOST": without `success_action_status` the answer is 204 and empty.
#[tokio::test]
async fn a_form_that_keeps_to_its_policy_makes_an_object() {
    let runtime = Runtime::start().await;
    let function = Signer::of(&runtime, "/uploader").await;
    let response = function.form("uploads/a", "image/png", 5).post(&runtime, b"bytes").await;
    assert_eq!(response.status(), 204, "{}", response.text().await.unwrap());
    assert_eq!(response.headers()["etag"], "\"4b3a6218bb3e3a7303e8a171a60fcf92\"");
    assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example");
    let object = function.client().get_object().bucket(BUCKET).key("uploads/a").send().await.unwrap();
    assert_eq!(object.content_type(), Some("image/png"));
    assert_eq!(object.body.collect().await.unwrap().to_vec(), b"bytes");
    let used = recorded(&runtime, "used").await.to_string();
    assert!(
        used.contains(r#""action":"s3:PutObject","function":"Uploader","resource":"arn:aws:s3:::files/uploads/*""#)
    );
}

#[tokio::test]
async fn a_form_may_ask_for_another_answer_and_for_tags() {
    let runtime = Runtime::start().await;
    let function = Signer::developer(&runtime);
    let mut form = function.form("uploads/a", "image/png", 5);
    let tagging = "<Tagging><TagSet><Tag><Key>unsent</Key><Value>true</Value></Tag></TagSet></Tagging>";
    let policy = String::from_utf8(STANDARD.decode(form.get("policy")).unwrap()).unwrap();
    let more = r#""conditions":[["starts-with","$tagging",""],["eq","$success_action_status","201"],"#;
    form.set("policy", &STANDARD.encode(policy.replacen("\"conditions\":[", more, 1)));
    let form = form.with("tagging", tagging).with("success_action_status", "201");
    let response = form.post_from(&runtime, &runtime.url, b"bytes").await;
    assert_eq!(response.status(), 201);
    assert!(response.text().await.unwrap().contains("<Key>uploads/a</Key>"));
    let tags = function.client().get_object_tagging().bucket(BUCKET).key("uploads/a").send().await.unwrap();
    assert_eq!((tags.tag_set()[0].key(), tags.tag_set()[0].value()), ("unsent", "true"));
}

/// Violations of a form's policy, and the errors of S3.
#[tokio::test]
async fn a_form_that_breaks_its_policy_is_refused_and_changes_nothing() {
    let runtime = Runtime::start().await;
    let function = Signer::of(&runtime, "/uploader").await;
    let form = function.form("uploads/a", "image/png", 5);
    let denied = error(403, "AccessDenied");
    let past = OffsetDateTime::now_utc() - Duration::from_secs(1);
    let wider =
        STANDARD.encode(String::from_utf8_lossy(&STANDARD.decode(form.get("policy")).unwrap()).replace('5', "9"));
    let cases = [
        (form.clone(), "123456", error(400, "EntityTooLarge")),
        (form.clone(), "1234", error(400, "EntityTooSmall")),
        (form.clone().with("Content-Type", "text/html"), "bytes", denied.clone()),
        (form.clone().with("key", "uploads/b"), "bytes", denied.clone()),
        (form.clone().with("x-amz-meta-a", "1"), "bytes", denied.clone()),
        (function.form_until(past, "uploads/a", "image/png", 5), "bytes", denied.clone()),
        (form.clone().with("x-amz-signature", &"0".repeat(64)), "bytes", error(403, "SignatureDoesNotMatch")),
        (form.clone().with("policy", &wider), "bytes", error(403, "SignatureDoesNotMatch")),
        (form.clone().without("x-amz-security-token"), "bytes", error(403, "InvalidAccessKeyId")),
        (form.clone().with("x-amz-security-token", "another"), "bytes", error(400, "InvalidToken")),
        (form.clone().without("policy"), "bytes", denied.clone()),
        (form.clone().without("x-amz-signature"), "bytes", denied.clone()),
        (form.clone().without("key"), "bytes", denied.clone()),
        (form.clone().with("x-ignore-it", &"x".repeat(21 * 1024)), "bytes", error(400, "MaxPostPreDataLengthExceeded")),
    ];
    for (number, (form, file, expected)) in cases.into_iter().enumerate() {
        let refused = refusal(form.post(&runtime, file.as_bytes()).await).await;
        assert_eq!(refused, expected, "case {number}");
    }
    let there = Signer::developer(&runtime).client().list_objects_v2().bucket(BUCKET).send().await.unwrap();
    assert_eq!(there.key_count(), Some(0));
}

/// "Access control": a form has the rights of the policy's signer.
#[tokio::test]
async fn a_form_has_the_rights_of_its_signer() {
    let runtime = Runtime::start().await;
    let librarian = Signer::of(&runtime, "/librarian").await;
    let refused = librarian.form("uploads/a", "image/png", 5).post(&runtime, b"bytes").await;
    assert_eq!(refusal(refused).await, error(403, "AccessDenied"));
    runtime.says("Librarian lacks s3:PutObject on arn:aws:s3:::files/uploads/a").await;
    runtime.says("Resource: !Sub '${<the bucket files>.Arn}/uploads/*'").await;
}

/// "Sender's credentials end with the session, not with the instance".
#[tokio::test]
async fn what_an_instance_has_signed_outlives_it() {
    let runtime = Runtime::start().await;
    let function = Signer::of(&runtime, "/uploader").await;
    let form = function.form("uploads/a", "image/png", 5);
    runtime.get("/uploader?do=exit&with=0").await;
    assert_eq!(form.post(&runtime, b"bytes").await.status(), 204);
}

/// A file of a hundred megabytes, with less memory than that.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_large_file_goes_to_disk_and_not_to_memory() {
    let runtime = Runtime::start().await;
    let function = Signer::of(&runtime, "/uploader").await;
    let file = vec![7; 100 * 1024 * 1024];
    let response = function.form("uploads/a", "video/mp4", file.len()).post(&runtime, &file).await;
    assert_eq!(response.status(), 204);
    let copied = runtime.http.get(function.presigned("uploads/a", Duration::ZERO).await).send().await.unwrap();
    assert!(copied.bytes().await.unwrap() == file);
    let status = std::fs::read_to_string(format!("/proc/{}/status", runtime.pid())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kilobytes < 100 * 1024, "{kilobytes} kB");
}
