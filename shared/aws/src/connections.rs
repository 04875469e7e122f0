//! The connections to AWS.

use std::time::Duration;

use aws_smithy_http_client::{
    Builder, Connector, ConnectorBuilder,
    tls::{Provider, TlsContext, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpClient};

const TLS: Provider = Provider::Rustls(CryptoMode::AwsLc);

/// How long opening a connection may take, its TLS handshake included.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a connection may be idle before it is closed instead of used. Servers close idle connections, load
/// balancers usually after a minute, and a function that is frozen between two events does not notice.
///
/// The pool of `hyper-util` compares times of `CLOCK_MONOTONIC` when a request takes a connection. That clock advances
/// while Lambda freezes a sandbox: the maintainers of the AWS Lambda Web Adapter measured a loss of at most 1 ms in
/// freezes of up to three minutes (<https://github.com/aws/aws-lambda-web-adapter/issues/830>). With `SnapStart`, which
/// these functions do not use, it may not. If the assumption fails, a dead connection costs one attempt, because
/// attempts have timeouts of their own.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// The HTTP client of an SDK.
pub(crate) fn client(tls: TlsContext) -> SharedHttpClient {
    Builder::new().pool_idle_timeout(IDLE_TIMEOUT).tls_provider(TLS).tls_context(tls).build_https()
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
    use aws_smithy_runtime_api::client::{http::HttpConnector as _, orchestrator::HttpRequest};
    use http_body_util::BodyExt as _;

    use super::*;
    use crate::server::Server;

    #[tokio::test]
    async fn a_connection_that_was_idle_too_long_is_not_used_again() {
        for (idle, expected) in [(Duration::from_millis(20), 3), (IDLE_TIMEOUT, 1)] {
            let server = Server::start([]).await;
            let connector = keeping(idle, crate::trust([]).unwrap());
            for _ in 0..3 {
                let answer = connector.call(HttpRequest::get(server.url()).unwrap()).await.unwrap();
                answer.into_body().collect().await.unwrap();
                tokio::time::sleep(Duration::from_millis(60)).await;
            }
            assert_eq!(server.connections(), expected, "{idle:?}");
        }
    }

    #[tokio::test]
    async fn an_unpooled_connection_is_not_used_again() {
        let (server, connector) = (Server::start([]).await, unpooled(crate::trust([]).unwrap()));
        for _ in 0..3 {
            let answer = connector.call(HttpRequest::get(server.url()).unwrap()).await.unwrap();
            answer.into_body().collect().await.unwrap();
        }
        assert_eq!(server.connections(), 3);
    }
}
