use std::{
    error::Error as _,
    iter::successors,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use domain::Error;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::TlsAcceptor;

use crate::server::{ID, Server, is_uploaded};

/// A server that waits for the time `late` before each handshake and each answer, and the number of its answers.
async fn answering(late: Duration) -> (Server, Arc<AtomicUsize>) {
    let answered = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&answered);
    let serve = move |stream, acceptor, _| answer(stream, acceptor, late, Arc::clone(&counter));
    (Server::start(b"http/1.1", serve).await, answered)
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

/// The texts of the causes of an error.
fn causes(error: &Error) -> String {
    let causes = successors(error.source(), |&cause| cause.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[tokio::test]
async fn s3_at_aws_needs_a_certificate_of_amazon() {
    let (server, answered) = answering(Duration::ZERO).await;
    let bucket = server.bucket(aws::trust(["https://s3.eu-west-1.amazonaws.com"]).unwrap());
    for refused in [is_uploaded(&bucket).await.err(), bucket.objects().read_upload(ID, 1).await.err()] {
        let causes = causes(&refused.unwrap());
        assert!(causes.contains("UnknownIssuer"), "{causes}");
    }
    assert_eq!(answered.load(Ordering::SeqCst), 0);

    let bucket = server.bucket(server.trusted());
    assert!(is_uploaded(&bucket).await.unwrap());
    assert!(bucket.objects().read_upload(ID, 1).await.unwrap().is_some());
}

#[tokio::test]
async fn a_handshake_does_not_take_of_the_time_for_the_answer() {
    // Handshake and answer together take longer than an attempt.
    let (server, answered) = answering(Duration::from_millis(600)).await;
    assert!(is_uploaded(&server.bucket(server.trusted())).await.unwrap());
    assert_eq!(answered.load(Ordering::SeqCst), 1);
}
