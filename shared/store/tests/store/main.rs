//! The store on the embedded DynamoDB, with the template's tables. The tests of a table are in the file with its name.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test reports by panicking, its helpers too")]

mod attachments;
mod conflicts;
mod connections;
mod credentials;
mod memberships;
mod messages;
mod order;
mod registrations;
mod rooms;
mod sessions;
mod signing_keys;
mod support;
mod users;
