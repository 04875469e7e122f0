//! Benches of one function at a time, without API Gateway: an event in, an answer out.

pub mod cold_start;
pub mod instance;
pub mod instructions;
pub mod scene;
pub mod world;
