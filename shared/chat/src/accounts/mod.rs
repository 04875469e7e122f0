//! Accounts and sessions.

mod attempts;
mod authenticate;
mod change_password;
mod end_session;
mod find_user;
mod get_presence;
mod list_blocks;
mod list_sessions;
mod login;
mod logout;
mod logout_all;
mod password_hash;
mod person;
mod refresh;
mod register;
mod set_block;
mod set_privacy;
mod visible;

pub use authenticate::{admit, admit_for, authenticate};
pub use change_password::change_password;
pub use end_session::end_session;
pub use find_user::find_user;
pub use get_presence::get_presence;
pub use list_blocks::list_blocks;
pub use list_sessions::list_sessions;
pub use login::{ACCESS_LIFETIME, Device, Login, SESSION_LIFETIME, login, prepare_login};
pub use logout::logout;
pub use logout_all::logout_all;
pub(crate) use person::person;
pub use refresh::refresh;
pub use register::register;
pub use set_block::set_block;
pub use set_privacy::set_privacy;
pub use store::{Renewal, Session};
pub(crate) use visible::visible;
