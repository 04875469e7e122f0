//! A server whose connections die.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// The state of a connection after its last answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Then {
    /// Open, without an answer to further requests.
    Silent,
    /// Closed by the server.
    Close,
}

pub(crate) struct Server {
    url: String,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// The first connections die after these numbers of answers. Further ones answer every request.
    pub(crate) async fn start(dying: impl IntoIterator<Item = (usize, Then)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let mut dying: Vec<_> = dying.into_iter().collect();
        let accepted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                accepted.fetch_add(1, Ordering::SeqCst);
                let (answers, then) = if dying.is_empty() { (usize::MAX, Then::Close) } else { dying.remove(0) };
                tokio::spawn(serve(stream, answers, then));
            }
        });
        Self { url, connections }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Takes each read as one request.
async fn serve(mut stream: TcpStream, answers: usize, then: Then) {
    let mut request = [0; 4096];
    for _ in 0..answers {
        if stream.read(&mut request).await.unwrap() == 0 {
            return;
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
    }
    match then {
        Then::Silent => while stream.read(&mut request).await.is_ok_and(|length| length > 0) {},
        // Closed before it has read a request, the connection would seem refused.
        Then::Close if answers == 0 => drop(stream.read(&mut request).await),
        Then::Close => {}
    }
}
