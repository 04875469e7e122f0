//! The subject of each line of the log: the function, its build, the network, the user, the session and the room of a
//! call.
//!
//! An invocation has a span, which the subscriber writes with each line: as the object `span` in JSON, and before the
//! message in text. Its fields are recorded as soon as they are known. No token, no password and no text of a message
//! is among them.

use std::{env, panic, sync::LazyLock};

use chat::Caller;
use domain::{Network, RoomId, UserId, causes};
use tracing::{
    Span,
    field::{Empty, display},
};

use crate::Fatal;

/// The characters of a session's id that tell the sessions of a user apart. The whole id is the business of tokens
/// alone.
const SESSION_PREFIX: usize = 8;

static FUNCTION: LazyLock<String> = LazyLock::new(|| env::var("_HANDLER").unwrap_or_default());

/// The alarm that takes a deployment back counts the errors of its build alone.
static BUILD: LazyLock<String> = LazyLock::new(|| env::var("BUILD_ID").unwrap_or_default());

/// Runs a function, with a log for its lines. A panic and an error that ends the function, such as a missing variable, are
/// lines as well: the runtime itself writes only text, which no alarm counts.
///
/// # Errors
/// Those of the function.
pub async fn run(function: impl Future<Output = Result<(), Fatal>>) -> Result<(), Fatal> {
    lambda_http::tracing::init_default_subscriber();
    panic::set_hook(Box::new(|panic| tracing::error!(cause = %panic, "a panic")));
    function.await.inspect_err(|error| {
        call(None).in_scope(|| tracing::error!(cause = causes(&**error), "the function cannot run"));
    })
}

/// The span of an invocation. Its level is that of errors, so that no setting of the level removes it.
pub(crate) fn call(network: Option<Network>) -> Span {
    let span = tracing::error_span!(
        "call",
        function = FUNCTION.as_str(),
        build = BUILD.as_str(),
        network = Empty,
        user = Empty,
        session = Empty,
        room = Empty
    );
    if let Some(network) = network {
        span.record("network", display(network));
    }
    span
}

/// Records the user and the session of this invocation.
pub fn caller(caller: &Caller) {
    user(caller.user);
    Span::current().record("session", caller.session.get(..SESSION_PREFIX).unwrap_or(&caller.session));
}

/// Records the user of this invocation, who has no session.
pub fn user(user: UserId) {
    Span::current().record("user", user.get());
}

/// Records the room of this invocation.
pub fn room(room: RoomId) {
    Span::current().record("room", room.get());
}

/// Logs a change of rights, such as "logged in". Every refusal is logged where it is answered.
pub fn done(what: &'static str) {
    tracing::info!("{what}");
}
