//! What is done to a system.

pub mod connect;
pub mod fanout;
pub mod overload;
pub mod rest;
