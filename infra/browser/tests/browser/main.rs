//! The web client in a real Chromium: a module per thing that people do with it.
//!
//! `infra/scripts/browser` runs them. Each has a system of its own, and each window is a browser of its own.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic is a failed test")]

mod accessibility;
mod attachments;
mod chatting;
mod faults;
mod history;
mod keyboard;
mod policy;
mod rooms;
mod session;
