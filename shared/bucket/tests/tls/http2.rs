//! Connections of HTTP/2, which AWS may choose: all requests share one, so a dead one must not serve the next request.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{self, AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::TlsAcceptor;

use crate::server::{Server, is_uploaded};

/// RFC 9113, sections 3.4, 6.2 and 6.5.
const PREFACE: usize = 24;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const SETTINGS_FRAME: [u8; 9] = [0, 0, 0, SETTINGS, 0, 0, 0, 0, 0];
const SETTINGS_ACK: [u8; 9] = [0, 0, 0, SETTINGS, 1, 0, 0, 0, 0];
/// `:status: 200` in one byte (RFC 7541, appendix A), with the flags `END_STREAM` and `END_HEADERS`.
const OK: [u8; 5] = [0, 0, 1, HEADERS, 5];

/// The number of requests on each connection.
type Requests = Arc<Mutex<Vec<usize>>>;

/// Answers all requests, except on the first connection, which is dead after its first answer.
async fn serve(stream: TcpStream, acceptor: TlsAcceptor, number: usize, requests: Requests) -> io::Result<()> {
    requests.lock().unwrap().push(0);
    let mut stream = acceptor.accept(stream).await?;
    stream.read_exact(&mut [0; PREFACE]).await?;
    stream.write_all(&SETTINGS_FRAME).await?;
    loop {
        let mut header = [0; 9];
        stream.read_exact(&mut header).await?;
        let [high, middle, low, kind, flags, id @ ..] = header;
        let length = u32::from_be_bytes([0, high, middle, low]);
        stream.read_exact(&mut vec![0; length as usize]).await?;
        if (kind, flags) == (SETTINGS, 0) {
            stream.write_all(&SETTINGS_ACK).await?;
        } else if kind == HEADERS {
            requests.lock().unwrap()[number] += 1;
            if number > 0 || requests.lock().unwrap()[0] == 1 {
                stream.write_all(&[&OK[..], &id, &[0x88]].concat()).await?;
            }
        }
    }
}

#[tokio::test]
async fn a_dead_connection_serves_no_further_request() {
    let requests = Requests::default();
    let counted = Arc::clone(&requests);
    let serve = move |stream, acceptor, number| {
        let served = serve(stream, acceptor, number, Arc::clone(&counted));
        async { drop(served.await) }
    };
    let server = Server::start(b"h2", serve).await;
    let bucket = server.bucket(server.trusted());
    for _ in 0..4 {
        assert!(is_uploaded(&bucket).await.unwrap());
    }
    // The second request dies on the first connection and has one of its own then. The others share a new one.
    assert_eq!(*requests.lock().unwrap(), [2, 1, 2]);
}
