//! Journeys through the whole system, as its clients see it.
//!
//! This crate knows the system by its URLs alone: what a journey sends and sees goes over real HTTP and real sockets,
//! so that the same journeys hold for the local runtime and for a deployed stack. Of the workspace it knows how a local
//! runtime is started and how a history is checked, and nothing else.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test harness reports by panicking, and its calls are made for that as often as for their values"
)]

mod answer;
mod attachment;
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

pub use answer::Answer;
pub use attachment::{File, SECRET_PLACE, Upload, download, fetch, photo_without_place};
pub use cost::Cost;
pub use crowd::{Chronicle, Crowd, Faults};
pub use document::{assert_document, assert_part};
pub use fault::{Crash, crash_points};
pub use privilege::least_privilege;
pub use server::{Local, Server};
pub use shape::{assert_has, assert_id, assert_time};
pub use socket::{Refusal, Socket};
pub use token::{Forgery, Signer, key_of};
pub use user::{PASSWORD, User};
