//! Pictures from common encoders, with the data that cameras and programs add, and with the changes of attackers.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test reports by panicking, its helpers too")]

mod arrangements;
mod boxes;
mod cleaning;
mod damage;
mod frames;
mod long;
mod missing;
mod samplings;
mod scans;
mod support;
mod thumbnails;
mod videos;
mod writer;
