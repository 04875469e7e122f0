//! A function that was frozen: its connections are dead, without a sign of it.

use std::{
    future::pending,
    net,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use domain::SEND_WITHIN;
use futures_util::future::join_all;
use store::{Consistency, Store};
use tokio::{
    io::{self, AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A way to DynamoDB on which connections die.
#[derive(Clone, Default)]
struct Way {
    connections: Arc<AtomicUsize>,
    dead: Arc<AtomicUsize>,
}

impl Way {
    fn store(&self) -> Store {
        embedded::store_through(|engine| {
            let listener = net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.set_nonblocking(true).unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let engine = engine.strip_prefix("http://").unwrap().trim_end_matches('/').to_owned();
            tokio::spawn(self.clone().accept(TcpListener::from_std(listener).unwrap(), engine));
            url
        })
    }

    async fn accept(self, listener: TcpListener, engine: String) {
        while let Ok((client, _)) = listener.accept().await {
            let number = self.connections.fetch_add(1, Ordering::SeqCst);
            let (way, engine) = (self.clone(), engine.clone());
            tokio::spawn(async move { way.carry(number, client, &engine).await });
        }
    }

    /// Carries requests until the connection is dead, and answers.
    async fn carry(&self, number: usize, client: TcpStream, engine: &str) -> io::Result<()> {
        let (mut requests, mut to_client) = client.into_split();
        let (mut answers, mut to_engine) = TcpStream::connect(engine).await?.into_split();
        tokio::spawn(async move { io::copy(&mut answers, &mut to_client).await });
        let mut bytes = [0; 4096];
        loop {
            let length = requests.read(&mut bytes).await?;
            if number < self.dead.load(Ordering::SeqCst) {
                pending::<()>().await;
            }
            if length == 0 {
                return Ok(());
            }
            to_engine.write_all(&bytes[..length]).await?;
        }
    }

    fn die(&self) {
        self.dead.store(self.connections.load(Ordering::SeqCst), Ordering::SeqCst);
    }
}

#[tokio::test]
async fn dead_connections_cost_one_attempt_and_a_message_still_has_time() {
    let way = Way::default();
    let store = way.store();
    let calls = async |count| join_all((0..count).map(|_| store.user_by_name("ann", Consistency::Eventual))).await;
    assert!(calls(6).await.iter().all(Result::is_ok));
    assert_eq!(way.connections.load(Ordering::SeqCst), 6);
    way.die();
    let started = Instant::now();
    assert!(calls(3).await.iter().all(Result::is_ok));
    let took = started.elapsed();
    assert!(took > Duration::from_secs(1) && took < SEND_WITHIN, "{took:?}");
}
