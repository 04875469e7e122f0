//! `template.yaml`, read as CloudFormation reads it: a typed description of the system.
//!
//! Invariant: this crate describes. It opens no port, starts no process and counts no request. It refuses everything
//! that the local runtime cannot honour, with a sentence that names the resource, its line and the property.

mod arn;
mod assemble;
mod bucket;
mod definition;
mod differences;
mod intrinsics;
mod pattern;
mod properties;
mod scope;
mod secrets;
mod system;
mod yaml;

pub use self::{
    arn::{ACCOUNT_ID, REGION, bucket_arn, function_arn, secret_arn, table_arn},
    bucket::{Bucket, CorsRule, LifecycleRule},
    differences::differences,
    pattern::{OBJECT_CREATED, Pattern},
    properties::{Cors, Effect, RouteSettings, Statement, Throttling},
    secrets::Secrets,
    system::{Authorizer, EventRule, Function, HttpApi, HttpRoute, Table, Template, WebSocketApi},
};
