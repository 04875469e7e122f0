//! Crash points: an instance dies once before and once after each of its calls. A client that retries succeeds, and
//! each acknowledgement stays true.

use e2e::{Answer, Crash, Server, User};
use serde_json::json;

/// A local system in which faults can be planned.
pub(crate) async fn server() -> Option<Server> {
    Server::local("its instances die").faults().start().await
}

/// Makes a call that meets the crash, and a second one if the function has crashed. Returns the answer of the call that
/// was served, and whether it is the second one.
pub(crate) async fn meets(crash: &Crash<'_>, call: impl AsyncFn() -> Answer) -> (Answer, bool) {
    crash.is_near().await;
    let answer = call().await;
    if !crash.has_struck().await {
        return (answer, false);
    }
    answer.is_broken();
    (call().await, true)
}

/// The scene of a path that changes nothing: after the crash it answers as before.
pub(crate) fn asks_again(user: &User, path: String) -> impl AsyncFn(&Crash<'_>) {
    async move |crash| {
        let before = user.get(&path).await;
        meets(crash, async || user.get(&path).await).await.0.is(200);
        let again = user.get(&path).await;
        assert_eq!((again.is(200), again.next()), (before.is(200), before.next()));
    }
}

/// Asserts that the function of this path makes no calls: a plan that ends it before its first call has no effect.
pub(crate) async fn calls_nobody(path: &str) {
    let Some(server) = server().await else { return };
    server.plans(&json!({"rules": [{"fault": "kill_before"}]})).await;
    assert_eq!(server.get(path).await.status, 200);
    assert_eq!(server.fired().await, [0]);
}
