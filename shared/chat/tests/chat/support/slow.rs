//! A DynamoDB that answers late: a proxy before the engine.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use store::Store;
use tokio::{
    io::{self, AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{Mutex, MutexGuard},
};

/// The end of the header `x-amz-target` of a transaction.
const TRANSACTION: &[u8] = b"TransactWriteItems";

/// The time for which each answer is held back.
#[derive(Clone, Debug, Default)]
pub struct Delay {
    milliseconds: Arc<AtomicU64>,
    transactions: Arc<Mutex<()>>,
}

/// A request of a connection that has no answer yet.
#[derive(Debug, Default)]
struct Asked {
    anything: AtomicBool,
    transaction: AtomicBool,
}

impl Delay {
    pub fn set(&self, milliseconds: u64) {
        self.milliseconds.store(milliseconds, Ordering::SeqCst);
    }

    /// Holds back the answers to transactions until the guard is dropped. Other answers pass.
    pub async fn holds_transactions(&self) -> MutexGuard<'_, ()> {
        self.transactions.lock().await
    }

    /// A store that calls the engine through this proxy.
    pub async fn store(&self) -> Store {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        embedded::store_through(|engine| {
            let delay = self.clone();
            tokio::spawn(async move {
                while let Ok((client, _)) = listener.accept().await {
                    let engine = TcpStream::connect(engine.trim_start_matches("http://")).await.unwrap();
                    let (client, engine) = (client.into_split(), engine.into_split());
                    let asked = Arc::new(Asked::default());
                    tokio::spawn(hand_on(client.0, engine.1, Arc::clone(&asked)));
                    tokio::spawn(delay.clone().hold_back(engine.0, client.1, asked));
                }
            });
            url
        })
    }

    /// Holds back each answer once, in however many parts it comes.
    async fn hold_back(
        self,
        mut engine: OwnedReadHalf,
        mut client: OwnedWriteHalf,
        asked: Arc<Asked>,
    ) -> io::Result<()> {
        let mut answer = vec![0; 64 * 1024];
        loop {
            let length = engine.read(&mut answer).await?;
            if asked.anything.swap(false, Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(self.milliseconds.load(Ordering::SeqCst))).await;
            }
            if asked.transaction.swap(false, Ordering::SeqCst) {
                drop(self.transactions.lock().await);
            }
            client.write_all(&answer[..length]).await?;
            if length == 0 {
                return Ok(());
            }
        }
    }
}

async fn hand_on(mut client: OwnedReadHalf, mut engine: OwnedWriteHalf, asked: Arc<Asked>) -> io::Result<()> {
    let mut request = vec![0; 64 * 1024];
    loop {
        let length = client.read(&mut request).await?;
        asked.anything.store(true, Ordering::SeqCst);
        if request[..length].windows(TRANSACTION.len()).any(|part| part == TRANSACTION) {
            asked.transaction.store(true, Ordering::SeqCst);
        }
        engine.write_all(&request[..length]).await?;
        if length == 0 {
            return Ok(());
        }
    }
}
