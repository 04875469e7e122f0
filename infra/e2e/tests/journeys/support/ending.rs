//! The end of sessions and of their sockets.

use e2e::{Answer, Crash, Server, Socket, User};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::crashes::meets;

/// A fault by which API Gateway closes no socket.
pub(crate) fn none_is_closed() -> Value {
    json!({"fault": "fail_before", "service": "connections", "operation": "DELETE"})
}

/// Makes a call that ends sessions, with a second try after a crash. Asserts that the sessions and their sockets are
/// ended.
pub(crate) async fn ends(
    crash: &Crash<'_>,
    sessions: &[&User],
    sockets: [&mut Socket; 2],
    call: impl AsyncFn() -> Answer,
) {
    end(crash, sessions, call).await;
    for socket in sockets {
        socket.is_closed().await;
    }
}

/// Like [`ends`], while API Gateway closes no socket. `said` sends a message to the room of the sockets.
pub(crate) async fn ends_unclosed(
    crash: &Crash<'_>,
    sessions: &[&User],
    sockets: [&mut Socket; 2],
    call: impl AsyncFn() -> Answer,
    said: impl Future,
) {
    end(crash, sessions, call).await;
    said.await;
    for socket in sockets {
        socket.tries_to_send_any(Message::text(json!({"type": "ping"}).to_string())).await;
        // A call that a dying instance has made may have closed it.
        if let Some(event) = socket.hears().await {
            assert_eq!(event["code"], "unauthenticated", "{event}");
        }
    }
}

async fn end(crash: &Crash<'_>, sessions: &[&User], call: impl AsyncFn() -> Answer) {
    match meets(crash, call).await {
        // The session had ended when the answer was lost.
        (again, true) if again.status == 401 => again.refuses(401, "unauthenticated"),
        (answer, _) => drop(answer.is(200)),
    }
    for session in sessions {
        session.get("/list-chatrooms/").await.refuses(401, "unauthenticated");
    }
}

/// Asserts that a socket has heard nothing, and that its frame is refused because its session has ended.
pub(crate) async fn is_over(socket: &mut Socket, frame: &Value) {
    socket.sends(frame).await;
    socket.hears_error("unauthenticated").await;
}

/// Plays `scene` once for each call of DynamoDB that a function makes for an event, whose first answer gets lost.
/// Returns the number of calls.
pub(crate) async fn lost_answers(server: &Server, function: &str, scene: impl AsyncFn()) -> u64 {
    for call in 1.. {
        let lost =
            json!({"fault": "lose_answer", "function": function, "service": "dynamodb", "call": call, "times": 1});
        server.plans(&json!({"rules": [lost]})).await;
        scene().await;
        if server.fired().await == [0] {
            return call - 1;
        }
    }
    unreachable!("a function makes calls without end")
}
