//! What ends sessions, tried again where an instance has died.

use e2e::{Answer, Crash, Socket, User};

use super::crashes::meets;

/// Calls what ends sessions and closes their sockets, as the crash is near. Where it has struck, the call is made again.
pub(crate) async fn ends(
    crash: &Crash<'_>,
    sessions: &[&User],
    sockets: [&mut Socket; 2],
    call: impl AsyncFn() -> Answer,
) {
    match meets(crash, call).await {
        // The session had ended when the answer was lost.
        (again, true) if again.status == 401 => again.refuses(401, "unauthenticated"),
        (answer, _) => drop(answer.is(200)),
    }
    for session in sessions {
        session.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
    }
    for socket in sockets {
        socket.is_closed().await;
    }
}
