//! The connections to AWS.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use aws_smithy_http_client::{
    Connector, ConnectorBuilder,
    tls::{Provider, TlsContext, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{
        HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
        http_client_fn,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};

const TLS: Provider = Provider::Rustls(CryptoMode::AwsLc);

/// How long opening a connection may take, its TLS handshake included.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a connection may be idle before it is closed instead of used. Servers close idle connections, load
/// balancers usually after a minute, and a function that is frozen between two events does not notice.
///
/// The pool of `hyper-util` compares times of `CLOCK_MONOTONIC` when a request takes a connection. Whether that clock
/// advances while Lambda freezes a sandbox is not documented. The maintainers of the AWS Lambda Web Adapter measured a
/// loss of at most 1 ms in freezes of up to three minutes (<https://github.com/aws/aws-lambda-web-adapter/issues/830>);
/// others report that it stops (<https://github.com/ConductorOne/baton-sdk/pull/1007>). So attempts have timeouts of
/// their own, and a dead connection costs one attempt.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// The HTTP client of an SDK.
pub(crate) fn client(tls: TlsContext) -> SharedHttpClient {
    let connections = SharedHttpConnector::new(Connections { tls, current: Arc::default() });
    http_client_fn(move |_, _| connections.clone())
}

/// Connections that are kept for further requests until a request fails or waits for an answer in vain. Then all idle
/// ones are dropped, because those of a frozen function die together, and an SDK would spend an attempt on each.
#[derive(Clone, Debug)]
struct Connections {
    tls: TlsContext,
    current: Arc<Mutex<Option<Arc<Connector>>>>,
}

impl Connections {
    fn current(&self) -> Arc<Connector> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(current.get_or_insert_with(|| Arc::new(pooled(self.tls.clone()))))
    }

    /// Drops the idle connections, unless another request has done so already.
    fn drop_idle(&self, used: &Arc<Connector>) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.take_if(|current| Arc::ptr_eq(current, used));
    }
}

impl HttpConnector for Connections {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.current();
        let waiting = Waiting { connections: self.clone(), connector, since: Instant::now(), is_answered: false };
        HttpConnectorFuture::new(waiting.answer(request))
    }
}

/// A request that waits for its answer. An SDK drops it at its timeout, and a caller that needs the answer no longer at
/// any time. Only after [`CONNECT_TIMEOUT`], which is shorter than any attempt of an SDK, the silence is the server's.
struct Waiting {
    connections: Connections,
    connector: Arc<Connector>,
    since: Instant,
    is_answered: bool,
}

impl Waiting {
    async fn answer(mut self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let outcome = self.connector.call(request).await;
        self.is_answered = true;
        if outcome.is_err() {
            self.connections.drop_idle(&self.connector);
        }
        outcome
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.is_answered && self.since.elapsed() >= CONNECT_TIMEOUT {
            self.connections.drop_idle(&self.connector);
        }
    }
}

/// Keeps connections for further requests.
pub(crate) fn pooled(tls: TlsContext) -> Connector {
    keeping(IDLE_TIMEOUT, tls)
}

/// Opens a connection for each request.
pub(crate) fn unpooled(tls: TlsContext) -> Connector {
    https(Connector::builder().pool_max_idle_per_host(0), tls)
}

fn keeping(idle: Duration, tls: TlsContext) -> Connector {
    https(Connector::builder().pool_idle_timeout(idle), tls)
}

fn https(builder: ConnectorBuilder, tls: TlsContext) -> Connector {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
    builder.tls_provider(TLS).tls_context(tls).connector_settings(settings).build()
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use tokio::time::timeout;

    use super::*;
    use crate::server::{Server, Then};

    async fn get(connector: &impl HttpConnector, server: &Server) {
        let answer = connector.call(HttpRequest::get(server.url()).unwrap()).await.unwrap();
        answer.into_body().collect().await.unwrap();
    }

    #[tokio::test]
    async fn idle_connections_are_dropped_after_a_request_without_an_answer() {
        let server = Server::start([(1, Then::Silent), (1, Then::Silent), (1, Then::Silent)]).await;
        let connections = Connections { tls: crate::trust([]).unwrap(), current: Arc::default() };
        tokio::join!(get(&connections, &server), get(&connections, &server), get(&connections, &server));
        assert_eq!(server.connections(), 3);
        let unanswered = async { tokio::join!(get(&connections, &server), get(&connections, &server)) };
        assert!(timeout(CONNECT_TIMEOUT, unanswered).await.is_err());
        for _ in 0..2 {
            get(&connections, &server).await;
        }
        assert_eq!(server.connections(), 4);
    }

    #[tokio::test]
    async fn idle_connections_stay_after_a_request_that_is_given_up_early() {
        let server = Server::start([(1, Then::Silent)]).await;
        let connections = Connections { tls: crate::trust([]).unwrap(), current: Arc::default() };
        tokio::join!(get(&connections, &server), get(&connections, &server));
        assert_eq!(server.connections(), 2);
        let both = async { tokio::join!(get(&connections, &server), get(&connections, &server)) };
        assert!(timeout(Duration::from_millis(200), both).await.is_err());
        get(&connections, &server).await;
        assert_eq!(server.connections(), 2);
    }

    #[tokio::test]
    async fn a_connection_that_was_idle_too_long_is_not_used_again() {
        for (idle, expected) in [(Duration::from_millis(20), 3), (IDLE_TIMEOUT, 1)] {
            let server = Server::start([]).await;
            let connector = keeping(idle, crate::trust([]).unwrap());
            for _ in 0..3 {
                get(&connector, &server).await;
                tokio::time::sleep(Duration::from_millis(60)).await;
            }
            assert_eq!(server.connections(), expected, "{idle:?}");
        }
    }

    #[tokio::test]
    async fn an_unpooled_connection_is_not_used_again() {
        let (server, connector) = (Server::start([]).await, unpooled(crate::trust([]).unwrap()));
        for _ in 0..3 {
            get(&connector, &server).await;
        }
        assert_eq!(server.connections(), 3);
    }
}
