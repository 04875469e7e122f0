//! Creates tables as the template defines them.

use std::collections::BTreeSet;

use anyhow::{Result, anyhow, bail};
use dynoxide::Database;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use template::Table;

/// Creates the table, or checks that the stored one has the template's key.
pub(super) fn ensure(database: &Database, table: &Table) -> Result<()> {
    if let Some(description) = describe(database, &table.name)? {
        compare(&description, &table.create)?;
    } else {
        let request = request(table.create.clone())?;
        database.create_table(request).map_err(|error| anyhow!("{error}"))?;
    }
    time_to_live(database, table)
}

fn describe(database: &Database, name: &str) -> Result<Option<Value>> {
    match database.describe_table(request(json!({"TableName": name}))?) {
        Ok(response) => Ok(serde_json::to_value(response)?.get("Table").cloned()),
        Err(dynoxide::DynoxideError::ResourceNotFoundException(_)) => Ok(None),
        Err(error) => bail!("{error}"),
    }
}

fn compare(stored: &Value, wanted: &Value) -> Result<()> {
    for part in ["KeySchema", "AttributeDefinitions"] {
        if set(stored.get(part)) != set(wanted.get(part)) {
            bail!(
                "{part}: the stored table has another than the template; choose another --data directory, or delete \
                 this one"
            );
        }
    }
    Ok(())
}

fn set(items: Option<&Value>) -> BTreeSet<String> {
    items.and_then(Value::as_array).into_iter().flatten().map(Value::to_string).collect()
}

fn time_to_live(database: &Database, table: &Table) -> Result<()> {
    let Some(attribute) = &table.time_to_live else {
        return Ok(());
    };
    let described = database
        .describe_time_to_live(request(json!({"TableName": table.name}))?)
        .map_err(|error| anyhow!("{error}"))?;
    let described = serde_json::to_value(described)?;
    if described.pointer("/TimeToLiveDescription/AttributeName").and_then(Value::as_str) == Some(attribute) {
        return Ok(());
    }
    let enable = json!({
        "TableName": table.name,
        "TimeToLiveSpecification": {"AttributeName": attribute, "Enabled": true},
    });
    database.update_time_to_live(request(enable)?).map_err(|error| anyhow!("TimeToLiveSpecification: {error}"))?;
    Ok(())
}

fn request<T: DeserializeOwned>(body: Value) -> Result<T> {
    serde_json::from_value(body).map_err(|error| anyhow!("{}", error.to_string().trim_start_matches("VALIDATION:")))
}
