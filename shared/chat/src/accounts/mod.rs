//! Accounts and sessions.

mod attempts;
mod authenticate;
mod change_password;
mod find_user;
mod login;
mod logout;
mod logout_all;
mod password_hash;
mod register;

pub use authenticate::authenticate;
pub use change_password::change_password;
pub use find_user::find_user;
pub use login::{Login, SESSION_LIFETIME, login, prepare_login};
pub use logout::logout;
pub use logout_all::logout_all;
pub use register::register;
