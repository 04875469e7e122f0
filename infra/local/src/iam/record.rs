//! Which rights have been used, and which were missing.

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
    Access,
    policy::{self, grants},
    s3,
};
use crate::logs;

/// A call of a function on one resource, and whether its policies allowed it.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Call {
    /// The function, by name.
    pub function: String,
    /// What it did to what; all sockets are one resource, `…/@connections/*`, and so are objects in a bucket,
    /// `bucket/uploads/*`.
    #[serde(flatten)]
    pub access: Access,
    /// Whether it might.
    pub allowed: bool,
}

/// The different calls since the start; in a file as well, a line of JSON each, as soon as they are made: how the runtime
/// ends does not matter to the file, and several runtimes may write to the same one.
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
            // One write a line: those of several processes do not mix.
            && let Err(error) = file.write_all(format!("{}\n", json!(call)).as_bytes())
        {
            logs::warning(&format!("a call is missing in the record of rights: {error}"));
        }
        self.calls.insert(call);
    }

    /// Every single grant with whether a call has used it, every call that was allowed, and every call that was not.
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
            let entry = |Call { function, access: Access { action, resource }, .. }: &Call| json!({"function": function, "action": action, "resource": resource});
            calls.map(entry).collect::<Vec<_>>()
        };
        json!({"granted": granted.collect::<Vec<_>>(), "used": calls(true), "refused": calls(false)})
    }
}

/// The ids of sockets and objects are left out: they say nothing about rights, and there is no end to them.
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
    fn objects_are_told_apart_by_the_first_part_of_their_keys() {
        for (key, folded) in [("uploads/a/b", "/uploads/*"), ("a", "/*"), ("", "/*")] {
            let access = s3::object("GetObject", "bucket", key);
            assert_eq!(of_all_alike(&access).resource, format!("arn:aws:s3:::bucket{folded}"));
        }
        let bucket = s3::bucket("ListBucket", "bucket");
        assert_eq!(of_all_alike(&bucket), bucket);
    }

    #[test]
    fn each_kind_of_call_is_written_once_whatever_the_socket() {
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
