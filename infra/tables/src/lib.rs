//! The template's tables in an embedded engine of DynamoDB, in memory or in a file.
//!
//! A call blocks its thread while the engine writes to disk, so the engine has a server and threads of its own. Clients
//! speak DynamoDB's protocol to its address. It checks neither signatures nor rights.

mod ensure;

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, anyhow};
use dynoxide::Database;
use template::Table;

/// A running engine. It runs until the process ends.
#[derive(Clone, Copy, Debug)]
pub struct Engine {
    /// The address of its server.
    pub address: SocketAddr,
}

impl Engine {
    /// Opens the database in `directory`, or one in memory, creates the missing tables, and deletes expired items once
    /// every `sweep`. `warn` gets the errors that happen later.
    ///
    /// # Errors
    /// If the file cannot be opened, or contains a table with another key than the template's.
    pub fn start(directory: Option<&Path>, tables: &[Table], sweep: Duration, warn: fn(&str)) -> Result<Self> {
        let database = open(directory)?;
        for table in tables {
            ensure::ensure(&database, table).with_context(|| table.name.clone())?;
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("listening for DynamoDB calls")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let served = database.clone();
        thread::Builder::new().name("dynamodb".to_owned()).spawn(move || {
            if let Err(error) = serve(listener, served) {
                warn(&format!("DynamoDB has ended: {error}"));
            }
        })?;
        thread::Builder::new().name("dynamodb-ttl".to_owned()).spawn(move || delete_expired(&database, sweep, warn))?;
        Ok(Self { address })
    }

    /// The URL of its server.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn open(directory: Option<&Path>) -> Result<Database> {
    let Some(directory) = directory else {
        return Database::memory().map_err(|error| anyhow!("opening a database in memory: {error}"));
    };
    let file = directory.join("dynamodb.sqlite");
    let path = file.to_str().with_context(|| format!("{} is not a name in UTF-8", file.display()))?;
    Database::new(path).map_err(|error| anyhow!("opening {path}: {error}"))
}

fn serve(listener: TcpListener, database: Database) -> Result<()> {
    // The engine has one lock: while one thread is in it, the second one reads the next request.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("dynamodb").enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        dynoxide::server::serve_with_shutdown(listener, database, std::future::pending())
            .await
            .map_err(|error| anyhow!(error))
    })
}

fn delete_expired(database: &Database, every: Duration, warn: fn(&str)) {
    loop {
        thread::sleep(every);
        if let Err(error) = database.sweep_ttl() {
            warn(&format!("deleting expired items: {error}"));
        }
    }
}
