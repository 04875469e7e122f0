//! Files that are part of a function: a page, and what belongs to it.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use domain::Error;
use lambda_http::{
    Body, RequestExt,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS},
    },
    service_fn,
};

use crate::{
    Fatal,
    http::{REQUEST_ID, Request, Response},
    problem::Problem,
};

/// A file that is served as it is.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Its path, without a slash at the end.
    pub path: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// What is in it.
    pub content: &'static str,
}

/// Serves files until the process ends, each under its path with and without a slash at the end. Browsers keep them,
/// and ask each time whether they have changed.
///
/// `policy` is the `Content-Security-Policy` of each.
///
/// # Errors
/// The Lambda runtime is gone.
pub async fn serve(policy: &'static str, files: &'static [File]) -> Result<(), Fatal> {
    lambda_http::tracing::init_default_subscriber();
    let answers: BTreeMap<&str, Response> = files.iter().map(|file| (file.path, answer(policy, file))).collect();
    let answers = &answers;
    lambda_http::run(service_fn(move |request: Request| async move {
        let path = request.raw_http_path().trim_end_matches('/');
        let mut response = match answers.get(path) {
            Some(answer) => revalidated(request.headers(), answer.clone()),
            None => Problem::report(Error::NotFound).response(),
        };
        let id = request.lambda_context_ref().and_then(|context| HeaderValue::from_str(&context.request_id).ok());
        response.headers_mut().extend(id.map(|id| (HeaderName::from_static(REQUEST_ID), id)));
        Ok::<_, Infallible>(response)
    }))
    .await
}

fn answer(policy: &'static str, file: &File) -> Response {
    let mut response = Response::new(Body::from(file.content));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::try_from(tag(file.content)) {
        headers.insert(ETAG, tag);
    }
    response
}

fn tag(content: &str) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

/// 304 without a body where the client has the file already (RFC 9110, section 13.1.2).
fn revalidated(request: &HeaderMap, mut response: Response) -> Response {
    let had = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let had = had.flat_map(|tags| tags.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
    let tag = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok());
    if tag.is_some_and(|tag| had.into_iter().any(|had| had == tag || had == "*")) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::Empty;
        response.headers_mut().remove(CONTENT_TYPE);
    }
    response
}
