//! The evaluation of policies.

use template::{Effect, Statement};
use wildmatch::WildMatch;

use super::access::Access;

/// The result of an evaluation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    /// A statement allows the call, and no statement denies it.
    Allowed,
    /// A statement denies the call.
    Denied,
    /// No statement allows the call.
    NotAllowed,
}

/// Evaluates statements for a call. A deny outweighs every allow.
pub(super) fn evaluate(statements: &[Statement], access: &Access) -> Verdict {
    let mut verdict = Verdict::NotAllowed;
    for statement in statements.iter().filter(|statement| applies(statement, access)) {
        match statement.effect {
            Effect::Deny => return Verdict::Denied,
            Effect::Allow => verdict = Verdict::Allowed,
        }
    }
    verdict
}

fn applies(statement: &Statement, access: &Access) -> bool {
    pairs(statement).any(|(action, resource)| covers(action, resource, access))
}

/// Whether a pattern of actions and a pattern of resources cover a call. Actions are compared without regard to case,
/// resources byte by byte.
pub(super) fn covers(action: &str, resource: &str, access: &Access) -> bool {
    let is_action = if is_plain(action) {
        action.eq_ignore_ascii_case(&access.action)
    } else {
        WildMatch::new_case_insensitive(action).matches(&access.action)
    };
    let is_resource = || {
        if is_plain(resource) {
            resource == access.resource
        } else {
            WildMatch::new(resource).matches(&access.resource)
        }
    };
    is_action && is_resource()
}

/// Whether a pattern has no wildcard. Most have none, and every call of every function is compared with them.
fn is_plain(pattern: &str) -> bool {
    !pattern.contains(['*', '?'])
}

/// The grants of statements: one pattern of actions and one pattern of resources each.
pub(super) fn grants(statements: &[Statement]) -> impl Iterator<Item = (&str, &str)> {
    statements.iter().filter(|statement| statement.effect == Effect::Allow).flat_map(pairs)
}

fn pairs(statement: &Statement) -> impl Iterator<Item = (&str, &str)> {
    let resources = statement.resource.iter();
    statement.action.iter().flat_map(move |action| resources.clone().map(move |resource| (&**action, &**resource)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn verdict(statements: serde_json::Value, action: &str, resource: &str) -> Verdict {
        let statements: Vec<Statement> = serde_json::from_value(statements).unwrap();
        evaluate(&statements, &Access { action: action.into(), resource: resource.into() })
    }

    #[test]
    fn a_call_is_allowed_by_a_statement_that_names_it() {
        let statements =
            json!([{"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Put*"], "Resource": "arn:t/a"}]);
        assert_eq!(verdict(statements.clone(), "dynamodb:PutItem", "arn:t/a"), Verdict::Allowed);
        assert_eq!(verdict(statements.clone(), "dynamodb:Query", "arn:t/a"), Verdict::NotAllowed);
        assert_eq!(verdict(statements, "dynamodb:GetItem", "arn:t/b"), Verdict::NotAllowed);
    }

    #[test]
    fn actions_ignore_case_and_resources_do_not() {
        let statements = json!([{"Effect": "Allow", "Action": "DynamoDB:getitem", "Resource": "arn:t/A*"}]);
        assert_eq!(verdict(statements.clone(), "dynamodb:GetItem", "arn:t/Ab"), Verdict::Allowed);
        assert_eq!(verdict(statements, "dynamodb:GetItem", "arn:t/ab"), Verdict::NotAllowed);
    }

    #[test]
    fn wildcards_stand_for_one_character_or_any_number() {
        let statements = json!([{"Effect": "Allow", "Action": "dynamodb:Batch???Item", "Resource": "arn:*:table/a*"}]);
        assert_eq!(
            verdict(statements.clone(), "dynamodb:BatchGetItem", "arn:aws:dynamodb:x:0:table/a"),
            Verdict::Allowed
        );
        assert_eq!(verdict(statements.clone(), "dynamodb:BatchWriteItem", "arn:aws:table/a"), Verdict::NotAllowed);
        assert_eq!(verdict(statements, "dynamodb:BatchGetItem", "arn:aws:table/b"), Verdict::NotAllowed);
    }

    #[test]
    fn a_resource_does_not_cover_a_longer_one() {
        let table = "arn:aws:dynamodb:us-east-1:000000000000:table/A";
        let statements = json!([{"Effect": "Allow", "Action": "dynamodb:Query", "Resource": table}]);
        assert_eq!(verdict(statements.clone(), "dynamodb:Query", table), Verdict::Allowed);
        assert_eq!(verdict(statements, "dynamodb:Query", &format!("{table}s")), Verdict::NotAllowed);
    }

    #[test]
    fn sockets_are_written_to_by_a_right_on_post() {
        let stage = "arn:aws:execute-api:us-east-1:000000000000:sockets/prod";
        let action = "execute-api:ManageConnections";
        let statements =
            json!([{"Effect": "Allow", "Action": action, "Resource": format!("{stage}/POST/@connections/*")}]);
        let of = |method: &str| format!("{stage}/{method}/@connections/L0SM9cOFvHcCIhw=");
        assert_eq!(verdict(statements.clone(), action, &of("POST")), Verdict::Allowed);
        assert_eq!(verdict(statements, action, &of("DELETE")), Verdict::NotAllowed);
    }

    #[test]
    fn a_deny_outweighs_an_allow() {
        let statements = json!([
            {"Effect": "Deny", "Action": "*", "Resource": "arn:t/secret"},
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
        ]);
        assert_eq!(verdict(statements.clone(), "dynamodb:GetItem", "arn:t/secret"), Verdict::Denied);
        assert_eq!(verdict(statements, "dynamodb:GetItem", "arn:t/a"), Verdict::Allowed);
    }
}
