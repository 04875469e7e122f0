//! IAM: a function may make the calls that its policies in the template allow, and no other.
//!
//! Each instance of a function has credentials of its own and is known by them. Whoever comes with other credentials is
//! the developer and may do everything: this is about forgotten permissions, not about attackers. Only S3 verifies
//! signatures, since only there a function signs what others bring.

mod credentials;
mod dynamodb;
mod policy;
pub mod proof;
mod record;
mod remedy;
pub mod s3;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, io,
    path::Path,
    sync::{Mutex, PoisonError},
};

use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use template::{ACCOUNT_ID, Function};

use self::{credentials::Issued, policy::Verdict, record::Record};
pub use self::{
    credentials::{Credentials, Identity, access_key},
    record::Call,
};
use crate::logs;

/// Who makes a call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Caller {
    /// A function, by name.
    Function(String),
    /// Anybody else, at this machine.
    Developer,
}

/// One call on one resource, as policies speak of it.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Access {
    /// Such as `dynamodb:GetItem`.
    pub action: String,
    /// An ARN.
    pub resource: String,
}

/// A call that the policies do not allow. Displays as the services word it.
#[derive(Debug, Eq, PartialEq)]
pub struct Denied {
    function: String,
    access: Access,
    explicit: bool,
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

/// The functions' identities, their rights, and which of them they have used.
#[derive(Debug)]
pub struct Iam {
    functions: BTreeMap<String, Function>,
    issued: Issued,
    record: Mutex<Record>,
}

impl Iam {
    /// Gives every function the rights of its statements. Their calls are recorded, in a file as well if there is one.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn new(functions: &[Function], record: Option<&Path>) -> io::Result<Self> {
        let functions = functions.iter().map(|function| (function.name.clone(), function.clone())).collect();
        Ok(Self { functions, issued: Issued::default(), record: Mutex::new(Record::open(record)?) })
    }

    /// Credentials for a new instance of `function`.
    #[must_use]
    pub fn issue(&self, function: &str) -> Credentials {
        self.issued.issue(function)
    }

    /// The function that has got this access key, and what it has got with it.
    #[must_use]
    pub fn identity(&self, access_key: &str) -> Option<Identity> {
        self.issued.identity(access_key)
    }

    /// Who has signed the request with these headers.
    #[must_use]
    pub fn caller(&self, headers: &HeaderMap) -> Caller {
        self.issued.caller(headers)
    }

    /// Checks one call.
    ///
    /// # Errors
    /// Where the caller is a function whose policies do not allow it.
    pub fn check(&self, caller: &Caller, access: Access) -> Result<(), Denied> {
        self.check_all(caller, || [access].into())
    }

    /// Checks a DynamoDB call: every table it touches, every item of a transaction.
    ///
    /// # Errors
    /// Where the caller is a function whose policies do not allow all of it.
    pub fn check_dynamodb(&self, caller: &Caller, operation: &str, body: &[u8]) -> Result<(), Denied> {
        self.check_all(caller, || dynamodb::accesses(operation, body))
    }

    /// Checks a call that needs several rights, all of them.
    ///
    /// # Errors
    /// Where the caller is a function whose policies do not allow all of it.
    pub fn check_each(&self, caller: &Caller, accesses: BTreeSet<Access>) -> Result<(), Denied> {
        self.check_all(caller, || accesses)
    }

    /// Checks a right that decides only how much of the truth the caller is told. Not to have it is no fault.
    ///
    /// # Errors
    /// Where the caller is a function whose policies do not allow it.
    pub fn may_know(&self, caller: &Caller, access: &Access) -> Result<(), Denied> {
        let Caller::Function(function) = caller else { return Ok(()) };
        self.evaluate(function, access)?;
        self.record.lock().unwrap_or_else(PoisonError::into_inner).add(function, access, true);
        Ok(())
    }

    fn evaluate(&self, function: &str, access: &Access) -> Result<(), Denied> {
        let statements = self.functions.get(function).map_or(&[][..], |function| &function.statements);
        match policy::evaluate(statements, access) {
            Verdict::Allowed => Ok(()),
            verdict => Err(Denied {
                function: function.to_owned(),
                access: access.clone(),
                explicit: verdict == Verdict::Denied,
            }),
        }
    }

    /// A call that is refused for one of its resources has not used its rights on the others.
    fn check_all(&self, caller: &Caller, accesses: impl FnOnce() -> BTreeSet<Access>) -> Result<(), Denied> {
        let Caller::Function(function) = caller else {
            return Ok(());
        };
        let accesses = accesses();
        let denied = accesses.iter().find_map(|access| self.evaluate(function, access).err());
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(denied) = denied {
            logs::warning(&remedy::sentence(&denied));
            record.add(function, &denied.access, false);
            return Err(denied);
        }
        for access in &accesses {
            record.add(function, access, true);
        }
        Ok(())
    }

    /// Every grant, every use of one and every call that was refused since the start.
    #[must_use]
    pub fn report(&self) -> serde_json::Value {
        self.record.lock().unwrap_or_else(PoisonError::into_inner).report(self.functions.values())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_worded_as_the_services_word_it() {
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
