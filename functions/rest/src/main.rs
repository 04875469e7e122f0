//! The endpoints of REST. Each module is a Lambda function, and one executable serves them all.
//!
//! The handler in the function's settings selects the module, and the template grants each function its own rights. The
//! decision is `infra/docs/decisions/0001-one-executable-per-trigger.md`.

lambda::functions! {
    accounts { change_password, find_user, login, logout, logout_all, register }
    attachments { create_attachment }
    messages { list_conversation_messages, list_messages, read_message, send_message }
    rooms { create_chatroom, join_chatroom, leave_chatroom, list_chatrooms, list_members }
}
