//! Sockets: opening and closing them, and pushing events to them.

mod admit;
mod audience;
mod authorize;
mod connect;
mod disconnect;
mod end;

pub use admit::admit_frame;
pub(crate) use audience::is_connecting;
pub use authorize::authorize;
pub use connect::connect;
pub use disconnect::disconnect;
pub use end::close;
pub(crate) use end::{bound, end_bound, end_with};
