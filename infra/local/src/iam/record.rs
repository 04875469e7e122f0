//! The record of used and of missing rights.

use std::{
    collections::BTreeSet,
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use template::Function;

use super::{
    access::Access,
    policy::{self, grants},
    s3,
};
use crate::logs;

/// A call of a function on one resource, and whether its policies allowed it.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Call {
    /// The function's name.
    pub function: String,
    /// The right. All sockets are one resource, `…/@connections/*`, and so are the objects in one folder,
    /// `bucket/uploads/*`.
    #[serde(flatten)]
    pub access: Access,
    /// Whether the policies allowed the call.
    pub allowed: bool,
}

/// The different calls since the start, and a file with a line of JSON for each. A line is written when the call is
/// made, so the file is complete however the runtime ends. Several runtimes may write to the same file.
#[derive(Debug, Default)]
pub(super) struct Record {
    calls: BTreeSet<Call>,
    file: Option<File>,
}

impl Record {
    pub(super) fn open(path: Option<&Path>) -> io::Result<Self> {
        let file = path.map(|path| OpenOptions::new().create(true).append(true).open(path)).transpose()?;
        Ok(Self { file, ..Self::default() })
    }

    pub(super) fn add(&mut self, function: &str, access: &Access, allowed: bool) {
        let call = Call { function: function.to_owned(), access: of_all_alike(access), allowed };
        if self.calls.contains(&call) {
            return;
        }
        if let Some(file) = &mut self.file
            // One write a line, so that the lines of several processes do not mix.
            && let Err(error) = file.write_all(format!("{}\n", json!(call)).as_bytes())
        {
            logs::warning(&format!("a call is missing in the record of rights (--iam-record): {error}"));
        }
        self.calls.insert(call);
    }

    /// All grants, each with whether a call has used it, all allowed calls and all refused calls.
    pub(super) fn report<'a>(&self, functions: impl Iterator<Item = &'a Function>) -> Value {
        let granted = functions.flat_map(|function| {
            grants(&function.statements).map(|(action, resource)| {
                let used = self.calls.iter().any(|call| {
                    call.allowed && call.function == function.name && policy::covers(action, resource, &call.access)
                });
                json!({"function": function.name, "action": action, "resource": resource, "used": used})
            })
        });
        let calls = |allowed| {
            let calls = self.calls.iter().filter(move |call| call.allowed == allowed);
            let entry = |call: &Call| {
                let Access { action, resource } = &call.access;
                json!({"function": call.function, "action": action, "resource": resource})
            };
            calls.map(entry).collect::<Vec<_>>()
        };
        json!({"granted": granted.collect::<Vec<_>>(), "used": calls(true), "refused": calls(false)})
    }
}

/// The right with a pattern in place of the id of a socket or an object: policies cannot name these ids, and their
/// number is unlimited.
fn of_all_alike(access: &Access) -> Access {
    let resource = match access.resource.split_once("/@connections/") {
        Some((stage, _)) => format!("{stage}/@connections/*"),
        None => s3::of_all_objects(&access.resource).unwrap_or_else(|| access.resource.clone()),
    };
    Access { action: access.action.clone(), resource }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn push(id: &str) -> Access {
        let resource = format!("arn:aws:execute-api:us-east-1:000000000000:sockets/prod/POST/@connections/{id}");
        Access { action: "execute-api:ManageConnections".to_owned(), resource }
    }

    #[test]
    fn objects_with_the_same_first_part_of_their_keys_are_one_resource() {
        for (key, folded) in [("uploads/a/b", "/uploads/*"), ("a", "/*"), ("", "/*")] {
            let access = s3::object("GetObject", "bucket", key);
            assert_eq!(of_all_alike(&access).resource, format!("arn:aws:s3:::bucket{folded}"));
        }
        let bucket = s3::bucket("ListBucket", "bucket");
        assert_eq!(of_all_alike(&bucket), bucket);
    }

    #[test]
    fn calls_to_different_sockets_are_written_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("record");
        let mut records = [(); 2].map(|()| Record::open(Some(&path)).unwrap());
        records[0].add("Message", &push("a="), true);
        records[0].add("Message", &push("b="), true);
        records[1].add("Typing", &push("a="), false);
        let written = fs::read_to_string(&path).unwrap();
        let calls: Vec<Call> = written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let expected = [("Message", true), ("Typing", false)].map(|(function, allowed)| Call {
            function: function.to_owned(),
            access: push("*"),
            allowed,
        });
        assert_eq!(calls, expected);
    }
}
