use e2e::{Answer, Crash, Socket, User};

use super::crashes::meets;

/// Makes a call that ends sessions, with a second try after a crash. Asserts that the sessions and their sockets are
/// ended.
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
