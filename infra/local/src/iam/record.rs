//! Which rights have been used.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Access, policy};
use crate::template::{Effect, Statement};

#[derive(Debug, Default)]
pub(super) struct Record {
    used: BTreeSet<(String, Access)>,
}

impl Record {
    pub(super) fn add(&mut self, function: &str, access: &Access) {
        self.used.insert((function.to_owned(), access.clone()));
    }

    /// Every single grant with whether it has been used, and every call that was allowed.
    pub(super) fn report<'a>(&self, functions: impl Iterator<Item = (&'a str, &'a [Statement])>) -> Value {
        let mut granted = Vec::new();
        for (function, statements) in functions {
            for statement in statements.iter().filter(|statement| statement.effect == Effect::Allow) {
                for (action, resource) in pairs(statement) {
                    let used = self.used.iter().any(|(user, access)| {
                        user == function
                            && policy::action_matches(action, &access.action)
                            && policy::resource_matches(resource, &access.resource)
                    });
                    granted.push(json!({"function": function, "action": action, "resource": resource, "used": used}));
                }
            }
        }
        let used: Vec<_> = self
            .used
            .iter()
            .map(|(function, access)| json!({"function": function, "action": access.action, "resource": access.resource}))
            .collect();
        json!({"granted": granted, "used": used})
    }
}

fn pairs(statement: &Statement) -> impl Iterator<Item = (&String, &String)> {
    statement.action.iter().flat_map(|action| statement.resource.iter().map(move |resource| (action, resource)))
}
