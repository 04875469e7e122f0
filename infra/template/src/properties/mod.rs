//! The properties of resources that the runtime knows.
//!
//! A property that is missing here is refused by name: a property that the runtime ignored would work on AWS only.
//! `IgnoredAny` marks the properties that change nothing on a laptop: descriptions, billing, encryption at rest.

mod cors;
mod function;
mod http_api;
mod lists;
mod policy;
mod secret;
mod table;
mod throttling;
mod websocket_api;

pub use self::{
    cors::Cors,
    policy::{Effect, Statement},
    throttling::{RouteSettings, Throttling},
};
pub(crate) use self::{
    function::{Event, Function, HttpApiEvent},
    http_api::HttpApi,
    lists::comma_delimited,
    secret::{GenerateSecretString, Secret},
    table::Table,
    websocket_api::WebSocketApi,
};
