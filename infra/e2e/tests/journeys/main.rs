//! Journeys: a file for each function of the template, and one for each subject that concerns all of them.
//!
//! The file of a function has its journeys, its row of the authorization matrix, its crash points and its cost, so that
//! a new endpoint needs one new file here. `system::endpoints` fails if any of these is missing.
//!
//! Each journey starts its own server and runs concurrently with the others. With `HTTP_URL` and `WEBSOCKET_URL` set,
//! all use that deployed system instead.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic is a failed journey")]

// Declares each file of a directory as a module.
mod accounts {
    automod::dir!("tests/journeys/accounts");
}
mod attachments {
    automod::dir!("tests/journeys/attachments");
}
mod messages {
    automod::dir!("tests/journeys/messages");
}
mod rooms {
    automod::dir!("tests/journeys/rooms");
}
mod sockets {
    automod::dir!("tests/journeys/sockets");
}
mod support {
    automod::dir!(pub(crate) "tests/journeys/support");
}
mod system {
    automod::dir!("tests/journeys/system");
}
