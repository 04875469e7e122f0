//! Every crash point of every function: an instance dies once before and once after each call that it makes. A client that
//! tries again gets what it wanted, and nothing that anybody was told turns out to be untrue.
//!
//! A module a function that changes anything; those that change nothing are in `reads`.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic is a failed journey")]

mod attaching;
mod change_password;
mod check_attachment;
mod create_chatroom;
mod ending;
mod join_chatroom;
mod leave_chatroom;
mod login;
mod logout;
mod logout_all;
mod message;
mod read_message;
mod reader;
mod reads;
mod register;
mod repository;
mod rooms;
mod send_message;
mod socket;

/// Why these journeys go to a system of their own.
const BECAUSE: &str = "its instances die";
