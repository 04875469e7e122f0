//! Answers: what is where, how long it may be kept, and what the page may do.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use lambda_http::{
    Body, Error, Response,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
};

use crate::files::{FILES, File, PAGE};

const NEVER_CHANGES: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_FIRST: HeaderValue = HeaderValue::from_static("no-cache");

/// The page and its files for one deployment.
#[derive(Debug)]
pub(crate) struct Site {
    page: String,
    etag: HeaderValue,
    policy: HeaderValue,
    /// Modules import each other by relative paths, so one directory that is named by the content of all files keeps
    /// the old and the new ones apart, without a build step that would rename each.
    directory: String,
}

impl Site {
    /// The site whose page opens its socket at `socket`.
    pub(crate) fn new(socket: &str) -> Result<Self, Error> {
        let directory = format!("/assets/{:016x}/", hash(&FILES.map(|File { name, text }| (name, text))));
        let preload = |file: &File| format!("<link rel=\"modulepreload\" href=\"{directory}{}\">\n", file.name);
        let modules: String = FILES.iter().filter(|file| file.is_module()).map(preload).collect();
        let page = PAGE
            .replace("<!-- modules -->\n", &modules)
            .replace("{{assets}}", &directory)
            .replace("{{socket}}", socket);
        Ok(Self {
            etag: HeaderValue::try_from(format!("\"{:016x}\"", hash(&page)))?,
            policy: HeaderValue::try_from(policy(socket))?,
            page,
            directory,
        })
    }

    /// Answers a `GET`; `known` is the `If-None-Match` of whoever has the page already.
    pub(crate) fn answer(&self, path: &str, known: Option<&HeaderValue>) -> Response<Body> {
        let mut response = if path != "/" {
            self.file(path)
        } else if known == Some(&self.etag) {
            answer(StatusCode::NOT_MODIFIED, "", "text/html; charset=utf-8", ASK_FIRST)
        } else {
            answer(StatusCode::OK, &self.page, "text/html; charset=utf-8", ASK_FIRST)
        };
        let headers = response.headers_mut();
        if path == "/" {
            headers.insert(ETAG, self.etag.clone());
        }
        headers.insert(CONTENT_SECURITY_POLICY, self.policy.clone());
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        let same_origin = HeaderValue::from_static("same-origin");
        headers.insert(HeaderName::from_static("cross-origin-opener-policy"), same_origin.clone());
        headers.insert(HeaderName::from_static("cross-origin-resource-policy"), same_origin);
        response
    }

    fn file(&self, path: &str) -> Response<Body> {
        let name = path.strip_prefix(&self.directory);
        match FILES.iter().find(|file| Some(file.name) == name) {
            Some(file) => answer(StatusCode::OK, file.text, file.content_type(), NEVER_CHANGES),
            None => answer(StatusCode::NOT_FOUND, "Not found\n", "text/plain; charset=utf-8", ASK_FIRST),
        }
    }
}

fn answer(status: StatusCode, body: &str, content_type: &'static str, cache: HeaderValue) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(CACHE_CONTROL, cache);
    response
}

/// Trusted types make every way from text to HTML an error, wherever a later change might open one.
fn policy(socket: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' {socket}; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'"
    )
}

/// Differs where the content differs. No one compares it with what another build has made.
fn hash(content: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site::new("wss://sockets.example/prod").unwrap()
    }

    fn text(response: &Response<Body>) -> &str {
        std::str::from_utf8(response.body()).unwrap()
    }

    #[test]
    fn the_page_finds_its_socket_and_all_its_files() {
        let site = site();
        let page = site.answer("/", None);
        assert!(text(&page).contains("content=\"wss://sockets.example/prod\""));
        assert!(!text(&page).contains("{{") && !text(&page).contains("<!-- modules"), "{}", text(&page));
        let paths = text(&page).split('"').filter(|word| word.starts_with("/assets/"));
        let paths: std::collections::BTreeSet<_> = paths.collect();
        assert_eq!(paths.len(), FILES.len());
        for path in paths {
            let file = site.answer(path, None);
            assert_eq!((file.status(), &file.headers()[CACHE_CONTROL]), (StatusCode::OK, &NEVER_CHANGES), "{path}");
        }
    }

    #[test]
    fn whoever_has_the_page_is_not_sent_it_again() {
        let site = site();
        let first = site.answer("/", None);
        assert_eq!((first.status(), &first.headers()[CACHE_CONTROL]), (StatusCode::OK, &ASK_FIRST));
        let again = site.answer("/", first.headers().get(ETAG));
        assert_eq!((again.status(), text(&again)), (StatusCode::NOT_MODIFIED, ""));
        assert_eq!(again.headers()[ETAG], first.headers()[ETAG]);
        assert_eq!(site.answer("/", Some(&HeaderValue::from_static("\"other\""))).status(), StatusCode::OK);
        assert_ne!(Site::new("wss://elsewhere.example/prod").unwrap().etag, site.etag);
    }

    #[test]
    fn there_is_nothing_else() {
        let site = site();
        for path in ["/assets/", "/assets/0000000000000000/main.js", "/index.html", "/main.js", ""] {
            assert_eq!(site.answer(path, None).status(), StatusCode::NOT_FOUND, "{path}");
        }
        let above = format!("{}../../Cargo.toml", site.directory);
        assert_eq!(site.answer(&above, None).status(), StatusCode::NOT_FOUND);
    }
}
