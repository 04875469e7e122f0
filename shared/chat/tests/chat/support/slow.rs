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
};

/// The milliseconds for which each answer is held back.
#[derive(Clone, Debug, Default)]
pub struct Delay(Arc<AtomicU64>);

impl Delay {
    pub fn set(&self, milliseconds: u64) {
        self.0.store(milliseconds, Ordering::SeqCst);
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
                    let asked = Arc::new(AtomicBool::new(false));
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
        asked: Arc<AtomicBool>,
    ) -> io::Result<()> {
        let mut answer = vec![0; 64 * 1024];
        loop {
            let length = engine.read(&mut answer).await?;
            if asked.swap(false, Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(self.0.load(Ordering::SeqCst))).await;
            }
            client.write_all(&answer[..length]).await?;
            if length == 0 {
                return Ok(());
            }
        }
    }
}

async fn hand_on(mut client: OwnedReadHalf, mut engine: OwnedWriteHalf, asked: Arc<AtomicBool>) -> io::Result<()> {
    let mut request = vec![0; 64 * 1024];
    loop {
        let length = client.read(&mut request).await?;
        asked.store(true, Ordering::SeqCst);
        engine.write_all(&request[..length]).await?;
        if length == 0 {
            return Ok(());
        }
    }
}
