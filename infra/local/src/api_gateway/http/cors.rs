//! Cross-origin rules. An API with such rules answers preflights itself, and sets the headers itself.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html>

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
};
use template::Cors;

const CORS_HEADERS: [HeaderName; 6] = [
    header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
    header::ACCESS_CONTROL_ALLOW_HEADERS,
    header::ACCESS_CONTROL_ALLOW_METHODS,
    header::ACCESS_CONTROL_ALLOW_ORIGIN,
    header::ACCESS_CONTROL_EXPOSE_HEADERS,
    header::ACCESS_CONTROL_MAX_AGE,
];

/// The answer to a preflight, if the request is one.
pub(super) fn preflight(cors: &Cors, parts: &Parts) -> Option<Response> {
    if parts.method != Method::OPTIONS || !parts.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
        return None;
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    if allow_origin(cors, &parts.headers, headers) {
        list(headers, header::ACCESS_CONTROL_ALLOW_METHODS, &cors.allow_methods);
        list(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, &cors.allow_headers);
        if let Some(seconds) = cors.max_age {
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, seconds.into());
        }
    }
    Some(response)
}

/// Replaces the integration's headers about origins by those of the API's rules.
pub(super) fn apply(cors: &Cors, request: &HeaderMap, response: &mut HeaderMap) {
    for name in CORS_HEADERS {
        response.remove(name);
    }
    if allow_origin(cors, request, response) {
        list(response, header::ACCESS_CONTROL_EXPOSE_HEADERS, &cors.expose_headers);
    }
}

fn allow_origin(cors: &Cors, request: &HeaderMap, response: &mut HeaderMap) -> bool {
    let Some(origin) = request.get(header::ORIGIN) else {
        return false;
    };
    let allows = |candidate: &str| cors.allow_origins.iter().any(|allowed| allowed == candidate);
    let allowed = if allows("*") {
        HeaderValue::from_static("*")
    } else if origin.to_str().is_ok_and(allows) {
        response.append(header::VARY, HeaderValue::from_static("Origin"));
        origin.clone()
    } else {
        return false;
    };
    response.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    if cors.allow_credentials {
        response.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    true
}

fn list(headers: &mut HeaderMap, name: HeaderName, items: &[String]) {
    if let Ok(value) = HeaderValue::from_str(&items.join(","))
        && !items.is_empty()
    {
        headers.insert(name, value);
    }
}
