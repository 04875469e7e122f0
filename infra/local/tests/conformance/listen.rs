//! The addresses at which the runtime is reached: those of this machine only, unless it listens elsewhere too.

#![cfg(target_os = "linux")]

use crate::harness::Runtime;

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

#[tokio::test]
async fn it_listens_at_another_address_too() {
    let runtime = Runtime::with(&["--memory", "--listen", ELSEWHERE]).await;
    assert_eq!(runtime.http.get(elsewhere(&runtime)).send().await.unwrap().status(), 200);
    let by_address = runtime.http.get(elsewhere(&runtime)).header("host", "192.168.1.20:8000");
    assert_eq!(by_address.send().await.unwrap().status(), 200);
    assert_eq!(runtime.get("/subject").await.status(), 200);
}
