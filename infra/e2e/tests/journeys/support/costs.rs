//! The costs of functions: calls of DynamoDB, the longest chain of calls that wait for one another, units, and calls
//! for sockets. They are counts, and so the same on every machine.
//!
//! The units are those of small items: a write is rounded up to 1 KB, a read to 4 KB, and an eventually consistent read
//! costs half. A transaction costs twice its writes.

use e2e::{Cost, Server, Socket, User};
use futures_util::future::join_all;

/// A local system that records its calls.
pub(crate) async fn server() -> Option<Server> {
    Server::local("a deployed system does not show its calls").recording_calls().start().await
}

/// A room of Ann and two others, with an open socket each.
pub(crate) struct Room {
    server: Server,
    pub(crate) ann: User,
    pub(crate) bob: User,
    pub(crate) id: u64,
    pub(crate) anns: Socket,
    pub(crate) others: Vec<Socket>,
}

impl Room {
    pub(crate) async fn of_three() -> Option<Self> {
        let server = server().await?;
        let ([ann, bob, cem], id) = server.room_of(["ann", "bob", "cem"]).await;
        let (anns, bobs, cems) = tokio::join!(ann.opens_socket(id), bob.opens_socket(id), cem.opens_socket(id));
        Some(Self { server, ann, bob, id, anns, others: vec![bobs, cems] })
    }

    /// Waits until the others have heard an event of this type.
    pub(crate) async fn others_hear(&mut self, kind: &str) {
        join_all(self.others.iter_mut().map(|socket| socket.next_of(kind))).await;
    }

    /// The cost of a function's last invocation.
    pub(crate) async fn cost(&self, function: &str) -> Cost {
        self.server.cost(function).await
    }
}
