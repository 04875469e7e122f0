//! RFC 9112, section 3.2: a request with an invalid `Host`, with several, or without one is refused before a function
//! or a limit notices it.

use crate::{harness::Runtime, s3::BUCKET};

const HANDSHAKE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// The head of the answer to a request with these lines of `Host`.
async fn at(runtime: &Runtime, hosts: &[&str], target: &str, more: &str) -> String {
    let hosts: String = hosts.iter().flat_map(|host| ["Host: ", host, "\r\n"]).collect();
    runtime.raw(&format!("GET {target} HTTP/1.1\r\n{hosts}{more}\r\n")).await
}

#[tokio::test]
async fn an_invalid_host_is_a_bad_request_of_every_service() {
    let runtime = Runtime::start().await;
    let services = [("/subject", ""), ("/prod", HANDSHAKE), (&format!("/{BUCKET}/uploads/a"), ""), ("/_local/iam", "")];
    for (target, more) in services {
        for hosts in [
            &[][..],
            &["localhost", "localhost"],
            &["localhost", "a"],
            &[""],
            &["localhost:abc"],
            &["localhost:99999"],
            &["localhost:+80"],
            &["ann@localhost"],
            &["::1"],
            &["[::1"],
            &["[::1]x"],
            &["ex ample.localhost"],
            &["ex^ample.localhost"],
            &["a%20b.localhost"],
            &["localhost/"],
            &["localhost\\x"],
            &["\u{e4}.localhost"],
        ] {
            let answer = at(&runtime, hosts, target, more).await;
            assert!(answer.starts_with("HTTP/1.1 400 "), "{target} at {hosts:?}: {answer}");
        }
        let without_host = runtime.raw(&format!("GET {target} HTTP/1.0\r\n{more}\r\n")).await;
        assert!(without_host.starts_with("HTTP/1.0 400 "), "{target}: {without_host}");
    }
    assert!(!runtime.log().contains("subject got"), "{}", runtime.log());
    for host in ["localhost", "localhost:", "LOCALHOST:8000", "a_b.localhost", "[::1]:8000"] {
        let answer = at(&runtime, &[host], "/subject", "").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{host}: {answer}");
    }
}

/// RFC 9112, section 3.2.2.
#[tokio::test]
async fn the_host_of_an_absolute_target_outranks_the_header() {
    let runtime = Runtime::start().await;
    for (target, more, status) in [
        ("http://localhost/subject", "", 200),
        ("http://localhost:1/prod", HANDSHAKE, 101),
        ("http://rebind.example/subject", "", 403),
        ("http://ann@localhost/subject", "", 400),
        ("http://localhost:abc/subject", "", 400),
        ("ftp://localhost/subject", "", 400),
    ] {
        let answer = at(&runtime, &["127.0.0.1"], target, more).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{target}: {answer}");
    }
    let outranked = at(&runtime, &["rebind.example"], "http://localhost/subject", "").await;
    assert!(outranked.starts_with("HTTP/1.1 200 "), "{outranked}");
    let invalid = at(&runtime, &["a:abc"], "http://localhost/subject", "").await;
    assert!(invalid.starts_with("HTTP/1.1 400 "), "{invalid}");
    let connect = runtime.raw("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n").await;
    assert!(connect.starts_with("HTTP/1.1 400 "), "{connect}");
}
