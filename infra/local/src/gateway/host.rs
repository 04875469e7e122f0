//! The host of a request.

use axum::{
    Json,
    http::{
        HeaderValue, StatusCode, Uri, header,
        request::Parts,
        uri::{Authority, Scheme},
    },
    response::{IntoResponse as _, Response},
};
use serde_json::json;
use url::Host;

use crate::headers;

/// Gives the request one valid `Host`, and a target of path and query. Returns the reason if the request has no valid
/// host, or several (RFC 9112, section 3.2). HTTP/1.0 allows a request without it, but API Gateway finds the API by it.
///
/// The host of an absolute target outranks `Host` (RFC 9112, section 3.2.2).
pub(super) fn settle(parts: &mut Parts) -> Result<(), &'static str> {
    let host = headers::single(&parts.headers, &header::HOST).and_then(|host| host.to_str().ok());
    if !host.is_some_and(is_host) {
        return Err("a request has one Host: a name or an address, with a port or without");
    }
    if let Some(authority) = parts.uri.authority() {
        let is_http = parts.uri.scheme().is_some_and(|scheme| [Scheme::HTTP, Scheme::HTTPS].contains(scheme));
        let host = HeaderValue::from_str(authority.as_str()).ok().filter(|_| is_http && is_host(authority.as_str()));
        let target = parts.uri.path_and_query().cloned().map(Uri::from);
        let (Some(host), Some(target)) = (host, target) else {
            return Err("the target of a request is a path, or an http URL with a host");
        };
        parts.headers.insert(header::HOST, host);
        parts.uri = target;
    }
    Ok(())
}

/// Whether the text is a host with or without a port (RFC 9110, section 7.2; RFC 3986, section 3.2.2), and a URL can
/// have it (WHATWG, "Host parsing").
fn is_host(text: &str) -> bool {
    let Ok(authority) = text.parse::<Authority>() else { return false };
    // The name of a user may stand before the host.
    let Some(rest) = text.strip_prefix(authority.host()) else { return false };
    let is_port = |digits: &str| {
        digits.is_empty() || digits.bytes().all(|digit| digit.is_ascii_digit()) && digits.parse::<u16>().is_ok()
    };
    let is_rest = rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port);
    is_rest && Host::parse(authority.host()).is_ok()
}

/// The refusal of a request, for this reason.
pub(super) fn refuse(message: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"message": message}))).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    /// The host and the target of a request after it is settled.
    fn settled(target: &str, hosts: &[&str]) -> Option<(String, String)> {
        let request = hosts.iter().fold(Request::get(target), |request, host| request.header(header::HOST, *host));
        let mut parts = request.body(()).unwrap().into_parts().0;
        settle(&mut parts).ok()?;
        Some((parts.headers[header::HOST].to_str().unwrap().to_owned(), parts.uri.to_string()))
    }

    #[test]
    fn a_host_is_a_name_or_an_address_with_a_port_or_without() {
        for host in
            ["localhost", "a.b:8000", "127.0.0.1:80", "[::1]:8000", "[fe80::1]", "my_laptop", "localhost.", "a:", "A:0"]
        {
            assert_eq!(settled("/x?y=1", &[host]), Some((host.to_owned(), "/x?y=1".to_owned())), "{host}");
        }
        let invalid = ":80 a:abc a:99999 a:+80 a:-1 a:80:80 ::1 [::1 ::1] [] [a] [::1]80 [::1]:x [fe80::1%25eth0] \
                       ann@a a@a ann:secret@a a/ a/b a?b a#b a\\b http://a a%zz a%20b a^b a|b <a> 256.1.1.1";
        for host in invalid.split(' ').chain(["", "ex ample", "a\tb", "ä"]) {
            assert_eq!(settled("/", &[host]), None, "{host}");
        }
        for hosts in [&[][..], &["a", "a"], &["a", "b"], &["", "a"]] {
            assert_eq!(settled("/", hosts), None, "{hosts:?}");
        }
    }

    #[test]
    fn the_host_of_an_absolute_target_outranks_the_header() {
        let is = |host: &str, target: &str| Some((host.to_owned(), target.to_owned()));
        assert_eq!(settled("http://a:1/b?c=d", &["e"]), is("a:1", "/b?c=d"));
        assert_eq!(settled("https://a", &["e"]), is("a", "/"));
        for (target, host) in
            [("http://ann@a/", "e"), ("http://a:abc/", "e"), ("http://a/", "e:abc"), ("ftp://a/", "e")]
        {
            assert_eq!(settled(target, &[host]), None, "{target} {host}");
        }
        assert_eq!(settled("http://a/", &[]), None);
        // The target of CONNECT.
        assert_eq!(settled("a:443", &["a:443"]), None);
    }

    proptest! {
        /// Functions build a URL of the host and the path.
        #[test]
        fn a_host_that_is_taken_makes_a_url(host in r#"[-a-z0-9.:@/\\?#%^|<>\[\]"'{}`~_+,;!$&*()= ]{0,12}|\PC{0,8}"#) {
            if is_host(&host) {
                let url = Url::parse(&format!("http://{host}/a/b")).unwrap();
                prop_assert_eq!(url.path(), "/a/b");
            }
        }
    }
}
