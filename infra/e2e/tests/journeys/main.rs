//! Journeys: a module per endpoint, and one per thing that concerns them all.
//!
//! Each journey has a server of its own and runs beside the others. With `HTTP_URL` and `WEBSOCKET_URL` set they go to
//! a deployed system instead.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic is a failed journey")]

mod attachments;
mod authentication;
mod authorization;
mod change_password;
mod concurrency;
mod conventions;
mod costs;
mod create_attachment;
mod create_chatroom;
mod dead_sockets;
mod docs;
mod faults;
mod find_user;
mod garbage;
mod join_chatroom;
mod least_privilege;
mod leave_chatroom;
mod limits;
mod list_chatrooms;
mod list_conversation_messages;
mod list_members;
mod list_messages;
mod login;
mod logout;
mod logout_all;
mod read_message;
mod register;
mod repository;
mod secrets;
mod send_message;
mod signing_keys;
mod socket;
mod socket_message;
mod typing;
mod web_client;
