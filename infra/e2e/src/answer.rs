//! The answer to a call, and the assertions that the contract makes about every answer.

use reqwest::{
    RequestBuilder, StatusCode, Url,
    header::{HeaderMap, LINK},
};
use serde_json::Value;

use crate::contract::{self, CONTRACT};

/// The answer to one HTTP call.
#[derive(Debug)]
pub struct Answer {
    call: String,
    url: Url,
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, unchanged.
    pub body: String,
}

impl Answer {
    /// Sends a request and reads its whole answer. Asserts that both are as `openapi.yaml` describes.
    pub async fn to(request: RequestBuilder) -> Self {
        let (client, request) = request.build_split();
        let request = request.expect("a request of a journey can be built");
        let url = request.url().clone();
        let call = format!("{} {url}", request.method());
        let described = CONTRACT.call(&request);
        let response = client.execute(request).await.unwrap_or_else(|error| panic!("{call}: {error:?}"));
        let answer = Self {
            call,
            url,
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.expect("the body can be read to its end"),
        };
        CONTRACT.assert_answer(&described, answer.status, &answer.headers, &answer.body);
        answer
    }

    /// Asserts a success and returns its body.
    #[track_caller]
    pub fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{} gave {}", self.call, self.body);
        assert_eq!(self.header("content-type"), Some("application/json"), "{}", self.call);
        self.assert_request_id();
        self.json()
    }

    /// Asserts an error in the form of RFC 9457 and the contract.
    #[track_caller]
    pub fn refuses(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{} gave {}", self.call, self.body);
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.call);
        self.assert_request_id();
        let problem = self.json();
        assert_eq!(problem["code"], code, "{} gave {}", self.call, self.body);
        assert_eq!(problem["status"], status);
        assert_eq!(problem["type"], "about:blank");
        let title = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
        assert_eq!(problem["title"].as_str(), title);
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{}", self.body);
        if status == 401 {
            assert_eq!(self.header("www-authenticate"), Some("Bearer"), "{}", self.call);
        }
        if matches!(status, 429 | 503) {
            assert!(self.retry_after() >= 1, "{}", self.call);
        }
    }

    /// Asserts that the function has died, so that API Gateway answered in its place.
    #[track_caller]
    pub fn is_broken(&self) {
        assert_eq!(self.status, 500, "{} gave {}", self.call, self.body);
        assert_eq!(self.json()["message"], "Internal Server Error", "{}", self.call);
    }

    /// Asserts a validation error that has a reason for this field.
    #[track_caller]
    pub fn blames(&self, field: &str) {
        self.refuses(400, "invalid_request");
        let problem = self.json();
        let reasons = problem["errors"][field].as_array();
        let reasons = reasons.unwrap_or_else(|| panic!("{field} is not blamed: {}", self.body));
        assert!(!reasons.is_empty(), "{}", self.body);
        assert!(reasons.iter().all(Value::is_string), "{}", self.body);
    }

    /// The seconds of `Retry-After`.
    #[track_caller]
    pub fn retry_after(&self) -> u64 {
        let header = self.header("retry-after").unwrap_or_else(|| panic!("{}: no Retry-After", self.call));
        header.parse().unwrap_or_else(|_| panic!("Retry-After: {header}"))
    }

    /// The path and query of the list's next page.
    #[track_caller]
    pub fn next(&self) -> Option<String> {
        next_page(&self.url, &self.headers)
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} gave {:?}", self.call, self.body))
    }

    /// A header's value, if the answer has it.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    #[track_caller]
    fn assert_request_id(&self) {
        let id = self.header("x-request-id");
        assert!(id.is_some_and(|id| !id.is_empty()), "{}: no x-request-id", self.call);
    }
}

/// The path and query of the page after the one at `url`: the `Link` with `rel="next"`, resolved against it (RFC 8288,
/// section 3.2).
#[track_caller]
pub fn next_page(url: &Url, headers: &HeaderMap) -> Option<String> {
    let link = headers.get(LINK)?.to_str().expect("a link is text");
    let reference = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\""));
    let next = url.join(reference.unwrap_or_else(|| panic!("Link: {link}"))).expect("a link is a reference");
    Some(format!("{}?{}", contract::path(&next), next.query().unwrap_or_default()))
}
