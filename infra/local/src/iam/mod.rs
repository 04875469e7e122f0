//! IAM: a function may make only the calls that its policies in the template allow.
//!
//! Each instance of a function has credentials of its own, which identify it. A caller with other credentials is the
//! developer and may do everything: the purpose is to find missing permissions, not to stop attackers. Only S3 verifies
//! signatures, because only there a function signs requests that others send.

mod access;
mod credentials;
mod dynamodb;
mod policy;
pub mod proof;
mod record;
mod remedy;
pub mod s3;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::http::HeaderMap;
use template::Function;

pub use self::{
    access::{Access, Caller, Denied},
    credentials::{Credentials, Identity, access_key},
    record::Call,
};
use self::{credentials::Issued, policy::Verdict, record::Record};
use crate::logs;

/// The identities of the functions, their rights, and the use of these rights.
#[derive(Debug)]
pub struct Iam {
    functions: BTreeMap<String, Function>,
    issued: Issued,
    record: Mutex<Record>,
}

impl Iam {
    /// Gives every function the rights of its statements. `record` is a file to which the different calls are appended.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn new(functions: &[Function], record: Option<&Path>) -> io::Result<Self> {
        let functions = functions.iter().map(|function| (function.name.clone(), function.clone())).collect();
        Ok(Self { functions, issued: Issued::default(), record: Mutex::new(Record::open(record)?) })
    }

    /// Issues credentials to a new instance of `function`.
    #[must_use]
    pub fn issue(&self, function: &str) -> Credentials {
        self.issued.issue(function)
    }

    /// The function with this access key, and all credentials of the instance.
    #[must_use]
    pub fn identity(&self, access_key: &str) -> Option<Identity> {
        self.issued.identity(access_key)
    }

    /// The signer of a request with these headers.
    #[must_use]
    pub fn caller(&self, headers: &HeaderMap) -> Caller {
        self.issued.caller(headers)
    }

    /// Checks one right.
    ///
    /// # Errors
    /// If the caller is a function, and its policies do not allow it.
    pub fn check(&self, caller: &Caller, access: Access) -> Result<(), Denied> {
        self.check_all(caller, || [access].into())
    }

    /// Checks the rights of a DynamoDB call: on every table, and for every item of a transaction.
    ///
    /// # Errors
    /// If the caller is a function, and its policies do not allow all of them.
    pub fn check_dynamodb(&self, caller: &Caller, operation: &str, body: &[u8]) -> Result<(), Denied> {
        self.check_all(caller, || dynamodb::accesses(operation, body))
    }

    /// Checks several rights, all of which the call needs.
    ///
    /// # Errors
    /// If the caller is a function, and its policies do not allow all of them.
    pub fn check_each(&self, caller: &Caller, accesses: BTreeSet<Access>) -> Result<(), Denied> {
        self.check_all(caller, || accesses)
    }

    /// Checks a right that decides only how much an error reveals. Its use is recorded, its absence is not.
    ///
    /// # Errors
    /// If the caller is a function, and its policies do not allow it.
    pub fn may_know(&self, caller: &Caller, access: &Access) -> Result<(), Denied> {
        let Caller::Function(function) = caller else { return Ok(()) };
        self.evaluate(function, access)?;
        self.record().add(function, access, true);
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

    /// Checks and records rights. If one of them is missing, the call is refused and has not used the others.
    fn check_all(&self, caller: &Caller, accesses: impl FnOnce() -> BTreeSet<Access>) -> Result<(), Denied> {
        let Caller::Function(function) = caller else { return Ok(()) };
        let accesses = accesses();
        let denied = accesses.iter().find_map(|access| self.evaluate(function, access).err());
        let mut record = self.record();
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

    /// All grants, whether each was used, and all refused calls since the start.
    #[must_use]
    pub fn report(&self) -> serde_json::Value {
        self.record().report(self.functions.values())
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
