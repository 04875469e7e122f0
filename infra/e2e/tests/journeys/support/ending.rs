//! What ends sessions, tried again where an instance has died.

use e2e::{Answer, Crash, Socket, User};

/// Calls what ends sessions and closes their sockets, as the crash is near. Where it has struck, the call is made again.
pub(crate) async fn ends(
    crash: &Crash<'_>,
    sessions: &[&User],
    sockets: [&mut Socket; 2],
    call: impl AsyncFn() -> Answer,
) {
    crash.is_near().await;
    let answer = call().await;
    if crash.has_struck().await {
        answer.is_broken();
        let again = call().await;
        if again.status == 401 {
            // The session had ended when the answer was lost.
            again.refuses(401, "unauthenticated");
        } else {
            again.is(200);
        }
    } else {
        answer.is(200);
    }
    for session in sessions {
        session.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
    }
    for socket in sockets {
        socket.is_closed().await;
    }
}
