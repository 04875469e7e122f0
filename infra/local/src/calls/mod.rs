//! The calls that functions make to services, and the invocations that make them.
//!
//! A call is attributed by its signature: each instance has credentials of its own and serves one event at a time, so a
//! call belongs to the invocation that runs in the instance that signed it.

mod call;
mod invocations;
mod record;

pub(crate) use self::call::{Call, Target};
pub use self::{
    call::{Lost, Service},
    invocations::Invocations,
    record::Record,
};
