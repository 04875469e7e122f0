//! The endpoints of REST. Each module is a Lambda function, and one executable serves them all.
//!
//! The handler in the function's settings selects the module, and the template grants each function its own rights. The
//! decision is `infra/docs/decisions/0001-one-executable-per-trigger.md`.

mod logged_in;

lambda::functions! {
    accounts {
        change_password, end_session, find_user, get_presence, list_blocks, list_sessions, login, logout, logout_all,
        refresh, register, set_block, set_privacy
    }
    attachments { create_attachment }
    messages {
        delete_message, edit_message, forward_message, list_changes, list_conversation_messages, list_messages,
        list_reactions, message_info, react_to_message, read_message, search_messages, send_message, sync
    }
    rooms {
        add_members, answer_invitation, create_chatroom, delete_chatroom, join_chatroom, leave_chatroom, list_chatrooms,
        list_invitations, list_members, open_direct, preview_invite, remove_member, reset_invite, set_chat, set_role,
        set_room
    }
    system { version }
}
