//! Turns a function's answer into a response as API Gateway does.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::Value;

/// The structured answer of payload format 2.0. Null fields count as absent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    headers: Option<BTreeMap<String, Scalar>>,
    multi_value_headers: Option<BTreeMap<String, Vec<Scalar>>>,
    cookies: Option<Vec<String>>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
}

/// The value of a header, which may be a number or a flag.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Number(serde_json::Number),
    Flag(bool),
}

impl Scalar {
    fn value(&self) -> Option<HeaderValue> {
        match self {
            Self::Text(text) => HeaderValue::from_bytes(text.as_bytes()),
            Self::Number(number) => HeaderValue::from_str(&number.to_string()),
            Self::Flag(flag) => HeaderValue::from_str(&flag.to_string()),
        }
        .ok()
    }
}

/// The response of `payload` to a request with this method, or `None` if its format is wrong.
///
/// A payload that is not an object with `statusCode` is read as in AWS's own emulator, which follows live HTTP APIs
/// (aws/aws-lambda-dotnet, `InvokeResponseExtensions.cs`).
pub(super) fn response(method: &Method, payload: &[u8]) -> Option<Response> {
    let answer: Answer = match serde_json::from_slice(payload) {
        Ok(Value::Object(answer)) if answer.contains_key("statusCode") => {
            serde_json::from_value(Value::Object(answer)).ok()?
        }
        Ok(Value::String(text)) => return inferred(text.into()),
        Ok(_) | Err(_) => return inferred(payload.to_vec()),
    };
    let body = answer.body.unwrap_or_default();
    let body =
        if answer.is_base64_encoded.unwrap_or_default() { STANDARD.decode(body).ok()? } else { body.into_bytes() };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(answer.status_code).ok()?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=UTF-8"));
    for (name, value) in answer.headers.unwrap_or_default() {
        headers.insert(allowed(&name)?, value.value()?);
    }
    for (name, values) in answer.multi_value_headers.unwrap_or_default() {
        let name = allowed(&name)?;
        headers.remove(&name);
        for value in values {
            headers.append(&name, value.value()?);
        }
    }
    for cookie in answer.cookies.unwrap_or_default() {
        headers.append(header::SET_COOKIE, HeaderValue::from_str(&cookie).ok()?);
    }
    // The gateway computes these itself, except the length of a body that `HEAD` leaves out.
    if method != Method::HEAD {
        headers.remove(header::CONTENT_LENGTH);
    }
    headers.remove(header::TRANSFER_ENCODING);
    Some(response)
}

/// The response of an answer without `statusCode`: its body. The gateway does not check that it is JSON.
fn inferred(body: Vec<u8>) -> Option<Response> {
    Response::builder().header(header::CONTENT_TYPE, "application/json").body(Body::from(body)).ok()
}

fn allowed(name: &str) -> Option<HeaderName> {
    HeaderName::from_bytes(name.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    async fn parts(answer: Value) -> (u16, axum::http::HeaderMap, String) {
        let response = response(&Method::GET, answer.to_string().as_bytes()).unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        (parts.status.as_u16(), parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_structured_answer_is_taken_apart() {
        let answer = json!({
            "statusCode": 201, "headers": {"X-A": "1", "x-n": 2}, "multiValueHeaders": {"x-a": ["3", "4"]},
            "cookies": ["a=1; Secure", "b=2"], "body": "aGk=", "isBase64Encoded": true,
        });
        let (status, headers, body) = parts(answer).await;
        assert_eq!((status, body.as_str()), (201, "hi"));
        assert_eq!(headers.get_all("x-a").iter().collect::<Vec<_>>(), ["3", "4"]);
        assert_eq!(headers["x-n"], "2");
        assert_eq!(headers.get_all("set-cookie").iter().count(), 2);
    }

    #[tokio::test]
    async fn an_answer_without_a_status_is_a_body() {
        for (answer, expected) in [(json!({"hello": 1}), r#"{"hello":1}"#), (json!("hi"), "hi"), (json!([1]), "[1]")] {
            let (status, headers, body) = parts(answer).await;
            assert_eq!((status, body.as_str()), (200, expected));
            assert_eq!(headers["content-type"], "application/json");
        }
        assert!(response(&Method::GET, b"no json").is_some());
    }

    #[test]
    fn an_answer_of_a_wrong_format_is_no_response() {
        for answer in [json!({"statusCode": "x"}), json!({"statusCode": 99}), json!({"statusCode": 200, "headers": 1})]
        {
            assert!(response(&Method::GET, answer.to_string().as_bytes()).is_none(), "{answer}");
        }
    }
}
