//! One function at a time, without API Gateway: an event goes in, an answer comes out, and what it took is known.

pub mod cold_start;
pub mod instance;
pub mod instructions;
pub mod scene;
pub mod world;
