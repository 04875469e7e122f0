//! The endpoints of REST: a module each, and a Lambda function each.
//!
//! One executable serves them all. Which one it is, Lambda says in the function's handler; the template decides what that
//! function may do. The decision is `infra/docs/decisions/0001-one-executable-per-trigger.md`.

lambda::functions! {
    accounts { change_password, find_user, login, logout, logout_all, register }
    attachments { create_attachment }
    messages { list_conversation_messages, list_messages, read_message, send_message }
    rooms { create_chatroom, join_chatroom, leave_chatroom, list_chatrooms, list_members }
}
