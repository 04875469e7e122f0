//! The use cases on the embedded DynamoDB, where journeys over the API cannot reach: messages that were never stored,
//! clocks that differ, sockets that died.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test reports by panicking, its helpers too")]

mod access;
mod audience;
mod holes;
mod list_messages;
mod login;
mod logout;
mod register;
mod slow;
mod support;
