//! Cross-origin rules of HTTP APIs.

use serde::Deserialize;

use super::lists::comma_delimited;

/// `CorsConfiguration` of an HTTP API.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Cors {
    /// Origins, or `*`.
    #[serde(deserialize_with = "comma_delimited")]
    pub allow_origins: Vec<String>,
    /// Methods, or `*`.
    #[serde(deserialize_with = "comma_delimited")]
    pub allow_methods: Vec<String>,
    /// Request headers, or `*`.
    #[serde(deserialize_with = "comma_delimited")]
    pub allow_headers: Vec<String>,
    /// Response headers that a script may read.
    #[serde(deserialize_with = "comma_delimited")]
    pub expose_headers: Vec<String>,
    /// Seconds for which a browser may keep the answer to a preflight.
    pub max_age: Option<u64>,
    /// Whether a browser may send cookies.
    pub allow_credentials: bool,
}
