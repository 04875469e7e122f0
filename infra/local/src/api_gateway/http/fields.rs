//! The parts of a request in the format of events.

use std::{collections::BTreeMap, net::IpAddr};

use axum::http::{HeaderMap, header, uri::Authority};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// The value of a header, or an empty string.
pub(super) fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The headers by names in lower case, with the values of repeated ones joined, and the headers that the gateway adds.
/// Cookies have a field of their own.
pub(super) fn headers<'a>(
    headers: &'a HeaderMap,
    source: IpAddr,
    trace: &str,
    host: &str,
    length: usize,
) -> BTreeMap<&'a str, String> {
    let mut joined: BTreeMap<&str, String> = BTreeMap::new();
    for name in headers.keys().filter(|name| !HOP_BY_HOP.contains(name) && *name != header::COOKIE) {
        let values: Vec<_> =
            headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        joined.insert(name.as_str(), values.join(","));
    }
    // Present even if the client has sent no body, or one in chunks.
    joined.insert("content-length", length.to_string());
    let port = host.parse::<Authority>().ok().and_then(|host| host.port_u16()).unwrap_or(80);
    let address = source.to_string();
    let forwarded = joined.get("x-forwarded-for").map_or(address.clone(), |before| format!("{before}, {address}"));
    joined.insert("x-forwarded-for", forwarded);
    joined.insert("x-forwarded-port", port.to_string());
    joined.insert("x-forwarded-proto", "http".to_owned());
    joined.insert("x-amzn-trace-id", trace.to_owned());
    joined
}

/// Headers for the gateway, which it does not pass on.
const HOP_BY_HOP: [&header::HeaderName; 5] =
    [&header::CONNECTION, &header::TE, &header::TRANSFER_ENCODING, &header::UPGRADE, &header::EXPECT];

pub(super) fn cookies(headers: &HeaderMap) -> Vec<&str> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(';')).map(str::trim).filter(|cookie| !cookie.is_empty()).collect()
}

/// The decoded parameters of a query, with the values of a repeated name joined.
pub(super) fn query(query: &str) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        joined
            .entry(name.into_owned())
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert_with(|| value.clone().into_owned());
    }
    joined
}

/// The body, and whether it is in base64: text is not.
pub(super) fn encode_body(headers: &HeaderMap, body: &[u8]) -> (Option<String>, bool) {
    if body.is_empty() {
        return (None, false);
    }
    match std::str::from_utf8(body) {
        Ok(text) if is_text(headers) => (Some(text.to_owned()), false),
        _ => (Some(STANDARD.encode(body)), true),
    }
}

/// Whether the content type is text. The list is not documented; it is that of a live API (ministackorg/ministack#766),
/// in which forms and bodies without a content type are not text.
fn is_text(headers: &HeaderMap) -> bool {
    let content_type = text(headers, header::CONTENT_TYPE).to_ascii_lowercase();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.starts_with("text/") || matches!(essence, "application/json" | "application/javascript" | "application/xml")
}
