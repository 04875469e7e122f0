//! Secrets that the template has generated, kept so that what they signed survives a restart.

use std::{collections::BTreeMap, fs, io::Write as _, path::PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Map, Value};

use super::properties::GenerateSecretString;

/// The longest secret that is generated (AWS Secrets Manager API Reference, `GetRandomPassword`).
const MAX_LENGTH: usize = 4096;

/// The secrets of one data directory, by logical id.
#[derive(Debug, Default)]
pub struct Secrets {
    file: Option<PathBuf>,
    values: BTreeMap<String, String>,
}

impl Secrets {
    /// Secrets that end with the process.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// Secrets kept in `file`, which need not exist yet.
    ///
    /// # Errors
    /// Where the file is there and cannot be read.
    pub fn open(file: PathBuf) -> Result<Self> {
        let values = match fs::read(&file) {
            Ok(json) => serde_json::from_slice(&json).with_context(|| {
                format!("{} does not hold the secrets it should; delete it for new ones", file.display())
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error).with_context(|| format!("reading {}", file.display())),
        };
        Ok(Self { file: Some(file), values })
    }

    /// The secret of the resource `id`, made by `rule` where there is none yet.
    ///
    /// # Errors
    /// Where the rule leaves no character or has no such length, or the new secret cannot be stored.
    pub fn get_or_generate(&mut self, id: &str, rule: &GenerateSecretString) -> Result<String> {
        if let Some(value) = self.values.get(id) {
            return Ok(value.clone());
        }
        let value = whole(generate(rule)?, rule)?;
        self.values.insert(id.to_owned(), value.clone());
        self.save()?;
        Ok(value)
    }

    fn save(&self) -> Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let write = || -> Result<()> {
            // A half-written file would make every token invalid.
            let draft = file.with_extension("new");
            let mut options = fs::OpenOptions::new();
            options.write(true).create(true).truncate(true);
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut handle = options.open(&draft)?;
            handle.write_all(&serde_json::to_vec_pretty(&self.values)?)?;
            handle.sync_all()?;
            Ok(fs::rename(&draft, file)?)
        };
        write().with_context(|| format!("storing the generated secrets in {}", file.display()))
    }
}

/// What is kept: the generated secret, or the object that the rule puts it into.
fn whole(secret: String, rule: &GenerateSecretString) -> Result<String> {
    match (&rule.secret_string_template, &rule.generate_string_key) {
        (None, None) => Ok(secret),
        (Some(template), Some(key)) => {
            let mut object: Map<String, Value> =
                serde_json::from_str(template).context("SecretStringTemplate: a JSON object is needed")?;
            object.insert(key.clone(), secret.into());
            Ok(Value::Object(object).to_string())
        }
        _ => bail!("SecretStringTemplate and GenerateStringKey belong together"),
    }
}

fn generate(rule: &GenerateSecretString) -> Result<String> {
    let alphabet = rule.alphabet();
    ensure!((1..=MAX_LENGTH).contains(&rule.password_length), "PasswordLength must be from 1 to {MAX_LENGTH}");
    ensure!(!alphabet.is_empty(), "GenerateSecretString excludes every character");
    let mut secret = String::with_capacity(rule.password_length);
    while secret.len() < rule.password_length {
        let mut byte = [0];
        getrandom::fill(&mut byte).context("asking the system for random bytes")?;
        // Bytes beyond the last whole multiple would favour the first characters.
        let bound = 256 - 256 % alphabet.len();
        let byte = usize::from(byte[0]);
        if let Some(&character) = (byte < bound).then(|| alphabet.get(byte % alphabet.len())).flatten() {
            secret.push(character);
        }
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_survives_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("secrets.json");
        let rule: GenerateSecretString =
            serde_json::from_str(r#"{"PasswordLength": 64, "ExcludePunctuation": true}"#).unwrap();
        let first = Secrets::open(file.clone()).unwrap().get_or_generate("Jwt", &rule).unwrap();
        let again = Secrets::open(file).unwrap().get_or_generate("Jwt", &rule).unwrap();
        assert_eq!(first, again);
        assert_eq!(first.len(), 64);
        assert!(first.chars().all(|c| c.is_ascii_alphanumeric()), "{first}");
    }

    #[test]
    fn a_secret_has_a_length_that_aws_would_take() {
        for (length, good) in
            [("0", false), ("1", true), ("4096", true), ("4097", false), ("9223372036854775807", false)]
        {
            let rule = serde_json::from_str(&format!(r#"{{"PasswordLength": {length}}}"#)).unwrap();
            assert_eq!(Secrets::in_memory().get_or_generate("Jwt", &rule).is_ok(), good, "{length}");
        }
    }

    #[test]
    fn a_secret_may_be_part_of_an_object() {
        let make = |rule: &str| Secrets::in_memory().get_or_generate("Jwt", &serde_json::from_str(rule).unwrap());
        let rule = r#"{"SecretStringTemplate": "{\"other\": \"none\"}", "GenerateStringKey": "current"}"#;
        let secret: Value = serde_json::from_str(&make(rule).unwrap()).unwrap();
        assert_eq!(secret["other"], "none");
        assert_eq!(secret["current"].as_str().unwrap().len(), 32);
        assert!(make(r#"{"GenerateStringKey": "current"}"#).is_err());
        assert!(make(r#"{"SecretStringTemplate": "[]", "GenerateStringKey": "current"}"#).is_err());
    }
}
