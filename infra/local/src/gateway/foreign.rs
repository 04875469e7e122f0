//! Keeps the pages of other sites away from this machine.
//!
//! A page of any site may send requests to `localhost`. It may even read the answers if the name of its site resolves
//! to 127.0.0.1 after the page was loaded (DNS rebinding). So the runtime answers only to hosts that others cannot
//! redirect, and services without cross-origin rules of their own refuse requests from pages of other origins.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::{
    Json,
    http::{HeaderValue, StatusCode, Uri, header, request::Parts, uri::Authority},
    response::{IntoResponse as _, Response},
};
use serde_json::json;

/// The hosts to which the runtime answers: `localhost`, IP addresses, `host.docker.internal`, and further names.
#[derive(Clone, Debug)]
pub struct Hosts(Vec<String>);

impl Hosts {
    /// Answers to `names` too.
    #[must_use]
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        Self(names.into_iter().map(|name| name.to_ascii_lowercase()).collect())
    }

    /// The refusal of a request to another host.
    pub(super) fn refuse(&self, parts: &Parts) -> Option<Response> {
        let host = text(parts.headers.get(header::HOST)).unwrap_or_default();
        let foreign = Some(host).filter(|host| !host.parse().is_ok_and(|host| self.has(&host)))?;
        let name = foreign.rsplit_once(':').map_or(foreign, |(name, _)| name);
        Some(refusal(&format!(
            "{name} is not a name of the local runtime, which answers to localhost, IP addresses and \
             host.docker.internal; start it with --allow-host {name} to allow the name"
        )))
    }

    fn has(&self, host: &Authority) -> bool {
        let name = name(host);
        is_local(&name)
            || is_address(&name)
            // Docker's name for this machine. Public DNS has no names below `internal`.
            || name == "host.docker.internal"
            || self.0.contains(&name)
    }
}

/// Whether a page of another origin has sent the request. Browsers send `Origin` with every request that is not a plain
/// `GET`, and with every request whose answer a page of another origin wants to read.
pub(super) fn is_from_foreign_page(parts: &Parts) -> bool {
    let Some(origin) = parts.headers.get(header::ORIGIN) else { return false };
    let own: Option<Authority> = text(parts.headers.get(header::HOST)).and_then(|host| host.parse().ok());
    // A sandboxed page has the origin `null`, without an authority.
    let origin: Option<Uri> = text(Some(origin)).and_then(|origin| origin.parse().ok());
    let origin = origin.and_then(|origin| origin.into_parts().authority);
    !origin.zip(own).is_some_and(|(origin, own)| is_same(&origin, &own))
}

/// The refusal of a request from a page of another origin.
pub(super) fn refuse_page(parts: &Parts) -> Response {
    let origin = text(parts.headers.get(header::ORIGIN)).unwrap_or("unknown");
    refusal(&format!("this service takes no requests from pages of other origins, such as {origin}"))
}

/// Whether two authorities are equal, or both are this machine with the same port.
fn is_same(one: &Authority, other: &Authority) -> bool {
    let is_loopback = |authority: &Authority| {
        let name = name(authority);
        is_local(&name) || name == "127.0.0.1" || name == "[::1]"
    };
    one == other || one.port_u16() == other.port_u16() && is_loopback(one) && is_loopback(other)
}

/// The host of an authority, without its port.
fn name(authority: &Authority) -> String {
    authority.host().trim_end_matches('.').to_ascii_lowercase()
}

/// Whether browsers and systems resolve the name to this machine without DNS (RFC 6761, section 6.3).
fn is_local(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether the name is an IP address, which DNS cannot redirect.
fn is_address(name: &str) -> bool {
    match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => name.parse::<Ipv4Addr>().is_ok(),
    }
}

fn text(value: Option<&HeaderValue>) -> Option<&str> {
    value?.to_str().ok()
}

fn refusal(message: &str) -> Response {
    (StatusCode::FORBIDDEN, Json(json!({"message": message}))).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn parts(host: &str, origin: Option<&str>) -> Parts {
        let request = Request::get("/").header(header::HOST, host);
        let request = origin.into_iter().fold(request, |request, origin| request.header(header::ORIGIN, origin));
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn only_hosts_that_others_cannot_redirect_are_answered() {
        let hosts = Hosts::new(["Laptop.local".to_owned()]);
        for own in [
            "localhost",
            "LOCALHOST:8000",
            "localhost.:8000",
            "app.localhost:8000",
            "127.0.0.1:8000",
            "[::1]:8000",
            "192.168.1.20:8000",
            "[fe80::1]",
            "172.17.0.1",
            "host.docker.internal:8000",
            "laptop.local:8000",
        ] {
            assert!(hosts.refuse(&parts(own, None)).is_none(), "{own}");
        }
        for foreign in [
            "rebind.example",
            "rebind.example:8000",
            "127.0.0.1.nip.io:8000",
            "localhost.example",
            "notlocalhost",
            "other.local",
            "1.2.3",
            "[::1",
            "",
        ] {
            assert!(hosts.refuse(&parts(foreign, None)).is_some(), "{foreign}");
        }
    }

    #[test]
    fn a_page_is_foreign_unless_the_runtime_has_served_it() {
        let is_foreign = |host: &str, origin: &str| is_from_foreign_page(&parts(host, Some(origin)));
        assert!(!is_from_foreign_page(&parts("localhost:8000", None)));
        for (host, origin) in [
            ("localhost:8000", "http://localhost:8000"),
            ("127.0.0.1:8000", "http://localhost:8000"),
            ("192.168.1.20:8000", "http://192.168.1.20:8000"),
            ("laptop.local", "https://laptop.local"),
        ] {
            assert!(!is_foreign(host, origin), "{host} {origin}");
        }
        for (host, origin) in [
            ("localhost:8000", "https://evil.example"),
            ("localhost:8000", "http://localhost:3000"),
            ("127.0.0.1:8000", "http://192.168.1.20:8000"),
            ("localhost:8000", "null"),
            ("localhost:8000", ""),
        ] {
            assert!(is_foreign(host, origin), "{host} {origin}");
        }
    }
}
