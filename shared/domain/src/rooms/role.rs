use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The rights of a member, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Writes and reads.
    Member,
    /// Acts on members and admins.
    Admin,
    /// Acts on everybody; one in each room, on whom nobody acts.
    Owner,
}

/// Something that a room may reserve to its admins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Sending messages.
    Send,
    /// Changing name, description and picture.
    Edit,
    /// Adding people.
    Add,
}

impl Action {
    /// Its name in items and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Edit => "edit",
            Self::Add => "add",
        }
    }
}

/// The actions that a room reserves to its admins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is named as its action")]
#[serde(default)]
pub struct OnlyAdmins {
    pub send: bool,
    pub edit: bool,
    pub add: bool,
}

impl OnlyAdmins {
    /// Whether an action is reserved.
    #[must_use]
    pub const fn includes(self, action: Action) -> bool {
        match action {
            Action::Send => self.send,
            Action::Edit => self.edit,
            Action::Add => self.add,
        }
    }
}

impl From<BTreeSet<Action>> for OnlyAdmins {
    fn from(actions: BTreeSet<Action>) -> Self {
        let includes = |action| actions.contains(&action);
        Self { send: includes(Action::Send), edit: includes(Action::Edit), add: includes(Action::Add) }
    }
}

impl From<OnlyAdmins> for BTreeSet<Action> {
    fn from(reserved: OnlyAdmins) -> Self {
        [Action::Send, Action::Edit, Action::Add].into_iter().filter(|&action| reserved.includes(action)).collect()
    }
}
