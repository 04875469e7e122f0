//! "Sharing objects with presigned URLs" and "Authenticating requests: using query parameters".

use std::time::Duration;

use super::{BUCKET, Signer, error, refusal};
use crate::harness::Runtime;

const NOW: Duration = Duration::ZERO;

async fn with_object() -> (Runtime, Signer) {
    let runtime = Runtime::start().await;
    let function = Signer::of(&runtime, "/uploader").await;
    function.put("uploads/a", "0123456789").await;
    (runtime, function)
}

#[tokio::test]
async fn a_presigned_url_gives_the_object_with_the_headers_that_are_signed_in() {
    let (runtime, function) = with_object().await;
    let url = function.presigned("uploads/a", NOW).await;
    assert!(url.starts_with(&format!("{}/{BUCKET}/uploads/a?", runtime.url)), "{url}");
    let response = runtime.http.get(&url).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "image/png");
    assert_eq!(response.headers()["content-disposition"], "inline; filename*=UTF-8''a%20b.png");
    assert_eq!(response.headers()["accept-ranges"], "bytes");
    assert!(response.headers().contains_key("x-amz-request-id"));
    assert_eq!(response.text().await.unwrap(), "0123456789");
}

/// "Downloading objects": `Range` as in RFC 9110.
#[tokio::test]
async fn a_range_is_a_part_of_the_object() {
    let (runtime, function) = with_object().await;
    let url = function.presigned("uploads/a", NOW).await;
    let part = async |range: &str| {
        let response = runtime.http.get(&url).header("range", range).send().await.unwrap();
        let content_range = response.headers().get("content-range").map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), content_range.unwrap_or_default(), response.text().await.unwrap())
    };
    assert_eq!(part("bytes=0-3").await, (206, "bytes 0-3/10".to_owned(), "0123".to_owned()));
    assert_eq!(part("bytes=7-").await, (206, "bytes 7-9/10".to_owned(), "789".to_owned()));
    assert_eq!(part("bytes=-2").await, (206, "bytes 8-9/10".to_owned(), "89".to_owned()));
    let (status, _, body) = part("bytes=10-").await;
    assert!(status == 416 && body.contains("<Code>InvalidRange</Code>"), "{status} {body}");
}

#[tokio::test]
async fn a_presigned_url_that_was_changed_or_has_expired_gives_nothing() {
    let (runtime, function) = with_object().await;
    let url = function.presigned("uploads/a", NOW).await;
    let get = async |url: &str| refusal(runtime.http.get(url).send().await.unwrap()).await;
    for (from, to) in
        [("uploads/a?", "uploads/b?"), ("image%2Fpng", "text%2Fhtml"), ("X-Amz-Expires=60", "X-Amz-Expires=61")]
    {
        assert!(url.contains(from), "{url}");
        assert_eq!(get(&url.replace(from, to)).await, error(403, "SignatureDoesNotMatch"), "{from}");
    }
    let signature = url.split_once("X-Amz-Signature=").unwrap().1;
    let changed = url.replace(&signature[..64], &"0".repeat(64));
    assert_eq!(get(&changed).await, error(403, "SignatureDoesNotMatch"));
    let token = url.split('&').find(|pair| pair.starts_with("X-Amz-Security-Token=")).unwrap();
    assert_eq!(get(&url.replace(token, "X-Amz-Security-Token=x")).await, error(400, "InvalidToken"));
    assert_eq!(get(&url.replace(&format!("&{token}"), "")).await, error(403, "InvalidAccessKeyId"));
    let expired = function.presigned("uploads/a", Duration::from_mins(2)).await;
    let response = runtime.http.get(expired).send().await.unwrap();
    assert_eq!(response.status(), 403);
    assert!(response.text().await.unwrap().contains("<Message>Request has expired</Message>"));
}

/// A client that sends its token with every request gets an error: "Only one auth mechanism allowed".
#[tokio::test]
async fn a_presigned_url_goes_without_an_authorization_header() {
    let (runtime, function) = with_object().await;
    let url = function.presigned("uploads/a", NOW).await;
    let both = runtime.http.get(url).header("authorization", "Bearer x").send().await.unwrap();
    assert_eq!(refusal(both).await, error(400, "InvalidArgument"));
}

/// "Limiting presigned URL capabilities": it has the rights of its signer.
#[tokio::test]
async fn a_presigned_url_has_the_rights_of_its_signer() {
    let (runtime, function) = with_object().await;
    let url = function.presigned("private/a", NOW).await;
    assert_eq!(refusal(runtime.http.get(url).send().await.unwrap()).await, error(403, "AccessDenied"));
    runtime.says("Uploader lacks s3:GetObject on arn:aws:s3:::files/private/a").await;
}

#[tokio::test]
async fn a_request_that_nobody_has_signed_is_refused() {
    let (runtime, _) = with_object().await;
    let path = format!("/{BUCKET}/uploads/a");
    assert_eq!(refusal(runtime.get(&path).await).await, error(403, "AccessDenied"));
    let put = runtime.http.put(format!("{}{path}", runtime.url)).body("other").send().await.unwrap();
    assert_eq!(refusal(put).await, error(403, "AccessDenied"));
    let version_2 = runtime.get(&format!("{path}?AWSAccessKeyId=a&Expires=1999999999&Signature=x")).await;
    assert_eq!(refusal(version_2).await, error(400, "InvalidRequest"));
}
