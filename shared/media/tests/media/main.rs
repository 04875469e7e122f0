//! Pictures as they come: from the encoders of the decoders' makers, with what cameras and programs put into them, and
//! with what attackers do.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test reports by panicking, its helpers too")]

mod cleaning;
mod damage;
mod frames;
mod scans;
mod support;
mod thumbnails;
mod videos;
