//! The paths of sockets: those of the edge, and that of API Gateway itself.
//!
//! `EdgeFunction` of `template.yaml` has the same rules for the first. `infra/edge/sockets.json` has cases for both.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The path of a socket at the edge.
const EDGE: &str = "/ws";
/// The path of a socket in the original service, before the id of its room.
const CHAT: &str = "/ws/chat/";
/// The parameter that names the room.
const ROOM: &str = "room_name";

/// The characters that `encodeURIComponent` encodes.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The query with which API Gateway opens a socket at this path, if it is a path of the edge.
pub(super) fn query(path: &str, query: &str) -> Option<String> {
    let path = decoded(path);
    let path = path.strip_suffix('/').unwrap_or(&path);
    if path == EDGE {
        return Some(query.to_owned());
    }
    let room = path.strip_prefix(CHAT).filter(|room| !room.is_empty() && !room.contains('/'))?;
    let room = format!("{ROOM}={}", utf8_percent_encode(room, COMPONENT));
    // The room of the path counts, under whatever spelling the query has another one.
    let names_none = |parameter: &&str| decoded(parameter.split('=').next().unwrap_or_default()) != ROOM;
    let others = query.split('&').filter(|parameter| !parameter.is_empty()).filter(names_none);
    Some(std::iter::once(room.as_str()).chain(others).collect::<Vec<_>>().join("&"))
}

/// The text without percent-encoding, or the text itself if it is not well-formed, as `decodeURIComponent` decides.
fn decoded(text: &str) -> Cow<'_, str> {
    let is_escape = |rest: &str| rest.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
    if !text.split('%').skip(1).all(is_escape) {
        return text.into();
    }
    percent_decode_str(text).decode_utf8().unwrap_or(text.into())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Case {
        path: String,
        query: String,
        /// `null` if a socket cannot be opened there.
        socket: Option<String>,
    }

    /// The parameters in any order, as API Gateway decodes them.
    fn parsed(query: &str) -> Vec<(String, String)> {
        let mut parameters: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        parameters.sort();
        parameters
    }

    #[test]
    fn the_edge_and_the_local_runtime_agree() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("../../../../edge/sockets.json")).unwrap();
        for Case { path, query, socket } in cases {
            assert_eq!(
                super::query(&path, &query).as_deref().map(parsed),
                socket.as_deref().map(parsed),
                "{path}?{query}"
            );
        }
    }
}
