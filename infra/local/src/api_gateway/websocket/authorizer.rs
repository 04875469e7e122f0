//! The verdict of a REQUEST authorizer on a handshake.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html>

use axum::body::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value};
use template::Effect;
use wildmatch::WildMatch;

use super::event::HandshakeFields;
use crate::lambda::{Cause, Failure};

/// The decision.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    /// Allowed, with this context.
    Allow(Map<String, Value>),
    /// The policy denies the method or does not allow it: 403.
    Deny,
    /// The function raised `Unauthorized`, or an identity source is missing: 401.
    Unauthorized,
    /// More requests than this machine can serve: 429.
    Busy,
    /// The function failed, or its answer has the wrong format: 500.
    Broken,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    principal_id: String,
    policy_document: PolicyDocument,
    #[serde(default)]
    context: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyDocument {
    statement: Vec<Statement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: Effect,
    action: OneOrMany,
    resource: OneOrMany,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn matches(&self, value: &str) -> bool {
        let patterns = match self {
            Self::One(pattern) => std::slice::from_ref(pattern),
            Self::Many(patterns) => patterns,
        };
        patterns.iter().any(|pattern| WildMatch::new_case_insensitive(pattern).matches(value))
    }
}

/// Reads the authorizer's answer for the method `method_arn`.
pub(super) fn verdict(answer: Result<Bytes, Failure>, method_arn: &str) -> Verdict {
    let payload = match answer {
        Ok(payload) => payload,
        Err(failure) if failure.message == "Unauthorized" => return Verdict::Unauthorized,
        Err(failure) if failure.cause == Cause::Busy => return Verdict::Busy,
        Err(_) => return Verdict::Broken,
    };
    let Ok(answer) = serde_json::from_slice::<Answer>(&payload) else {
        return Verdict::Broken;
    };
    let applies = |statement: &&Statement| {
        statement.action.matches("execute-api:Invoke") && statement.resource.matches(method_arn)
    };
    let mut allowed = false;
    for statement in answer.policy_document.statement.iter().filter(applies) {
        match statement.effect {
            Effect::Deny => return Verdict::Deny,
            Effect::Allow => allowed = true,
        }
    }
    if !allowed {
        return Verdict::Deny;
    }
    match context(answer.principal_id, answer.context.unwrap_or_default()) {
        Some(context) => Verdict::Allow(context),
        None => Verdict::Broken,
    }
}

/// The context for later events, which carry every value as a string. `None` if it has a map or a list.
fn context(principal_id: String, context: Map<String, Value>) -> Option<Map<String, Value>> {
    let mut strings = Map::new();
    for (key, value) in context {
        let text = match value {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            Value::Null => continue,
            Value::Array(_) | Value::Object(_) => return None,
        };
        strings.insert(key, text.into());
    }
    strings.insert("principalId".to_owned(), principal_id.into());
    Some(strings)
}

/// Whether the handshake has a value for each of the authorizer's identity sources.
pub(super) fn is_identified(sources: &[String], request: &HandshakeFields) -> bool {
    sources.iter().all(|source| {
        if let Some(name) = source.strip_prefix("route.request.header.") {
            request.headers.iter().any(|(header, value)| header.eq_ignore_ascii_case(name) && !value.is_empty())
        } else if let Some(name) = source.strip_prefix("route.request.querystring.") {
            request.query_string_parameters.get(name).is_some_and(|value| !value.is_empty())
        } else {
            // Stage variables and context values do not come from the client.
            true
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const METHOD: &str = "arn:aws:execute-api:us-east-1:000000000000:api/prod/$connect";

    fn says(answer: &Value) -> Verdict {
        verdict(Ok(answer.to_string().into()), METHOD)
    }

    fn policy(effect: &str, resource: &str) -> Value {
        json!({
            "principalId": "user",
            "policyDocument": {"Version": "2012-10-17", "Statement": [
                {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource},
            ]},
            "context": {"user_id": 7, "admin": false, "room": null},
        })
    }

    #[test]
    fn context_values_become_strings() {
        let Verdict::Allow(context) = says(&policy("Allow", METHOD)) else { panic!("not allowed") };
        assert_eq!(Value::Object(context), json!({"principalId": "user", "user_id": "7", "admin": "false"}));
    }

    #[test]
    fn a_policy_that_does_not_allow_this_method_denies_it() {
        assert_eq!(says(&policy("Deny", "*")), Verdict::Deny);
        assert_eq!(says(&policy("Allow", "arn:aws:execute-api:*:*:other/*")), Verdict::Deny);
    }

    #[test]
    fn only_the_error_unauthorized_is_a_401() {
        let raised = |message: &str| {
            let posted = json!({"errorType": "Error", "errorMessage": message}).to_string();
            verdict(Err(Failure::posted(posted.into())), METHOD)
        };
        assert_eq!(raised("Unauthorized"), Verdict::Unauthorized);
        assert_eq!(raised("database on fire"), Verdict::Broken);
        assert_eq!(says(&json!({"isAuthorized": true})), Verdict::Broken);
    }
}
