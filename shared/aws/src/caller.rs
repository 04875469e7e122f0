//! Calls without an SDK, if an SDK would cost too many instructions or make a function too large.

use std::{pin::pin, sync::OnceLock, time::Duration};

use aws_smithy_http_client::{Connector, tls::TlsContext};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{connection::CaptureSmithyConnection, http::HttpConnector as _, orchestrator::HttpRequest},
};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Collected};
use tokio::time::timeout;

use crate::{
    Attempts, backoff,
    connections::{pooled, unpooled},
};

/// A request with its signature.
pub type Request = HttpRequest;
/// An answer with its body.
pub type Answer = http::Response<Bytes>;

/// How often an attempt without an answer checks whether it has a connection. It may end this much early.
const TICK: Duration = Duration::from_millis(100);

/// The reason why an attempt has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// No answer came in time.
    #[error("no answer in time")]
    Late,
    /// The connection was not opened, or broke.
    #[error("the connection failed")]
    Failed(#[source] BoxError),
}

/// Makes calls to one service.
#[derive(Debug)]
pub struct Caller {
    tls: TlsContext,
    /// Made at its first use, because most functions call no such service.
    pooled: OnceLock<Connector>,
    /// Made at its first use, by an attempt after one without an answer.
    unpooled: OnceLock<Connector>,
}

impl Caller {
    /// Makes calls over connections of its own. Opens none yet.
    #[must_use]
    pub fn new(tls: TlsContext) -> Self {
        Self { tls, pooled: OnceLock::new(), unpooled: OnceLock::new() }
    }

    /// Makes a call until `judge` returns its outcome as `Ok`, which is final. `Err` asks for another attempt and is
    /// the outcome of the last one. Returns `None` if the time for all attempts is over.
    ///
    /// After an attempt without an answer, further ones use new connections, because all idle connections may be dead.
    /// The time of an attempt begins when it has a connection, because many TLS handshakes at once take longer than an
    /// answer. Opening a connection has a timeout of its own.
    pub async fn call<T>(
        &self,
        request: &Request,
        attempts: Attempts,
        judge: impl Fn(Result<Answer, Unanswered>) -> Result<T, T>,
    ) -> Option<T> {
        let outcome = async {
            let mut connector = self.pooled.get_or_init(|| pooled(self.tls.clone()));
            let mut attempt = 1;
            loop {
                let answer = answer(connector, request, attempts.each).await;
                if answer.is_err() {
                    connector = self.unpooled.get_or_init(|| unpooled(self.tls.clone()));
                }
                match judge(answer) {
                    Ok(outcome) => return outcome,
                    Err(outcome) if attempt == attempts.most => return outcome,
                    Err(_) => backoff(attempts.backoff, attempt).await,
                }
                attempt += 1;
            }
        };
        timeout(attempts.all, outcome).await.ok()
    }
}

async fn answer(connector: &Connector, request: &Request, patience: Duration) -> Result<Answer, Unanswered> {
    let unrepeatable = || Unanswered::Failed("a request with a stream cannot be repeated".into());
    let mut request = request.try_clone().ok_or_else(unrepeatable)?;
    let connection = CaptureSmithyConnection::new();
    request.add_extension(connection.clone());
    let mut answer = pin!(send(connector, request));
    let mut waited = Duration::ZERO;
    loop {
        if let Ok(answer) = timeout(TICK, &mut answer).await {
            return answer.map_err(Unanswered::Failed);
        }
        let Some(connection) = connection.get() else { continue };
        waited += TICK;
        if waited >= patience {
            // Otherwise a connection of HTTP/2 would serve further requests, although it may be dead.
            connection.poison();
            return Err(Unanswered::Late);
        }
    }
}

async fn send(connector: &Connector, request: Request) -> Result<Answer, BoxError> {
    let (parts, body) = connector.call(request).await?.try_into_http1x()?.into_parts();
    // Read to its end, so that the connection can serve the next request. The status counts even if the body breaks
    // off.
    let body = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
    Ok(Answer::from_parts(parts, body))
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use http::StatusCode;

    use super::*;
    use crate::server::{Server, Then};

    const ATTEMPTS: Attempts = Attempts {
        most: 3,
        backoff: Duration::from_millis(1),
        each: Duration::from_millis(200),
        all: Duration::from_secs(2),
    };

    fn caller() -> Caller {
        Caller::new(crate::trust([]).unwrap())
    }

    async fn status(caller: &Caller, server: &Server) -> Result<StatusCode, String> {
        let request = Request::get(server.url()).unwrap();
        let judge = |answer: Result<Answer, Unanswered>| match answer {
            Ok(answer) => Ok(Ok(answer.status())),
            Err(error) => Err(Err(error.to_string())),
        };
        caller.call(&request, ATTEMPTS, judge).await.unwrap_or_else(|| Err("all time is over".to_owned()))
    }

    #[tokio::test]
    async fn calls_share_a_connection() {
        let (server, caller) = (Server::start([]).await, caller());
        for _ in 0..3 {
            assert_eq!(status(&caller, &server).await, Ok(StatusCode::OK));
        }
        assert_eq!(server.connections(), 1);
    }

    #[tokio::test]
    async fn an_attempt_on_a_dead_connection_is_followed_by_one_on_a_new_connection() {
        // Two calls at once leave two idle connections, both dead when the next call comes.
        let server = Server::start([(1, Then::Silent), (1, Then::Silent)]).await;
        let caller = caller();
        let both = tokio::join!(status(&caller, &server), status(&caller, &server));
        assert_eq!((both, server.connections()), ((Ok(StatusCode::OK), Ok(StatusCode::OK)), 2));
        assert_eq!(status(&caller, &server).await, Ok(StatusCode::OK));
        assert_eq!(server.connections(), 3);
    }

    #[tokio::test]
    async fn calls_at_once_over_dead_connections_are_all_answered() {
        let server = Server::start([(1, Then::Silent); 64]).await;
        let caller = caller();
        for connections in [64, 128] {
            let statuses = join_all((0..64).map(|_| status(&caller, &server))).await;
            assert!(statuses.iter().all(|status| *status == Ok(StatusCode::OK)), "{statuses:?}");
            assert_eq!(server.connections(), connections);
        }
    }

    #[tokio::test]
    async fn a_server_that_never_answers_is_late_after_all_attempts() {
        let server = Server::start([(0, Then::Silent), (0, Then::Silent), (0, Then::Silent)]).await;
        assert_eq!(status(&caller(), &server).await, Err("no answer in time".to_owned()));
        assert_eq!(server.connections(), 3);
    }

    #[tokio::test]
    async fn a_connection_that_the_server_has_closed_while_it_was_idle_costs_nothing() {
        let server = Server::start([(1, Then::Close)]).await;
        let caller = caller();
        for _ in 0..2 {
            assert_eq!(status(&caller, &server).await, Ok(StatusCode::OK));
        }
        assert_eq!(server.connections(), 2);
    }

    #[tokio::test]
    async fn a_connection_that_breaks_off_is_followed_by_a_new_one() {
        let server = Server::start([(0, Then::Close)]).await;
        assert_eq!(status(&caller(), &server).await, Ok(StatusCode::OK));
        assert_eq!(server.connections(), 2);
    }

    #[tokio::test]
    async fn all_attempts_together_have_a_limit() {
        let server = Server::start([(0, Then::Silent)]).await;
        let attempts = Attempts { each: Duration::from_secs(10), all: Duration::from_millis(200), ..ATTEMPTS };
        let request = Request::get(server.url()).unwrap();
        assert_eq!(caller().call(&request, attempts, |_| Ok(())).await, None);
    }
}
