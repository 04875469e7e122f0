use serde::Serialize;

use crate::{Fields, Input, WhoCanAdd};

/// The body of `POST /set-privacy/`. A field without a value stays as it is.
#[derive(Clone, Debug)]
pub struct SetPrivacy {
    /// The people who may add the caller to rooms.
    pub add: Option<WhoCanAdd>,
}

impl Input for SetPrivacy {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self { add: fields.optional("add") })
    }
}

/// The privacy settings of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PrivacySettings {
    /// The people who may add the user to rooms.
    pub add: WhoCanAdd,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_is_not_given_stays() {
        let read = |body: &str| Fields::parse(body.as_bytes()).unwrap().into::<SetPrivacy>();
        assert_eq!(read("").unwrap().add, None);
        assert_eq!(read(r#"{"add":"nobody"}"#).unwrap().add, Some(WhoCanAdd::Nobody));
        assert!(read(r#"{"add":"friends"}"#).is_err());
    }
}
