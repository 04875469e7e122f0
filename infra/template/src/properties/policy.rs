//! Properties of policies.

use serde::{Deserialize, de::IgnoredAny};

use super::lists::one_or_many;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Policy {
    #[serde(default, rename = "Version")]
    _version: Option<IgnoredAny>,
    #[serde(deserialize_with = "one_or_many")]
    pub(crate) statement: Vec<Statement>,
}

/// One statement of an identity-based policy.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Statement {
    #[serde(default, rename = "Sid")]
    _sid: Option<IgnoredAny>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// Patterns such as `dynamodb:Get*`.
    #[serde(deserialize_with = "one_or_many")]
    pub action: Vec<String>,
    /// Patterns of ARNs.
    #[serde(deserialize_with = "one_or_many")]
    pub resource: Vec<String>,
}

/// The effect of a statement on the calls that it covers.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub enum Effect {
    /// Allows them, unless another statement denies them.
    Allow,
    /// Denies them, even if another statement allows them.
    Deny,
}
