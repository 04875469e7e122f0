//! The use cases on the embedded DynamoDB: their rules, and states that journeys over the API cannot reach, such as
//! messages that were never stored, clocks that differ and sockets that died.
//!
//! The tests of a use case are in the file with its name.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test reports by panicking, its helpers too")]

mod accounts {
    mod authenticate;
    mod change_password;
    mod devices;
    mod end_session;
    mod find_user;
    mod get_presence;
    mod list_blocks;
    mod list_sessions;
    mod login;
    mod logout;
    mod logout_all;
    mod refresh;
    mod register;
    mod set_block;
    mod set_privacy;
}
mod attachments {
    mod attached;
    mod check_attachment;
    mod create_attachment;
}
mod messages {
    mod delete_message;
    mod edit_message;
    mod forward_message;
    mod holes;
    mod list_changes;
    mod list_conversation_messages;
    mod list_messages;
    mod list_reactions;
    mod marks;
    mod mentions;
    mod message_info;
    mod quotes;
    mod races;
    mod react_to_message;
    mod read_message;
    mod search_messages;
    mod send_message;
    mod sync;
    mod sync_hidden;
    mod sync_histories;
    mod sync_sizes;
    mod typing;
}
mod paces;
mod rooms {
    mod access;
    mod add_members;
    mod answer_invitation;
    mod create_chatroom;
    mod delete_chatroom;
    mod join_chatroom;
    mod leave_chatroom;
    mod list_chatrooms;
    mod list_invitations;
    mod list_members;
    mod open_direct;
    mod preview_invite;
    mod remove_member;
    mod reset_invite;
    mod set_chat;
    mod set_role;
    mod set_room;
    mod unread;
}
mod sockets {
    mod audience;
    mod authorize;
    mod connect;
    mod disconnect;
    mod end;
}
mod support;
