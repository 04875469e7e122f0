//! The local runtime: AWS Lambda, API Gateway, DynamoDB, S3, EventBridge, Secrets Manager and IAM as far as `template.yaml` uses them, on
//! one port of one machine.
//!
//! Invariant: nothing here knows what the functions do. The template is the only description of the system, the functions
//! are the very binaries that run on AWS, and what the platform would refuse is refused here in the platform's words.

pub mod api_gateway;
pub mod build;
pub mod calls;
pub mod dynamodb;
pub mod eventbridge;
pub mod faults;
pub mod gateway;
pub mod iam;
pub mod ids;
pub mod lambda;
pub mod logs;
pub mod options;
pub mod s3;
pub mod screen;
pub mod secrets_manager;
pub mod system;
