//! Sockets: opening and closing them, and pushing events to them.

mod audience;
mod authorize;
mod close;
mod connect;
mod disconnect;

pub(crate) use audience::is_connecting;
pub use authorize::authorize;
pub(crate) use close::close_all;
pub use connect::connect;
pub use disconnect::disconnect;
