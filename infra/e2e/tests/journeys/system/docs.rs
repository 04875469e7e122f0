//! `GET /docs`, `GET /openapi.yaml`, `GET /asyncapi.yaml`

use e2e::{Answer, Server};
use reqwest::{Method, header::IF_NONE_MATCH};

use crate::support::crashes;

fn is_a(answer: &Answer, content_type: &str) {
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), Some(content_type));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert!(answer.header("x-request-id").is_some());
}

#[tokio::test]
async fn everybody_can_read_the_description() {
    let server = Server::start().await;
    for (path, begins) in [("/openapi.yaml", "openapi: 3.1"), ("/asyncapi.yaml", "asyncapi: 3.0")] {
        let file = server.get(path).await;
        is_a(&file, "application/yaml");
        assert!(file.body.starts_with(begins), "{path}");
    }
}

#[tokio::test]
async fn the_page_and_all_it_loads_come_from_here() {
    let server = Server::start().await;
    for path in ["/docs", "/docs/"] {
        let page = server.get(path).await;
        is_a(&page, "text/html; charset=utf-8");
        assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
        let parts: Vec<&str> = page.body.split('"').filter(|part| part.starts_with("/docs/")).collect();
        assert_eq!(parts.len(), 3, "{}", page.body);
        assert!(!page.body.contains("//"), "{}", page.body);
        for part in parts {
            assert_eq!(server.get(part).await.status, 200, "{part}");
        }
    }
    server.get("/docs/nothing.js").await.refuses(404, "not_found");
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let server = Server::start().await;
    let tag = server.get("/openapi.yaml").await.header("etag").unwrap().to_owned();
    for (had, status) in [(tag.as_str(), 304), ("\"another\"", 200)] {
        let request = server.request(Method::GET, "/openapi.yaml").header(IF_NONE_MATCH, had);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.bytes().await.unwrap().is_empty(), status == 304);
    }
}

/// RFC 9110, section 9.3.2: the headers of GET, without the body.
#[tokio::test]
async fn a_monitor_asks_by_head() {
    let server = Server::start().await;
    let asset = server.get("/").await.body.split('"').find(|word| word.starts_with("/assets/")).unwrap().to_owned();
    for path in ["/", &asset, "/docs", "/docs/", "/docs/docs.js", "/openapi.yaml", "/asyncapi.yaml", "/docs/nothing.js"]
    {
        let ask = async |method| server.request(method, path).send().await.unwrap();
        let (get, head) = (ask(Method::GET).await, ask(Method::HEAD).await);
        let headers = |answer: &reqwest::Response| {
            let mut headers = answer.headers().clone();
            for own in ["date", "x-request-id", "apigw-requestid"] {
                headers.remove(own);
            }
            headers
        };
        assert_eq!((head.status(), headers(&head)), (get.status(), headers(&get)), "{path}");
        assert!(head.headers().contains_key("x-request-id"), "{path}");
        assert!(head.bytes().await.unwrap().is_empty() && !get.bytes().await.unwrap().is_empty(), "{path}");
    }
}

#[tokio::test]
async fn calls_nobody() {
    crashes::calls_nobody("/docs").await;
}
