//! The local runtime: the parts of AWS Lambda, API Gateway, DynamoDB, S3, EventBridge, Secrets Manager and IAM that
//! `template.yaml` uses, on one port of one machine.
//!
//! Invariant: this crate does not know what the functions do. The template is the only description of the system, and
//! the functions are the binaries that run on AWS. The runtime refuses what the platform refuses, in the platform's
//! words.
//!
//! `tests/layers.rs` lists the modules from the top down: the system, the gateway, the services, the calls between
//! functions and services with their faults, and the ground.

pub mod api_gateway;
pub mod build;
pub mod calls;
pub mod dynamodb;
pub mod eventbridge;
pub mod faults;
pub mod gateway;
pub mod headers;
pub mod iam;
pub mod ids;
pub mod lambda;
pub mod logs;
pub mod options;
pub mod s3;
pub mod screen;
pub mod secrets_manager;
pub mod system;
