//! The certificates that calls to S3 trust, and the time of a TLS handshake.
#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::{
    error::Error as _,
    iter::successors,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use aws::{Credentials, Settings};
use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use bucket::Bucket;
use domain::{AttachmentId, Error};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs::default_provider, pki_types::PrivateKeyDer},
};

/// A server with a certificate that no authority has signed.
struct Server {
    endpoint: String,
    certificate: String,
    /// The number of answered requests.
    answered: Arc<AtomicUsize>,
}

impl Server {
    /// Waits for the time `late` before each handshake and each answer.
    async fn start(late: Duration) -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], PrivateKeyDer::Pkcs8(signing_key.serialize_der().into()))
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("https://{}", listener.local_addr().unwrap());
        let answered = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&answered);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, acceptor.clone(), late, Arc::clone(&counter)));
            }
        });
        Self { endpoint, certificate: cert.pem(), answered }
    }

    fn bucket(&self, tls: TlsContext) -> Bucket {
        let settings = Settings {
            endpoint: Some(self.endpoint.clone()),
            region: "us-east-1".to_owned(),
            credentials: Credentials::new("test", "test", None, None, "test"),
            tls,
        };
        Bucket::new(settings, "bucket".to_owned()).unwrap()
    }

    /// Trusts the certificate of this server.
    fn trusted(&self) -> TlsContext {
        let store = TrustStore::empty().with_pem_certificate(self.certificate.clone());
        TlsContext::builder().with_trust_store(store).build().unwrap()
    }

    fn answered(&self) -> usize {
        self.answered.load(Ordering::SeqCst)
    }
}

async fn answer(stream: TcpStream, acceptor: TlsAcceptor, late: Duration, answered: Arc<AtomicUsize>) {
    tokio::time::sleep(late).await;
    // A client that does not trust the certificate ends the handshake.
    let Ok(mut stream) = acceptor.accept(stream).await else { return };
    let mut request = [0; 4096];
    while stream.read(&mut request).await.is_ok_and(|length| length > 0) {
        tokio::time::sleep(late).await;
        answered.fetch_add(1, Ordering::SeqCst);
        if stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.is_err() {
            return;
        }
    }
}

const ID: AttachmentId = AttachmentId::new([7; 16]);

async fn is_uploaded(bucket: &Bucket) -> Result<bool, Error> {
    bucket.is_uploaded(ID, SystemTime::now().into()).await
}

/// The texts of the causes of an error.
fn causes(error: &Error) -> String {
    let causes = successors(error.source(), |&cause| cause.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[tokio::test]
async fn s3_at_aws_needs_a_certificate_of_amazon() {
    let server = Server::start(Duration::ZERO).await;
    let bucket = server.bucket(aws::trust(["https://s3.eu-west-1.amazonaws.com"]).unwrap());
    for refused in [is_uploaded(&bucket).await.err(), bucket.objects().read_upload(ID, 1).await.err()] {
        let causes = causes(&refused.unwrap());
        assert!(causes.contains("UnknownIssuer"), "{causes}");
    }
    assert_eq!(server.answered(), 0);

    let bucket = server.bucket(server.trusted());
    assert!(is_uploaded(&bucket).await.unwrap());
    assert!(bucket.objects().read_upload(ID, 1).await.unwrap().is_some());
}

#[tokio::test]
async fn a_handshake_does_not_take_of_the_time_for_the_answer() {
    // Handshake and answer together take longer than an attempt.
    let server = Server::start(Duration::from_millis(600)).await;
    assert!(is_uploaded(&server.bucket(server.trusted())).await.unwrap());
    assert_eq!(server.answered(), 1);
}
