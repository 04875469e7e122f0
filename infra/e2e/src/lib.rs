//! Journeys through the whole system, as its clients see it.
//!
//! This crate knows the system by its URLs alone. A journey sends and receives over real HTTP and real sockets, so that
//! it passes against the local runtime and against a deployed stack. Of the workspace, this crate uses only `harness`,
//! which starts a local runtime, and `history`, which checks a history.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test harness reports by panicking, and its callers often ignore its values"
)]

mod answer;
mod attachment;
pub mod connections;
mod contract;
mod cost;
mod crowd;
mod document;
mod fault;
mod privilege;
mod server;
mod shape;
mod socket;
mod token;
mod user;

pub use answer::{Answer, next_page};
pub use attachment::{File, SECRET_PLACE, Upload, download, fetch, photo_without_place};
pub use cost::Cost;
pub use crowd::{Chronicle, Crowd, Faults, Tally};
pub use document::{assert_document, assert_part};
pub use fault::{Crash, crash_points, crash_points_while};
pub use privilege::least_privilege;
pub use server::{Local, Server};
pub use shape::{assert_has, assert_id, assert_time};
pub use socket::{PROTOCOLS, Refusal, Socket};
pub use token::{Forgery, Signer, key_of, session_of};
pub use user::{PASSWORD, User};
