//! RFC 6455, sections 4.2.1 and 4.4: which requests open a socket, and the answer to the others.

use crate::harness::Runtime;

/// A good handshake.
const LINES: [&str; 6] = [
    "Host: localhost",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol: bearer",
];

/// The head of the answer to the good handshake with `lines` in place of all lines of the same names; `Name!` is none.
async fn with(runtime: &Runtime, line: &str, lines: &[&str]) -> String {
    let name = |line: &str| line.split([':', '!']).next().unwrap().to_lowercase();
    let replaced: Vec<_> = lines.iter().map(|line| name(line)).collect();
    let others = LINES.iter().filter(|line| !replaced.contains(&name(line)));
    let request: String =
        others.chain(lines).filter(|line| !line.ends_with('!')).flat_map(|line| [line, "\r\n"]).collect();
    runtime.raw(&format!("{line}\r\n{request}\r\n")).await.to_lowercase()
}

const GET: &str = "GET /prod HTTP/1.1";

/// RFC 9110, section 5.3: the lines of one name are one list.
#[tokio::test]
async fn a_header_that_is_a_list_may_have_several_lines() {
    let runtime = Runtime::start().await;
    for lines in [
        &[][..],
        &["Connection: keep-alive", "Connection: Upgrade"],
        &["Connection: upgrade", "Connection: keep-alive"],
        &["Connection: keep-alive, Upgrade"],
        &["connection: ,", "CONNECTION:UPGRADE ,close"],
        &["Upgrade: h2c", "Upgrade: websocket"],
        &["Upgrade: WebSocket, h2c"],
        &["Connection: a", "Connection: Upgrade", "Upgrade: b", "Upgrade: websocket"],
        &["Sec-WebSocket-Protocol: bearer", "Sec-WebSocket-Protocol: x"],
        &["Sec-WebSocket-Extensions: permessage-deflate", "Sec-WebSocket-Extensions: x; y=1"],
        // The example of RFC 6455, section 4.1.
        &["Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEC=="],
    ] {
        let answer = with(&runtime, GET, lines).await;
        assert!(answer.starts_with("http/1.1 101 "), "{lines:?}: {answer}");
    }
}

/// RFC 9110, section 15.5.22; RFC 6455, section 4.4.
#[tokio::test]
async fn a_refused_upgrade_names_the_one_that_is_needed() {
    let runtime = Runtime::start().await;
    for (line, lines) in [
        (GET, &["Connection!"][..]),
        (GET, &["Connection: keep-alive"]),
        (GET, &["Connection: upgraded"]),
        (GET, &["Upgrade!"]),
        (GET, &["Upgrade: h2c"]),
        (GET, &["Upgrade: websocket/13"]),
        (GET, &["Sec-WebSocket-Version!"]),
        (GET, &["Sec-WebSocket-Version: 8"]),
        (GET, &["Sec-WebSocket-Version: 14"]),
        (GET, &["Sec-WebSocket-Version: 013"]),
        (GET, &["Sec-WebSocket-Version: 8, 13"]),
        (GET, &["Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"]),
        // RFC 9110, section 7.8: an upgrade of HTTP/1.0 is ignored.
        ("GET /prod HTTP/1.0", &[]),
    ] {
        let answer = with(&runtime, line, lines).await;
        assert!(answer.split_once(' ').unwrap().1.starts_with("426 "), "{line} {lines:?}: {answer}");
        for header in ["\r\nupgrade: websocket\r\n", "\r\nconnection: upgrade\r\n", "\r\nsec-websocket-version: 13\r\n"]
        {
            assert!(answer.contains(header), "{line} {lines:?}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_handshake_that_is_not_valid_is_a_bad_request() {
    let runtime = Runtime::start().await;
    for (line, lines) in [
        (GET, &["Sec-WebSocket-Key!"][..]),
        (GET, &["Sec-WebSocket-Key: "]),
        (GET, &["Sec-WebSocket-Key: x"]),
        (GET, &["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j"]),
        (GET, &["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZTE="]),
        (GET, &["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ"]),
        (GET, &["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25-ZQ=="]),
        (GET, &["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]),
        ("POST /prod HTTP/1.1", &["Content-Length: 0"]),
        ("HEAD /prod HTTP/1.1", &[]),
    ] {
        let answer = with(&runtime, line, lines).await;
        assert!(answer.starts_with("http/1.1 400 "), "{line} {lines:?}: {answer}");
    }
    assert!(!runtime.log().contains("subject got"), "{}", runtime.log());
}
