//! The store on the embedded DynamoDB, with the template's tables. The tests of a table are in the file with its name.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test reports by panicking, its helpers too")]

mod adding;
mod attachments;
mod attempts;
mod blocks;
mod change_turns;
mod conflicts;
mod connections;
mod creating;
mod credentials;
mod deleting;
mod directs;
mod invitations;
mod joining;
mod leaving;
mod marks;
mod memberships;
mod message_changes;
mod messages;
mod old_items;
mod order;
mod paces;
mod reactions;
mod registrations;
mod roles;
mod room_settings;
mod sessions;
mod signing_keys;
mod support;
mod sweep;
mod thawed;
mod turns;
mod users;
