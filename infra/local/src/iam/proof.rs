//! The proof of least privilege by a record of calls: every call was granted, and every grant was needed.

use std::collections::BTreeSet;

use template::Function;

use super::{
    policy::{self, Verdict, grants},
    record::Call,
};

/// The differences between the functions' policies and least privilege, a sentence each, in the order of the template.
/// Empty if every call of the record was granted, and each grant was needed for one of them.
#[must_use]
pub fn findings(functions: &[Function], calls: &BTreeSet<Call>) -> Vec<String> {
    let refused = calls
        .iter()
        .filter(|call| !call.allowed)
        .map(|Call { function, access, .. }| format!("{function} lacks {} on {}", access.action, access.resource));
    let strange = calls.iter().filter(|call| call.allowed && !is_granted(functions, call)).map(|call| {
        let Call { function, access, .. } = call;
        format!("{function} may no longer {} on {}: the record is of another template", access.action, access.resource)
    });
    refused.chain(strange).chain(functions.iter().flat_map(|function| of_one(function, calls))).collect()
}

fn is_granted(functions: &[Function], call: &Call) -> bool {
    let of_caller = functions.iter().find(|function| function.name == call.function);
    of_caller.is_some_and(|function| policy::evaluate(&function.statements, &call.access) == Verdict::Allowed)
}

fn of_one(function: &Function, calls: &BTreeSet<Call>) -> Vec<String> {
    let name = &function.name;
    let made: Vec<_> = calls.iter().filter(|call| call.allowed && call.function == *name).collect();
    let grants: Vec<_> = grants(&function.statements).collect();
    let mut found = Vec::new();
    for (index, &(action, resource)) in grants.iter().enumerate() {
        let covers = |(action, resource): &(&str, &str), call: &Call| policy::covers(action, resource, &call.access);
        let is_needed = made.iter().any(|call| {
            let mut others = grants.iter().enumerate().filter(|(other, _)| *other != index);
            covers(&(action, resource), call) && !others.any(|(_, other)| covers(other, call))
        });
        if !is_needed {
            found.push(format!("{name} may {action} on {resource}, and no call needed it"));
        } else if is_wide(action, resource) {
            found
                .push(format!("{name} may {action} on {resource}: a pattern allows more than the calls of the record"));
        }
    }
    found
}

/// Whether a grant is a pattern although a name would do. The ids of sockets and objects, the last part of their ARNs,
/// are unknown before they exist.
fn is_wide(action: &str, resource: &str) -> bool {
    let is_pattern = |text: &str| text.contains(['*', '?']);
    let named = resource.strip_suffix("/*").filter(|_| !action.starts_with("dynamodb:")).unwrap_or(resource);
    is_pattern(action) || is_pattern(named)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::iam::access::Access;

    const SOCKETS: &str = "arn:aws:execute-api:us-east-1:000000000000:sockets/prod/POST/@connections/*";

    fn function(statements: Value) -> [Function; 1] {
        [Function {
            name: "Login".to_owned(),
            package: "login".to_owned(),
            binary: "login".to_owned(),
            handler: "bootstrap".to_owned(),
            memory_size: 128,
            timeout: Duration::from_secs(3),
            reserved_concurrency: None,
            environment: [].into(),
            statements: serde_json::from_value(statements).unwrap(),
            retries: 2,
        }]
    }

    fn call(action: &str, resource: &str, allowed: bool) -> Call {
        let access = Access { action: action.to_owned(), resource: resource.to_owned() };
        Call { function: "Login".to_owned(), access, allowed }
    }

    #[track_caller]
    fn finds(statements: Value, calls: &[Call], expected: &[&str]) {
        assert_eq!(findings(&function(statements), &calls.iter().cloned().collect()), expected);
    }

    #[test]
    fn finds_nothing_if_every_call_was_granted_and_every_grant_needed() {
        let statements = json!([
            {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": "arn:t/a"},
            {"Effect": "Allow", "Action": "execute-api:ManageConnections", "Resource": SOCKETS},
        ]);
        let calls = [
            call("dynamodb:GetItem", "arn:t/a", true),
            call("dynamodb:PutItem", "arn:t/a", true),
            call("execute-api:ManageConnections", SOCKETS, true),
        ];
        finds(statements, &calls, &[]);
    }

    #[test]
    fn finds_a_refused_call() {
        finds(json!([]), &[call("dynamodb:GetItem", "arn:t/a", false)], &["Login lacks dynamodb:GetItem on arn:t/a"]);
    }

    #[test]
    fn finds_an_unused_grant() {
        let statements =
            json!([{"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": "arn:t/a"}]);
        let calls = [call("dynamodb:GetItem", "arn:t/a", true)];
        finds(statements, &calls, &["Login may dynamodb:PutItem on arn:t/a, and no call needed it"]);
    }

    #[test]
    fn finds_a_grant_that_another_one_repeats() {
        let statements = json!([
            {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:t/a"},
            {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:t/a"},
        ]);
        let sentence = "Login may dynamodb:GetItem on arn:t/a, and no call needed it";
        finds(statements, &[call("dynamodb:GetItem", "arn:t/a", true)], &[sentence, sentence]);
    }

    #[test]
    fn finds_a_pattern_where_a_name_would_do() {
        let calls = [call("dynamodb:GetItem", "arn:table/a", true)];
        for (action, resource) in
            [("dynamodb:*", "arn:table/a"), ("dynamodb:GetItem", "arn:table/*"), ("dynamodb:GetItem", "*")]
        {
            let statements = json!([{"Effect": "Allow", "Action": action, "Resource": resource}]);
            let sentence =
                format!("Login may {action} on {resource}: a pattern allows more than the calls of the record");
            finds(statements, &calls, &[&sentence]);
        }
    }

    #[test]
    fn finds_a_record_of_another_template() {
        let sentence = "Login may no longer dynamodb:GetItem on arn:t/a: the record is of another template";
        finds(json!([]), &[call("dynamodb:GetItem", "arn:t/a", true)], &[sentence]);
    }
}
