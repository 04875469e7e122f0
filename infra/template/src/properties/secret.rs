//! Properties of secrets.

use serde::{Deserialize, de::IgnoredAny};

/// `AWS::SecretsManager::Secret`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the names are CloudFormation's")]
pub(crate) struct Secret {
    #[serde(default)]
    pub(crate) generate_secret_string: Option<GenerateSecretString>,
    #[serde(default)]
    pub(crate) secret_string: Option<String>,
    #[serde(default, rename = "Name")]
    _name: Option<IgnoredAny>,
    #[serde(default, rename = "Description")]
    _description: Option<IgnoredAny>,
    #[serde(default, rename = "KmsKeyId")]
    _kms_key_id: Option<IgnoredAny>,
    #[serde(default, rename = "Tags")]
    _tags: Option<IgnoredAny>,
}

/// `GenerateSecretString` of a secret.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "these are the switches CloudFormation has")]
pub struct GenerateSecretString {
    pub(crate) password_length: usize,
    /// A JSON object. The secret becomes its member `generate_string_key`.
    pub(crate) secret_string_template: Option<String>,
    pub(crate) generate_string_key: Option<String>,
    exclude_characters: String,
    exclude_lowercase: bool,
    exclude_numbers: bool,
    exclude_punctuation: bool,
    exclude_uppercase: bool,
    include_space: bool,
}

impl Default for GenerateSecretString {
    fn default() -> Self {
        Self {
            password_length: 32,
            secret_string_template: None,
            generate_string_key: None,
            exclude_characters: String::new(),
            exclude_lowercase: false,
            exclude_numbers: false,
            exclude_punctuation: false,
            exclude_uppercase: false,
            include_space: false,
        }
    }
}

impl GenerateSecretString {
    /// The characters of a generated secret.
    pub(crate) fn alphabet(&self) -> Vec<char> {
        (' '..='~')
            .filter(|c| match c {
                ' ' => self.include_space,
                'a'..='z' => !self.exclude_lowercase,
                'A'..='Z' => !self.exclude_uppercase,
                '0'..='9' => !self.exclude_numbers,
                _ => !self.exclude_punctuation,
            })
            .filter(|c| !self.exclude_characters.contains(*c))
            .collect()
    }
}
