//! Serves files that are embedded in a function: a page with its assets.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    convert::Infallible,
    hash::{DefaultHasher, Hash, Hasher as _},
    mem,
};

use domain::{Error, Refusal};
use lambda_http::{
    Body, RequestExt,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY,
            STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    service_fn,
};
use tracing::Instrument as _;

use crate::{
    Fatal,
    headers::list,
    http::{Request, Response, TLS_ONLY, network, request_id},
    log,
    problem::Problem,
};

/// A file that is served as it is.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path, which ends in a slash only if it is `/`.
    pub path: Cow<'static, str>,
    /// Its media type.
    pub content_type: &'static str,
    /// Its content.
    pub content: Cow<'static, str>,
    /// How long clients may keep it.
    pub cache: Cache,
}

impl File {
    /// Computed per request, so that a start does not read files that may never be requested.
    fn tag(&self) -> Result<HeaderValue, Error> {
        let tag = format!("\"{}\"", fingerprint(&*self.content));
        HeaderValue::try_from(tag).map_err(|error| Error::internal("tagging a file", error))
    }
}

/// How long a client may keep a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cache {
    /// For ever, because other content has another path.
    Forever,
    /// Until it has changed. The client asks each time.
    AskFirst,
}

/// Serves files until the process ends, each under its path with and without a slash at the end.
///
/// `policy` is the `Content-Security-Policy` of each.
///
/// # Errors
/// The policy is not a valid header, or the Lambda runtime is gone.
pub async fn serve(policy: &str, files: Vec<File>) -> Result<(), Fatal> {
    let site = Site::new(policy, files)?;
    let site = &site;
    lambda_http::run(service_fn(move |request: Request| {
        let call = log::call(network(&request).ok());
        let answer = async move {
            let answer = site.answer(request.raw_http_path(), request.headers());
            let mut response = answer.unwrap_or_else(|error| Problem::report(error).response());
            response.headers_mut().extend(request_id(&request));
            if request.method() == Method::HEAD {
                leave_out_body(&mut response);
            }
            Ok::<_, Infallible>(response)
        };
        answer.instrument(call)
    }))
    .await
}

/// Makes the answer to `HEAD` of that to `GET` (RFC 9110, sections 9.3.2 and 8.6).
fn leave_out_body(response: &mut Response) {
    let body = mem::replace(response.body_mut(), Body::Empty);
    if !body.is_empty() {
        response.headers_mut().insert(CONTENT_LENGTH, body.len().into());
    }
}

/// The hash of content. Hashes of different builds cannot be compared.
pub fn fingerprint(content: &(impl Hash + ?Sized)) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

struct Site {
    policy: HeaderValue,
    /// By path.
    files: BTreeMap<Cow<'static, str>, File>,
}

impl Site {
    fn new(policy: &str, files: Vec<File>) -> Result<Self, Fatal> {
        let files = files.into_iter().map(|file| (file.path.clone(), file));
        Ok(Self { policy: HeaderValue::try_from(policy)?, files: files.collect() })
    }

    fn answer(&self, path: &str, request: &HeaderMap) -> Result<Response, Error> {
        let path = match path.trim_end_matches('/') {
            "" => "/",
            path => path,
        };
        let file = self.files.get(path).ok_or(Refusal::NotFound)?;
        let tag = file.tag()?;
        let mut response = Response::default();
        if knows(request, &tag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(file.content_type));
            *response.body_mut() = Body::from(file.content.clone());
        }
        let headers = response.headers_mut();
        headers.insert(ETAG, tag);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(file.cache.control()));
        headers.insert(CONTENT_SECURITY_POLICY, self.policy.clone());
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(STRICT_TRANSPORT_SECURITY, TLS_ONLY);
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        for name in ["cross-origin-opener-policy", "cross-origin-resource-policy"] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static("same-origin"));
        }
        Ok(response)
    }
}

impl Cache {
    const fn control(self) -> &'static str {
        match self {
            Self::Forever => "public, max-age=31536000, immutable",
            Self::AskFirst => "no-cache",
        }
    }
}

/// Whether the client has the file already (RFC 9110, section 13.1.2).
fn knows(request: &HeaderMap, tag: &HeaderValue) -> bool {
    let mut known = list(request, IF_NONE_MATCH).map(|tag| tag.trim_start_matches("W/"));
    known.any(|known| known == "*" || known.as_bytes() == tag.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        let file = |path, content, cache| File {
            path: Cow::Borrowed(path),
            content_type: "text/plain",
            content: Cow::Borrowed(content),
            cache,
        };
        let files = vec![file("/", "page", Cache::AskFirst), file("/a/b.txt", "part", Cache::Forever)];
        Site::new("default-src 'none'", files).unwrap()
    }

    fn get(path: &str, known: Option<&str>) -> Result<Response, Error> {
        let known = known.map(|known| (IF_NONE_MATCH, known.parse().unwrap()));
        site().answer(path, &known.into_iter().collect())
    }

    #[test]
    fn a_file_is_at_its_path_with_and_without_a_slash_and_nowhere_else() {
        for (path, content) in [("/", "page"), ("", "page"), ("/a/b.txt", "part"), ("/a/b.txt/", "part")] {
            assert_eq!(get(path, None).unwrap().body(), &Body::from(content), "{path}");
        }
        for path in ["/a", "/a/", "/b.txt", "/a/../a/b.txt", "/a/b.txt/c"] {
            assert!(matches!(get(path, None), Err(Error::Refused(Refusal::NotFound))), "{path}");
        }
    }

    #[test]
    fn whoever_has_a_file_is_not_sent_it_again() {
        let first = get("/", None).unwrap();
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(first.headers()[CACHE_CONTROL], "no-cache");
        let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
        for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
            let again = get("/", Some(&known)).unwrap();
            assert_eq!((again.status(), again.body()), (StatusCode::NOT_MODIFIED, &Body::Empty), "{known}");
            assert_eq!(again.headers()[ETAG], first.headers()[ETAG]);
        }
        assert_eq!(get("/", Some("\"other\"")).unwrap().status(), StatusCode::OK);
        assert_ne!(get("/a/b.txt", None).unwrap().headers()[ETAG], first.headers()[ETAG]);
    }
}
