//! Whether statements allow a call.

use wildmatch::WildMatch;

use super::Access;
use crate::template::{Effect, Statement};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    Allowed,
    /// A statement says no.
    Denied,
    /// No statement says yes.
    NotAllowed,
}

/// A deny outweighs every allow; without an allow there is no right.
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
    statement.action.iter().any(|pattern| action_matches(pattern, &access.action))
        && statement.resource.iter().any(|pattern| resource_matches(pattern, &access.resource))
}

/// Actions are compared without regard to case.
pub(super) fn action_matches(pattern: &str, action: &str) -> bool {
    WildMatch::new_case_insensitive(pattern).matches(action)
}

/// Resources are compared byte by byte.
pub(super) fn resource_matches(pattern: &str, resource: &str) -> bool {
    WildMatch::new(pattern).matches(resource)
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
    fn a_deny_outweighs_an_allow() {
        let statements = json!([
            {"Effect": "Deny", "Action": "*", "Resource": "arn:t/secret"},
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
        ]);
        assert_eq!(verdict(statements.clone(), "dynamodb:GetItem", "arn:t/secret"), Verdict::Denied);
        assert_eq!(verdict(statements, "dynamodb:GetItem", "arn:t/a"), Verdict::Allowed);
    }
}
