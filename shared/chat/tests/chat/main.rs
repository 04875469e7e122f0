//! The use cases on the embedded DynamoDB, where journeys over the API cannot reach: messages that were never stored,
//! clocks that differ, sockets that died.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test reports by panicking, its helpers too")]

mod accounts {
    mod login;
    mod logout;
    mod register;
}
mod messages {
    mod holes;
    mod list_messages;
}
mod rooms {
    mod access;
}
mod slow;
mod sockets {
    mod audience;
}
mod support;
