//! The store on the embedded DynamoDB, with the tables of the template.

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
