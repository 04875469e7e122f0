//! The local runtime.
pub mod template;
