use serde::Serialize;

use crate::{UserId, Username};

/// A registered user, as other users see them.
#[derive(Clone, Debug, Serialize)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The name.
    pub username: Username,
}
