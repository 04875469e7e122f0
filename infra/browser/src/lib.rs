//! Windows of a real Chromium, for the tests of the web client.
//!
//! A test does what people do: it clicks what they would click and reads what is on the screen. It asks the page nothing
//! that a person could not see.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::print_stderr,
    reason = "a test harness reports by panicking"
)]

mod axe;
mod driver;
mod screen;
mod window;

pub use screen::Screen;
pub use window::Window;
