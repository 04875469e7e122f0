//! The scenarios of a load.

pub mod connect;
pub mod fanout;
pub mod overload;
pub mod rest;
