//! `GET /version/`

use e2e::{Server, User};
use serde_json::json;

use crate::support::crashes;

const BECAUSE: &str = "its build is known to its deployment alone";

#[tokio::test]
async fn everybody_can_ask_for_the_build() {
    let server = Server::start().await;
    let ann = server.user("ann").await;
    for path in ["/version", "/version/"] {
        let answer = server.get(path).await;
        let build = answer.is(200)["build"].as_str().unwrap().to_owned();
        assert!(!build.is_empty() && build.len() <= 64, "{build}");
        // A version from a cache would be that of an earlier deployment.
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(ann.get(path).await.is(200), json!({"build": build}));
    }
}

/// A token is not read, so an invalid one does not matter.
#[tokio::test]
async fn the_build_is_the_one_that_is_deployed() {
    for (parameter, build) in [("CallsPerSecond=100", "manual"), ("BuildId=4f5a6b7-1", "4f5a6b7-1")] {
        let Some(server) = Server::local(BECAUSE).parameters(&[parameter]).start().await else { return };
        let stranger = User { token: "nonsense".to_owned(), ..server.user("ann").await };
        assert_eq!(stranger.get("/version/").await.is(200), json!({"build": build}));
    }
}

#[tokio::test]
async fn calls_nobody() {
    crashes::calls_nobody("/version").await;
}
