//! Serves files that are embedded in a function: a page with its assets, compressed if the client can read that.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    convert::Infallible,
    hash::{DefaultHasher, Hash, Hasher as _},
    io::Write as _,
    mem,
    sync::OnceLock,
};

use aws_lambda_events::query_map::QueryMap;
use domain::{Error, Refusal};
use flate2::{Compression, write::GzEncoder};
use lambda_http::{
    Body, RequestExt,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{
            ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
            ETAG, IF_NONE_MATCH, LOCATION, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    service_fn,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tracing::Instrument as _;

use crate::{
    Fatal, edge,
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

/// How long a client may keep a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cache {
    /// For ever, because other content has another path.
    Forever,
    /// Until it has changed. The client asks each time.
    AskFirst,
}

/// Serves files until the process ends, each under its path with and without a slash at the end. Another path that ends
/// in a slash is redirected to the path without it: it may be a call that API Gateway has not recognised.
///
/// `policy` is the `Content-Security-Policy` of each.
///
/// # Errors
/// The policy is not a valid header, or the Lambda runtime is gone.
pub async fn serve(policy: &str, files: Vec<File>) -> Result<(), Fatal> {
    let site = Site::new(policy, files)?;
    let site = &site;
    lambda_http::run(service_fn(move |mut request: Request| {
        let admitted = edge::take_address(&mut request);
        let call = log::call(network(&request).ok());
        let answer = async move {
            let answer = admitted.and_then(|()| site.answer(&request));
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

/// The unreserved characters of RFC 3986 and the slash stay as they are in a path.
const OUTSIDE_PATHS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

struct Site {
    policy: HeaderValue,
    /// By path.
    files: BTreeMap<Cow<'static, str>, Served>,
}

struct Served {
    file: File,
    /// Made for the first request that wants it, so that a start does not read files that may never be requested.
    compressed: OnceLock<Option<Vec<u8>>>,
}

impl Served {
    /// The content, compressed if the client can read that, with its tag and its encoding.
    fn content(&self, request: &HeaderMap) -> Result<(HeaderValue, Option<&'static str>, Body), Error> {
        let plain = &self.file.content;
        let compress = || self.compressed.get_or_init(|| gzip(plain.as_bytes())).as_deref();
        let (encoding, suffix, body) = match reads_gzip(request).then(compress).flatten() {
            Some(compressed) => (Some("gzip"), "-gzip", Body::from(compressed)),
            None => (None, "", Body::from(plain.clone())),
        };
        // Two encodings are two representations (RFC 9110, section 8.8.3).
        let tag = HeaderValue::try_from(format!("\"{}{suffix}\"", fingerprint(&**plain)));
        Ok((tag.map_err(|error| Error::internal("tagging a file", error))?, encoding, body))
    }
}

impl Site {
    fn new(policy: &str, files: Vec<File>) -> Result<Self, Fatal> {
        let files = files.into_iter().map(|file| (file.path.clone(), Served { file, compressed: OnceLock::new() }));
        Ok(Self { policy: HeaderValue::try_from(policy)?, files: files.collect() })
    }

    fn answer(&self, request: &Request) -> Result<Response, Error> {
        let path = match request.raw_http_path().trim_end_matches('/') {
            "" => "/",
            path => path,
        };
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        match self.files.get(path).filter(|_| is_read) {
            Some(served) => self.file(served, request.headers()),
            None if path.len() < request.raw_http_path().len() => {
                // Not from the URL: `lambda_http` makes it of the decoded path, whose question marks begin no query.
                redirect(path, request.query_string_parameters_ref().map(QueryMap::to_query_string))
            }
            None => Err(Refusal::NotFound.into()),
        }
    }

    fn file(&self, served: &Served, request: &HeaderMap) -> Result<Response, Error> {
        let file = &served.file;
        let (tag, encoding, body) = served.content(request)?;
        let mut response = Response::default();
        if knows(request, &tag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.content_type));
            headers.extend(encoding.map(|encoding| (CONTENT_ENCODING, HeaderValue::from_static(encoding))));
            *response.body_mut() = body;
        }
        let headers = response.headers_mut();
        headers.insert(ETAG, tag);
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
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

/// Sends a client to a path of this host (RFC 9110, section 15.4.9). Without slashes at its beginning, and with all
/// reserved characters encoded, it cannot name another host.
fn redirect(path: &str, query: Option<String>) -> Result<Response, Error> {
    let path = utf8_percent_encode(path.trim_start_matches('/'), OUTSIDE_PATHS);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let location = HeaderValue::try_from(format!("/{path}{query}"));
    let mut response = Response::default();
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    let headers = response.headers_mut();
    headers.insert(LOCATION, location.map_err(|error| Error::internal("redirecting", error))?);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(STRICT_TRANSPORT_SECURITY, TLS_ONLY);
    Ok(response)
}

/// Whether the client reads gzip, the one encoding that all browsers and tools know (RFC 9110, section 12.5.3).
fn reads_gzip(request: &HeaderMap) -> bool {
    list(request, ACCEPT_ENCODING).any(|accepted| {
        let (coding, weight) = accepted.split_once(';').unwrap_or((accepted, "q=1"));
        let refused = weight.trim().strip_prefix("q=").is_none_or(|weight| weight.parse().is_ok_and(|q: f32| q <= 0.0));
        coding.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

fn gzip(content: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).ok()?;
    encoder.finish().ok()
}

/// Whether the client has the file already (RFC 9110, section 13.1.2).
fn knows(request: &HeaderMap, tag: &HeaderValue) -> bool {
    let mut known = list(request, IF_NONE_MATCH).map(|tag| tag.trim_start_matches("W/"));
    known.any(|known| known == "*" || known.as_bytes() == tag.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use proptest::prelude::*;

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
        ask(Method::GET, path, known.map(|known| (IF_NONE_MATCH, known)))
    }

    fn ask(method: Method, target: &str, header: Option<(HeaderName, &str)>) -> Result<Response, Error> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query: QueryMap = query.parse().unwrap();
        let mut request = Request::default().with_raw_http_path(path).with_query_string_parameters(query);
        *request.method_mut() = method;
        request.headers_mut().extend(header.map(|(name, value)| (name, value.parse().unwrap())));
        site().answer(&request)
    }

    #[test]
    fn a_file_is_at_its_path_with_and_without_a_slash_and_nowhere_else() {
        for (path, content) in [("/", "page"), ("", "page"), ("/a/b.txt", "part"), ("/a/b.txt/", "part")] {
            assert_eq!(get(path, None).unwrap().body(), &Body::from(content), "{path}");
        }
        for path in ["/a", "/b.txt", "/a/../a/b.txt", "/a/b.txt/c"] {
            assert!(matches!(get(path, None), Err(Error::Refused(Refusal::NotFound))), "{path}");
        }
        assert!(matches!(ask(Method::POST, "/a/b.txt", None), Err(Error::Refused(Refusal::NotFound))));
    }

    #[test]
    fn another_path_loses_its_slash_and_keeps_its_query() {
        for (target, location) in [
            ("/a/", "/a"),
            ("/auth/login/", "/auth/login"),
            ("/find-user/?username=a%20b%26%C3%A4", "/find-user?username=a+b%26%C3%A4"),
            ("/list-chatrooms/?x", "/list-chatrooms?x="),
            ("/a b/ä///", "/a%20b/%C3%A4"),
            ("//evil.example/", "/evil.example"),
        ] {
            for method in [Method::GET, Method::POST, Method::DELETE] {
                let response = ask(method, target, None).unwrap();
                assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT, "{target}");
                assert_eq!(response.headers()[LOCATION], location);
            }
        }
    }

    #[test]
    fn a_question_mark_in_a_path_begins_no_query() {
        let mut request = Request::default().with_raw_http_path("/a?b/");
        *request.uri_mut() = "/a?b/".parse().unwrap();
        assert_eq!(site().answer(&request).unwrap().headers()[LOCATION], "/a%3Fb");
    }

    proptest! {
        /// A browser resolves the location against the host that it has asked, and stays there.
        #[test]
        fn a_redirect_stays_on_its_host(path in r"[/\\a-z@:.%?# \r\n\t\x00é]{1,20}") {
            let response = redirect(&path, None).unwrap();
            let location = response.headers()[LOCATION].to_str().unwrap();
            prop_assert!(location.starts_with('/') && !location.starts_with("//"), "{location}");
            prop_assert!(!location.contains(['\\', ':', '@', '?', '#']), "{location}");
        }
    }

    #[test]
    fn who_reads_gzip_gets_it_under_a_tag_of_its_own() {
        let accepting = |accepted| ask(Method::GET, "/", Some((ACCEPT_ENCODING, accepted))).unwrap();
        let plain = get("/", None).unwrap();
        for accepted in ["gzip", "br, GZIP;q=0.5", "deflate, gzip, zstd"] {
            let compressed = accepting(accepted);
            assert_eq!(compressed.headers()[CONTENT_ENCODING], "gzip", "{accepted}");
            let mut content = String::new();
            flate2::read::GzDecoder::new(&**compressed.body()).read_to_string(&mut content).unwrap();
            assert_eq!(content, "page");
            assert_ne!(compressed.headers()[ETAG], plain.headers()[ETAG]);
            assert_eq!([&compressed, &plain].map(|answer| &answer.headers()[VARY]), ["accept-encoding"; 2]);
            let tag = compressed.headers()[ETAG].to_str().unwrap();
            assert_eq!(get("/", Some(tag)).unwrap().status(), StatusCode::OK, "the client has the other encoding");
        }
        for accepted in ["identity", "br", "gzip;q=0", "gzip; q=0.000", ""] {
            assert_eq!(accepting(accepted).headers().get(CONTENT_ENCODING), None, "{accepted}");
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
