//! The subject of each line of the log: the function, its build, the network, the user, the session and the room of a
//! call.
//!
//! An invocation has a span, which the subscriber writes with each line: as the object `span` in JSON, and before the
//! message in text. Its fields are recorded as soon as they are known. No token, no password and no text of a message
//! is among them.

use std::{env, fmt, panic, process::ExitCode, str::FromStr as _, sync::LazyLock};

use chat::{Caller, now};
use domain::{Network, RoomId, UserId, causes};
use lambda_http::tracing::subscriber::{self, EnvFilter, filter::LevelFilter, fmt::format::Writer};
use tracing::{
    Instrument as _, Span,
    field::{Empty, display},
};

use crate::{Fatal, metrics};

/// The characters of a session's id that tell the sessions of a user apart. The whole id is the business of tokens
/// alone.
const SESSION_PREFIX: usize = 8;

static FUNCTION: LazyLock<String> = LazyLock::new(|| env::var("_HANDLER").unwrap_or_default());

/// The alarm that takes a deployment back counts the errors of its build alone.
static BUILD: LazyLock<String> = LazyLock::new(|| env::var("BUILD_ID").unwrap_or_default());

/// Whether the readers of the log are programs (AWS Lambda Developer Guide, "Configuring JSON and plain text log
/// formats").
static IS_JSON: LazyLock<bool> =
    LazyLock::new(|| env::var("AWS_LAMBDA_LOG_FORMAT").is_ok_and(|format| format.eq_ignore_ascii_case("JSON")));

/// Runs a function, with a log for its lines. A panic and an error that ends the function, such as a missing variable,
/// are lines as well: without them, the process would write text, which no alarm counts.
pub async fn run(function: impl Future<Output = Result<(), Fatal>>) -> ExitCode {
    subscribe();
    panic::set_hook(Box::new(|panic| tracing::error!(cause = %panic, "a panic")));
    let Err(error) = function.await else { return ExitCode::SUCCESS };
    call(None).in_scope(|| tracing::error!(cause = causes(&*error), "the function cannot run"));
    ExitCode::FAILURE
}

/// Begins the log. Lines of JSON have a time and a level, because Lambda takes a line that lacks one of them for
/// information (AWS Lambda Developer Guide, "Log-level filtering"). Lines of text have no time, because the local
/// runtime writes them under their invocation.
fn subscribe() {
    if !*IS_JSON {
        lambda_http::tracing::init_default_subscriber();
        return;
    }
    let level = env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| LevelFilter::from_str(&level).ok());
    let filter = EnvFilter::builder().with_default_directive(level.unwrap_or(LevelFilter::INFO).into());
    let time: fn(&mut Writer<'_>) -> fmt::Result = |line| write!(line, "{}", now());
    subscriber::fmt().json().with_timer(time).with_target(false).with_env_filter(filter.from_env_lossy()).init();
}

/// Runs an invocation in its span, and logs its metrics.
pub(crate) async fn invocation<T>(call: Span, handled: impl Future<Output = T>) -> T {
    // In a box, because the compiler limits the depth of futures in futures.
    let (outcome, counts) = chat::metrics::collect(Box::pin(handled)).instrument(call).await;
    if *IS_JSON {
        metrics::write(&counts, FUNCTION.as_str());
    }
    outcome
}

/// The id of the build.
#[must_use]
pub fn build() -> &'static str {
    BUILD.as_str()
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
