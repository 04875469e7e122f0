//! Behind the edge: the proof that a request came through it, and the address that counts.
//!
//! The local runtime has no CloudFront, so the tests send its headers themselves. The secret is the name of its
//! resource.

use e2e::{Answer, PASSWORD, Server};
use reqwest::{Method, StatusCode, header};
use serde_json::json;

const BECAUSE: &str = "the parameters of a deployed system are fixed";
const EDGE: [&str; 2] = ["EdgeDomainName=chat.example", "EdgeCertificateArn=arn:aws:acm:us-east-1:1:certificate/1"];
const PROOF: (&str, &str) = ("x-chat-proof", "EdgeProof");

async fn server(others: &[&str]) -> Option<Server> {
    Server::local(BECAUSE).parameters(&[&EDGE, others].concat()).start().await
}

/// Registers from an address that a header names.
async fn registers(server: &Server, number: usize, headers: &[(&str, &str)]) -> Answer {
    let user = json!({"username": format!("user{number}"), "password": PASSWORD});
    let request = server.request(Method::POST, "/auth/register").json(&user);
    Answer::to(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

#[tokio::test]
async fn both_apis_refuse_requests_that_did_not_come_through_the_edge() {
    let Some(server) = server(&[]).await else { return };
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/docs"),
        (Method::POST, "/auth/login"),
        (Method::POST, "/auth/register/"),
        (Method::GET, "/list-chatrooms"),
    ] {
        for proof in [None, Some(""), Some("edgeproof"), Some("EdgeProof, EdgeProof")] {
            let request = server.request(method.clone(), path);
            let request = proof.into_iter().fold(request, |request, proof| request.header(PROOF.0, proof));
            Answer::to(request).await.refuses(403, "wrong_address");
        }
        let answer = Answer::to(server.request(method, path).header(PROOF.0, PROOF.1)).await;
        assert_ne!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    registers(&server, 1, &[PROOF]).await.is(201);
    let login = json!({"username": "user1", "password": PASSWORD});
    let login = server.request(Method::POST, "/auth/login").header(PROOF.0, PROOF.1).json(&login);
    let session = Answer::to(login).await.is(200);
    let token = format!("bearer, {}", session["access_token"].as_str().unwrap());
    let protocols = (header::SEC_WEBSOCKET_PROTOCOL.as_str(), token.as_str());
    assert_eq!(server.handshake_with("", &[protocols]).await.err().unwrap().status, 403);
    server.handshake_with("", &[protocols, PROOF]).await.unwrap().stays_silent().await;
}

#[tokio::test]
async fn the_address_that_the_edge_names_is_counted() {
    let Some(server) = server(&["RegistrationsPerHour=9"]).await else { return };
    let from = async |number, address: &str| registers(&server, number, &[PROOF, ("x-chat-address", address)]).await;
    for number in 1..=3 {
        from(number, "203.0.113.7").await.is(201);
    }
    from(4, "203.0.113.7").await.refuses(429, "rate_limited");
    // The first 64 bits are a network.
    for number in 4..=6 {
        from(number, &format!("2001:db8::{number}")).await.is(201);
    }
    from(7, "2001:db8::ffff").await.refuses(429, "rate_limited");
    from(7, "203.0.113.8").await.is(201);
}

#[tokio::test]
async fn a_stranger_chooses_no_address_while_the_apis_are_open() {
    let Some(server) = server(&["EdgeOnly=no", "RegistrationsPerHour=9"]).await else { return };
    for number in 1..=3 {
        registers(&server, number, &[("x-chat-address", &format!("203.0.113.{number}"))]).await.is(201);
    }
    for proof in ["", "edgeproof"] {
        let headers = [("x-chat-address", "203.0.113.4"), (PROOF.0, proof)];
        registers(&server, 4, &headers).await.refuses(429, "rate_limited");
    }
    for forwarded in ["x-forwarded-for", "cloudfront-viewer-address", "true-client-ip"] {
        registers(&server, 4, &[(forwarded, "203.0.113.4")]).await.refuses(429, "rate_limited");
    }
    registers(&server, 4, &[("x-chat-address", "203.0.113.4"), PROOF]).await.is(201);
}

#[tokio::test]
async fn the_page_opens_its_sockets_at_the_edge_once_that_is_the_only_way() {
    let Some(server) = server(&[]).await else { return };
    let page = Answer::to(server.request(Method::GET, "/").header(PROOF.0, PROOF.1)).await;
    assert!(page.body.contains("content=\"wss://chat.example/ws\""), "{}", page.body);
    assert!(page.header("content-security-policy").unwrap().contains("connect-src 'self' wss://chat.example/ws "));
}

#[tokio::test]
async fn the_page_opens_its_sockets_at_the_domain() {
    let domain = ["DomainName=example.org", "CertificateArn=arn:aws:acm:us-east-1:1:certificate/2"];
    let others = ["EdgeOnly=no", "AllowedOrigins=https://other.example"];
    let Some(server) = server(&[domain, others].concat()).await else { return };
    let page = server.get("/").await;
    assert!(page.body.contains("content=\"wss://ws.example.org\""), "{}", page.body);
    assert!(page.header("content-security-policy").unwrap().contains("connect-src 'self' wss://ws.example.org "));
    // The origins of the page need not be listed.
    let ann = server.user("ann").await;
    for origin in ["https://chat.example", "https://api.example.org", "https://other.example"] {
        server.handshake_from(origin, &ann.token).await.unwrap().stays_silent().await;
    }
    let foreign = server.handshake_from("https://evil.example", &ann.token).await;
    assert_eq!(foreign.err().unwrap().status, 403);
}
