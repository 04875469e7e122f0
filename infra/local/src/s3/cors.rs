//! Cross-origin rules of a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html>

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};
use s3s::S3Error;
use template::CorsRule;
use wildmatch::WildMatch;

use super::error::named;
use crate::headers;

/// Whether the request is a preflight.
pub(super) fn is_preflight(parts: &Parts) -> bool {
    parts.method == Method::OPTIONS
}

/// The headers of the answer to a preflight.
pub(super) fn preflight(rules: &[CorsRule], request: &HeaderMap) -> Result<HeaderMap, S3Error> {
    let origin = text(request, &header::ORIGIN).ok_or_else(|| {
        named("BadRequest", StatusCode::BAD_REQUEST, "Insufficient information. Origin request header needed.")
    })?;
    let method = text(request, &header::ACCESS_CONTROL_REQUEST_METHOD).unwrap_or_default();
    let asked: Vec<_> = headers::list(request, header::ACCESS_CONTROL_REQUEST_HEADERS).map(str::to_lowercase).collect();
    let rule = find(rules, origin, method).filter(|rule| {
        asked.iter().all(|name| {
            rule.allowed_headers.iter().any(|allowed| WildMatch::new_case_insensitive(allowed).matches(name))
        })
    });
    let Some(rule) = rule else {
        let message = "CORSResponse: This CORS request is not allowed. This is usually because the evalution of \
                       Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are \
                       not whitelisted by the resource's CORS spec.";
        return Err(named("AccessForbidden", StatusCode::FORBIDDEN, message));
    };
    let mut headers = granted(rule, origin);
    set(&mut headers, header::ACCESS_CONTROL_ALLOW_HEADERS, &asked);
    Ok(headers)
}

/// The additional headers of the answer to a request from another origin.
pub(super) fn of_answer(rules: &[CorsRule], method: &Method, request: &HeaderMap) -> HeaderMap {
    let origin = text(request, &header::ORIGIN);
    let rule = origin.and_then(|origin| Some((find(rules, origin, method.as_str())?, origin)));
    rule.map(|(rule, origin)| granted(rule, origin)).unwrap_or_default()
}

fn find<'a>(rules: &'a [CorsRule], origin: &str, method: &str) -> Option<&'a CorsRule> {
    rules.iter().find(|rule| {
        rule.allowed_origins.iter().any(|allowed| WildMatch::new(allowed).matches(origin))
            && rule.allowed_methods.iter().any(|allowed| allowed == method)
    })
}

fn granted(rule: &CorsRule, origin: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let is_any = rule.allowed_origins.iter().any(|allowed| allowed == "*");
    set(&mut headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, &[if is_any { "*" } else { origin }]);
    if !is_any {
        set(&mut headers, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, &["true"]);
    }
    set(&mut headers, header::ACCESS_CONTROL_ALLOW_METHODS, &rule.allowed_methods);
    set(&mut headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, &rule.exposed_headers);
    if let Some(seconds) = rule.max_age {
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, seconds.into());
    }
    let depends = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
    set(&mut headers, header::VARY, &[depends]);
    headers
}

fn set(headers: &mut HeaderMap, name: HeaderName, items: &[impl AsRef<str>]) {
    let items: Vec<_> = items.iter().map(AsRef::as_ref).collect();
    if let Ok(value) = HeaderValue::from_str(&items.join(", "))
        && !items.is_empty()
    {
        headers.insert(name, value);
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
