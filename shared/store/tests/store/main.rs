//! The store on the embedded DynamoDB, with the tables of the template.

mod connections;
mod credentials;
mod memberships;
mod messages;
mod rooms;
mod support;
mod users;
