//! The web client in a real Chromium: a module for each activity of its users.
//!
//! `infra/scripts/browser` runs these tests. Each test has its own system, and each window is its own browser.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic is a failed test")]

mod accessibility;
mod attachments;
mod away;
mod chats;
mod chatting;
mod faults;
mod forwarding;
mod groups;
mod history;
mod invitations;
mod invites;
mod keyboard;
mod large;
mod mentions;
mod offline;
mod people;
mod policy;
mod presence;
mod reactions;
mod receipts;
mod replies;
mod revisions;
mod roles;
mod rooms;
mod searching;
mod session;
mod windows;
