//! Crash points: an instance dies once before and once after each call that it makes. A client that tries again gets what it
//! wanted, and no acknowledgement turns out to be untrue.

use e2e::{Crash, Server, User};

/// A local system in which faults can be planned.
pub(crate) async fn server() -> Option<Server> {
    Server::local("its instances die").faults().start().await
}

/// The scene of a path that changes nothing: after the crash it answers as before.
pub(crate) fn asks_again(user: &User, path: String) -> impl AsyncFn(&Crash<'_>) {
    async move |crash| {
        let before = user.get(&path).await;
        crash.is_near().await;
        let answer = user.get(&path).await;
        if crash.has_struck().await {
            answer.is_broken();
        } else {
            answer.is(200);
        }
        let again = user.get(&path).await;
        assert_eq!((again.is(200), again.next()), (before.is(200), before.next()));
    }
}
