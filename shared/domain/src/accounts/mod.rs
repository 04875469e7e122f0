mod inputs;
mod password;
mod privacy;
mod user;
mod username;

pub use inputs::{LoginAttempt, PasswordChange, Registration};
pub use password::Password;
pub use privacy::WhoCanAdd;
pub use user::User;
pub use username::Username;
