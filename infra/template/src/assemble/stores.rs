//! Tables, buckets and secrets.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::reader::Reader;
use crate::{bucket::Bucket, properties, secrets::Secrets, system::Table};

pub(super) fn tables(reader: &Reader<'_>) -> Result<Vec<Table>> {
    let tables = reader.of_kind("AWS::DynamoDB::Table");
    tables.map(|(id, resource)| table(reader, id, resource).with_context(|| reader.places.name(id))).collect()
}

fn table(reader: &Reader<'_>, id: &str, resource: &Value) -> Result<Table> {
    let read: properties::Table = reader.properties(resource, None)?;
    let create = json!({
        "TableName": id,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": read.attribute_definitions,
        "KeySchema": read.key_schema,
    });
    let time_to_live = read.time_to_live_specification.filter(|ttl| ttl.enabled).map(|ttl| ttl.attribute_name);
    Ok(Table { name: id.to_owned(), create, time_to_live })
}

pub(super) fn buckets(reader: &Reader<'_>) -> Result<Vec<Bucket>> {
    let bucket = |(id, resource): (&String, &Value)| {
        let read = reader.properties(resource, None).with_context(|| reader.places.name(id))?;
        Bucket::new(id, read).with_context(|| reader.places.name(id))
    };
    reader.of_kind("AWS::S3::Bucket").map(bucket).collect()
}

/// Adds the template's secrets to the `kept` ones, and generates those that are missing.
pub(super) fn secrets(reader: &Reader<'_>, kept: &mut Secrets) -> Result<()> {
    for (id, resource) in reader.of_kind("AWS::SecretsManager::Secret") {
        let name = || reader.places.name(id);
        let secret: properties::Secret = reader.properties(resource, None).with_context(name)?;
        match (secret.secret_string, secret.generate_secret_string) {
            (Some(string), None) => kept.add_fixed(id, string),
            (None, Some(rule)) => {
                kept.get_or_generate(id, &rule).with_context(name)?;
            }
            _ => bail!("{}: it needs either SecretString or GenerateSecretString", name()),
        }
    }
    Ok(())
}
