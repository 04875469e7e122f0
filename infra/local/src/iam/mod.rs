//! IAM: a function may make the calls that its policies in the template allow, and no other.
//!
//! Each function has credentials of its own and is known by them. Signatures are not verified: this is about forgotten
//! permissions, not about attackers. Whoever comes with other credentials is the developer and may do everything.

mod dynamodb;
mod policy;
mod record;
mod remedy;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Mutex, PoisonError},
};

use axum::http::HeaderMap;
use uuid::Uuid;

use self::record::Record;
use crate::{
    logs,
    template::{Function, Statement, intrinsics::ACCOUNT_ID},
};

/// What a function signs its calls with.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// Names the function.
    pub access_key_id: String,
    /// Never checked.
    pub secret_access_key: String,
    /// Never checked.
    pub session_token: String,
}

impl Credentials {
    fn generate() -> Self {
        let random = || Uuid::new_v4().simple().to_string().to_uppercase();
        Self {
            access_key_id: format!("ASIA{}", random().get(..16).unwrap_or_default()),
            secret_access_key: format!("{}{}", random(), random()).get(..40).unwrap_or_default().to_owned(),
            session_token: random() + &random(),
        }
    }
}

/// Who makes a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Caller<'a> {
    /// A function, by name.
    Function(&'a str),
    /// Anybody else, at this machine.
    Developer,
}

/// One call on one resource, as policies speak of it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
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
    functions: BTreeMap<String, (Credentials, Vec<Statement>)>,
    by_access_key: HashMap<String, String>,
    record: Mutex<Record>,
}

impl Iam {
    /// Gives every function credentials and the rights of its statements.
    #[must_use]
    pub fn new(functions: &[Function]) -> Self {
        let functions: BTreeMap<_, _> = functions
            .iter()
            .map(|function| (function.name.clone(), (Credentials::generate(), function.statements.clone())))
            .collect();
        let by_access_key = functions
            .iter()
            .map(|(name, (credentials, _))| (credentials.access_key_id.clone(), name.clone()))
            .collect();
        Self { functions, by_access_key, record: Mutex::default() }
    }

    /// The credentials of `function`.
    ///
    /// # Panics
    /// Never for a function that was given to [`Iam::new`].
    #[must_use]
    #[expect(clippy::panic, reason = "asking for another function's credentials is a mistake of this crate")]
    pub fn credentials(&self, function: &str) -> &Credentials {
        match self.functions.get(function) {
            Some((credentials, _)) => credentials,
            None => panic!("{function} is no function of the template"),
        }
    }

    /// Who has signed the request with these headers.
    #[must_use]
    pub fn caller(&self, headers: &HeaderMap) -> Caller<'_> {
        headers
            .get("authorization")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once("Credential=")?.1.split('/').next())
            .and_then(|access_key| self.by_access_key.get(access_key))
            .map_or(Caller::Developer, |function| Caller::Function(function))
    }

    /// Checks one call.
    ///
    /// # Errors
    /// Where the caller is a function whose policies do not allow it.
    pub fn check(&self, caller: Caller<'_>, access: &Access) -> Result<(), Denied> {
        let Caller::Function(function) = caller else {
            return Ok(());
        };
        let statements = self.functions.get(function).map_or(&[][..], |(_, statements)| statements);
        let verdict = policy::evaluate(statements, access);
        if verdict == policy::Verdict::Allowed {
            self.record.lock().unwrap_or_else(PoisonError::into_inner).add(function, access);
            return Ok(());
        }
        let explicit = verdict == policy::Verdict::Denied;
        let denied = Denied { function: function.to_owned(), access: access.clone(), explicit };
        logs::warning(&remedy::sentence(&denied));
        Err(denied)
    }

    /// Checks a DynamoDB call: every table it touches, every item of a transaction.
    ///
    /// # Errors
    /// Where the caller is a function whose policies do not allow all of it.
    pub fn check_dynamodb(&self, caller: Caller<'_>, operation: &str, body: &[u8]) -> Result<(), Denied> {
        if caller == Caller::Developer {
            return Ok(());
        }
        dynamodb::accesses(operation, body).iter().try_for_each(|access| self.check(caller, access))
    }

    /// Every grant and every use of one since the start, for a proof of least privilege.
    #[must_use]
    pub fn report(&self) -> serde_json::Value {
        let grants = self.functions.iter().map(|(name, (_, statements))| (name.as_str(), statements.as_slice()));
        self.record.lock().unwrap_or_else(PoisonError::into_inner).report(grants)
    }
}
