//! Windows of a real Chromium, for the tests of the web client.
//!
//! A test acts as a person does: it clicks, writes and reads the screen. It reads only those properties of the page
//! that a person can see.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::print_stderr,
    reason = "a test harness reports by panicking"
)]

mod axe;
mod driver;
mod pointer;
mod screen;
mod window;

pub use screen::Screen;
pub use window::Window;
