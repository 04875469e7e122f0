//! `GET /` and `GET /assets/…`. `infra/browser` tests the page in a browser.

use std::collections::BTreeSet;

use e2e::{Answer, File, Server};
use reqwest::{
    Method,
    header::{ACCEPT_ENCODING, IF_NONE_MATCH},
};

use crate::support::crashes;

/// The paths of everything that the page loads.
fn assets(page: &Answer) -> BTreeSet<String> {
    page.body.split('"').filter(|word| word.starts_with("/assets/")).map(str::to_owned).collect()
}

#[tokio::test]
async fn the_page_and_everything_it_loads_are_there() {
    let server = Server::start().await;
    let page = server.get("/").await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let assets = assets(&page);
    assert!(assets.iter().any(|path| path.ends_with("/main.js")), "{}", page.body);
    for path in assets {
        let asset = server.get(&path).await;
        assert_eq!(asset.status, 200, "{path}");
        let expected = match path.rsplit_once('.').unwrap().1 {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        };
        assert_eq!(asset.header("content-type"), Some(expected), "{path}");
        assert_eq!(asset.header("cache-control"), Some("public, max-age=31536000, immutable"), "{path}");
        assert_eq!(asset.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
}

#[tokio::test]
async fn the_page_knows_its_socket_and_may_reach_that_and_the_bucket_and_nothing_else() {
    let server = Server::start().await;
    let ([ann], room) = server.room_of(["ann"]).await;
    let bucket = ann.announces(room, &File::picture()).await.url;
    let page = server.get("/").await;
    let socket = server.websocket_url();
    assert!(page.body.contains(&format!("<meta name=\"socket\" content=\"{socket}\">")), "{}", page.body);
    let policy = page.header("content-security-policy").unwrap();
    let directives: BTreeSet<_> = policy.split("; ").collect();
    for directive in [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        &format!("connect-src 'self' {socket} {bucket}"),
        &format!("img-src 'self' blob: {bucket}"),
        &format!("media-src blob: {bucket}"),
    ] {
        assert!(directives.contains(directive), "{directive} is not in {policy}");
    }
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("strict-transport-security"), Some("max-age=63072000; includeSubDomains"));
}

#[tokio::test]
async fn the_page_is_not_sent_to_whoever_has_it() {
    let server = Server::start().await;
    let page = server.get("/").await;
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    let again = server.request(Method::GET, "/").header(IF_NONE_MATCH, page.header("etag").unwrap());
    let again = Answer::to(again).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
}

#[tokio::test]
async fn a_file_is_compressed_for_clients_that_can_read_it() {
    let server = Server::start().await;
    let asset = assets(&server.get("/").await).into_iter().find(|path| path.ends_with("/main.js")).unwrap();
    for path in ["/", &asset, "/docs", "/openapi.yaml"] {
        let plain = server.request(Method::GET, path).send().await.unwrap();
        let compressed = server.request(Method::GET, path).header(ACCEPT_ENCODING, "br, gzip").send().await.unwrap();
        assert_eq!([&plain, &compressed].map(|answer| &answer.headers()["vary"]), ["accept-encoding"; 2], "{path}");
        assert_ne!(plain.headers()["etag"], compressed.headers()["etag"], "{path}");
        assert_eq!(compressed.headers()["content-encoding"], "gzip", "{path}");
        let [plain, compressed] = [plain.bytes().await.unwrap(), compressed.bytes().await.unwrap()];
        assert!(compressed.starts_with(&[0x1f, 0x8b]) && compressed.len() < plain.len(), "{path}");
    }
}

#[tokio::test]
async fn there_is_no_other_asset() {
    let server = Server::start().await;
    let version = assets(&server.get("/").await).pop_first().unwrap();
    let version = version.split('/').nth(2).unwrap().to_owned();
    for path in ["main.js", "0000000000000000/main.js", &version, &format!("{version}/"), &format!("{version}/main")] {
        let answer = server.get(&format!("/assets/{path}")).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.header("x-request-id").is_some_and(|id| !id.is_empty()), "{path}");
    }
}

#[tokio::test]
async fn calls_nobody() {
    crashes::calls_nobody("/").await;
}
