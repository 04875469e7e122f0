//! Callers, the rights that calls need, and refusals.

use std::fmt;

use serde::{Deserialize, Serialize};
use template::ACCOUNT_ID;

/// The maker of a call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Caller {
    /// A function, by name.
    Function(String),
    /// Anybody else at this machine.
    Developer,
}

/// The right to one action on one resource, as policies name them.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Access {
    /// Such as `dynamodb:GetItem`.
    pub action: String,
    /// An ARN.
    pub resource: String,
}

/// A call that the policies do not allow. Its text is that of the services.
#[derive(Debug, Eq, PartialEq)]
pub struct Denied {
    pub(super) function: String,
    pub(super) access: Access,
    /// Whether a statement denies the call.
    pub(super) explicit: bool,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, access: Access { action, resource }, explicit } = self;
        write!(
            f,
            "User: arn:aws:sts::{ACCOUNT_ID}:assumed-role/{function}Role/{function} is not authorized to perform: \
             {action} on resource: {resource} "
        )?;
        if *explicit {
            write!(f, "with an explicit deny in an identity-based policy")
        } else {
            write!(f, "because no identity-based policy allows the {action} action")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_the_text_of_the_services() {
        let access = Access {
            action: "dynamodb:PutItem".to_owned(),
            resource: "arn:aws:dynamodb:us-east-1:000000000000:table/Users".to_owned(),
        };
        let implicit = Denied { function: "Login".to_owned(), access, explicit: false };
        assert_eq!(
            implicit.to_string(),
            "User: arn:aws:sts::000000000000:assumed-role/LoginRole/Login is not authorized to perform: \
             dynamodb:PutItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/Users because no \
             identity-based policy allows the dynamodb:PutItem action"
        );
        let explicit = Denied { explicit: true, ..implicit };
        assert!(explicit.to_string().ends_with("table/Users with an explicit deny in an identity-based policy"));
    }
}
