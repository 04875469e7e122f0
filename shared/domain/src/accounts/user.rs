use serde::Serialize;

use crate::{UserId, Username};

/// Somebody who can log in, as others see them.
#[derive(Clone, Debug, Serialize)]
pub struct User {
    /// Who it is.
    pub id: UserId,
    /// What they are called.
    pub username: Username,
}
