//! The addresses at which the runtime is reached: those of this machine only, unless it listens elsewhere too.

#![cfg(target_os = "linux")]

use std::time::Duration;

use crate::{
    harness::{Runtime, command, template},
    s3::Signer,
};

/// Another address of this machine, at which the runtime does not listen by itself.
const ELSEWHERE: &str = "127.0.0.2";

fn elsewhere(runtime: &Runtime) -> String {
    format!("{}/subject", runtime.url.replace("127.0.0.1", ELSEWHERE))
}

#[tokio::test]
async fn it_listens_at_no_other_address_by_itself() {
    let runtime = Runtime::start().await;
    let refused = runtime.http.get(elsewhere(&runtime)).send().await.unwrap_err();
    assert!(refused.is_connect(), "{refused:?}");
}

/// Functions call the services at the loopback address, and give clients the public one.
#[tokio::test]
async fn it_has_a_public_address() {
    let options = ["--memory", "--listen", ELSEWHERE, "--public-url", "http://127.0.0.2:0"];
    let runtime = Runtime::with(&options).await;
    let public = runtime.url.replace("127.0.0.1", ELSEWHERE);
    let variables = runtime.json("/subject?do=environment").await;
    assert_eq!(variables["AWS_ENDPOINT_URL_S3"], runtime.url);
    assert_eq!(variables["PUBLIC_ENDPOINT_URL_S3"], public);
    assert_eq!(variables["PUBLIC_ENDPOINT_URL_SOCKETS"], format!("{public}/prod"));
    let function = Signer::of(&runtime, "/uploader").await.at(&public);
    function.put("uploads/a", "0123456789").await;
    let link = function.presigned("uploads/a", Duration::ZERO).await;
    assert!(link.starts_with(&public), "{link}");
    assert_eq!(runtime.http.get(link).send().await.unwrap().text().await.unwrap(), "0123456789");
}

#[tokio::test]
async fn the_host_of_its_public_address_is_its_own() {
    let runtime = Runtime::with(&["--memory", "--public-url", "https://tunnel.example"]).await;
    let variables = runtime.json("/subject?do=environment").await;
    assert_eq!(variables["PUBLIC_ENDPOINT_URL_SOCKETS"], "https://tunnel.example/prod");
    for (host, status) in [("tunnel.example", 200), ("other.example", 403)] {
        let answer = runtime.http.get(format!("{}/subject", runtime.url)).header("host", host).send().await.unwrap();
        assert_eq!(answer.status(), status, "{host}");
    }
    for wrong in
        ["tunnel.example", "http://tunnel.example/chat", "ftp://tunnel.example", "http://ann@tunnel.example", "x"]
    {
        let refused = command(&template(), &["--memory", "--public-url", wrong]).output().unwrap();
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success() && said.contains("without a path is needed"), "{wrong}: {said}");
    }
}

#[tokio::test]
async fn it_listens_at_another_address_too() {
    let runtime = Runtime::with(&["--memory", "--listen", ELSEWHERE]).await;
    assert_eq!(runtime.http.get(elsewhere(&runtime)).send().await.unwrap().status(), 200);
    let by_address = runtime.http.get(elsewhere(&runtime)).header("host", "192.168.1.20:8000");
    assert_eq!(by_address.send().await.unwrap().status(), 200);
    assert_eq!(runtime.get("/subject").await.status(), 200);
}
