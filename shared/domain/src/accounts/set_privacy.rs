use serde::{Deserialize, Serialize};

use crate::{Circle, Fields, Input};

/// The body of `POST /set-privacy/`, where a field without a value stays as it is, and the settings that a user has
/// chosen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivacyChoices {
    /// The people who may add the user to rooms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub add: Option<Circle>,
    /// The people who see when the user was last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Circle>,
    /// The people who see whether the user is online.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub online: Option<Circle>,
    /// Whether the user shows in direct rooms what they have read, and sees it of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipts: Option<bool>,
}

impl PrivacyChoices {
    /// The settings in force. `add` is that of users who have not chosen it.
    #[must_use]
    pub fn settings(self, add: Circle) -> PrivacySettings {
        PrivacySettings {
            add: self.add.unwrap_or(add),
            last_seen: self.last_seen.unwrap_or(Circle::Everyone),
            online: self.online.unwrap_or(Circle::Everyone),
            receipts: self.receipts.unwrap_or(true),
        }
    }
}

impl Input for PrivacyChoices {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            add: fields.optional("add"),
            last_seen: fields.optional("last_seen"),
            online: fields.optional("online"),
            receipts: fields.optional("receipts"),
        })
    }
}

/// The privacy settings of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PrivacySettings {
    /// The people who may add the user to rooms.
    pub add: Circle,
    /// The people who see when the user was last seen.
    pub last_seen: Circle,
    /// The people who see whether the user is online.
    pub online: Circle,
    /// Whether the user shows in direct rooms what they have read, and sees it of others.
    pub receipts: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_is_not_given_stays() {
        let read = |body: &str| Fields::parse(body.as_bytes()).unwrap().into::<PrivacyChoices>();
        assert_eq!(read("").unwrap(), PrivacyChoices::default());
        let nobody = PrivacyChoices { add: Some(Circle::Nobody), ..PrivacyChoices::default() };
        assert_eq!(read(r#"{"add":"nobody","online":null}"#).unwrap(), nobody);
        for wrong in [r#"{"add":"friends"}"#, r#"{"last_seen":true}"#, r#"{"online":""}"#, r#"{"receipts":"no"}"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn users_who_have_not_chosen_show_when_they_are_there_and_what_they_have_read() {
        let usual = PrivacyChoices::default().settings(Circle::Contacts);
        let (add, last_seen, online) = (Circle::Contacts, Circle::Everyone, Circle::Everyone);
        assert_eq!(usual, PrivacySettings { add, last_seen, online, receipts: true });
        let chosen = PrivacyChoices {
            add: Some(Circle::Nobody),
            last_seen: Some(Circle::Contacts),
            online: Some(Circle::Nobody),
            receipts: Some(false),
        };
        let (add, last_seen, online) = (Circle::Nobody, Circle::Contacts, Circle::Nobody);
        assert_eq!(chosen.settings(Circle::Everyone), PrivacySettings { add, last_seen, online, receipts: false });
    }
}
