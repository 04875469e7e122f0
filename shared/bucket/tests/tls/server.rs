//! A server with a certificate that no authority has signed, and clients of it.

use std::{future::Future, sync::Arc, time::SystemTime};

use aws::{Credentials, Settings};
use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use bucket::Bucket;
use domain::{AttachmentId, Error};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs::default_provider, pki_types::PrivateKeyDer},
};

pub(crate) const ID: AttachmentId = AttachmentId::new([7; 16]);

pub(crate) struct Server {
    endpoint: String,
    certificate: String,
}

impl Server {
    /// Speaks `protocol`, and serves each connection with `serve`, which gets its number: 0, 1, 2, ….
    pub(crate) async fn start<F>(
        protocol: &[u8],
        serve: impl Fn(TcpStream, TlsAcceptor, usize) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], PrivateKeyDer::Pkcs8(signing_key.serialize_der().into()))
            .unwrap();
        config.alpn_protocols = vec![protocol.to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("https://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            for number in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, acceptor.clone(), number));
            }
        });
        Self { endpoint, certificate: cert.pem() }
    }

    pub(crate) fn bucket(&self, tls: TlsContext) -> Bucket {
        let settings = Settings {
            endpoint: Some(self.endpoint.clone()),
            region: "us-east-1".to_owned(),
            credentials: Credentials::new("test", "test", None, None, "test"),
            tls,
        };
        Bucket::new(settings, None, "bucket".to_owned()).unwrap()
    }

    /// Trusts the certificate of this server.
    pub(crate) fn trusted(&self) -> TlsContext {
        let store = TrustStore::empty().with_pem_certificate(self.certificate.clone());
        TlsContext::builder().with_trust_store(store).build().unwrap()
    }
}

pub(crate) async fn is_uploaded(bucket: &Bucket) -> Result<bool, Error> {
    bucket.is_uploaded(ID, SystemTime::now().into()).await
}
