//! The names that the resources of a template have on a laptop.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

use super::{
    bucket_arn, function_arn,
    intrinsics::{ACCOUNT_ID, Names, REGION, Scope},
    table_arn,
    yaml::Places,
};

/// The scope of a whole template: parameters with their defaults, and every resource.
pub(super) fn scope(template: &Map<String, Value>, resources: &Map<String, Value>, places: &Places) -> Result<Scope> {
    let section = |name: &str| template.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
    let mut scope =
        Scope { mappings: Value::Object(section("Mappings")), conditions: section("Conditions"), ..Scope::default() };
    for (name, parameter) in section("Parameters") {
        let default = parameter
            .get("Default")
            .with_context(|| format!("Parameters.{name} has no Default, and there is nobody to ask for it locally"))?;
        scope.parameters.insert(name, parameter_value(&parameter, default));
    }
    for (id, resource) in resources {
        let kind =
            resource.get("Type").and_then(Value::as_str).with_context(|| format!("{} has no Type", places.name(id)))?;
        scope.resources.insert(id.clone(), names(id, kind).with_context(|| places.name(id))?);
        if kind == "AWS::Serverless::Function" {
            // There is one version here: its alias is the function.
            scope.resources.insert(format!("{id}.Alias"), Names { reference: function_arn(id), ..Names::default() });
        }
    }
    Ok(scope)
}

fn parameter_value(parameter: &Value, default: &Value) -> Value {
    match (parameter.get("Type").and_then(Value::as_str), default) {
        (Some("CommaDelimitedList"), Value::String(items)) => items.split(',').map(str::trim).collect(),
        _ => default.clone(),
    }
}

fn names(id: &str, kind: &str) -> Result<Names> {
    let api_id = id.to_lowercase();
    let (reference, attributes) = match kind {
        "AWS::Serverless::Function" => (id.to_owned(), vec![("Arn", function_arn(id))]),
        "AWS::DynamoDB::Table" => (id.to_owned(), vec![("Arn", table_arn(id))]),
        "AWS::S3::Bucket" => (
            api_id.clone(),
            vec![
                ("Arn", bucket_arn(&api_id)),
                ("DomainName", format!("{api_id}.s3.amazonaws.com")),
                ("RegionalDomainName", format!("{api_id}.s3.{REGION}.amazonaws.com")),
            ],
        ),
        "AWS::SecretsManager::Secret" => (secret_arn(id), vec![("Id", secret_arn(id))]),
        "AWS::Serverless::HttpApi" | "AWS::Serverless::WebSocketApi" => {
            let scheme = if kind.ends_with("HttpApi") { "https" } else { "wss" };
            let endpoint = format!("{scheme}://{api_id}.execute-api.{REGION}.amazonaws.com");
            (api_id, vec![("ApiEndpoint", endpoint)])
        }
        // Other names of what answers here under its own; and who else comes into a bucket, which here is nobody.
        "AWS::ApiGatewayV2::DomainName" | "AWS::ApiGatewayV2::ApiMapping" | "AWS::S3::BucketPolicy" => {
            (id.to_owned(), vec![])
        }
        // These watch or keep what the system does; without them it does the same.
        "AWS::Logs::LogGroup" | "AWS::Logs::MetricFilter" | "AWS::CloudWatch::Alarm" | "AWS::CloudWatch::Dashboard" => {
            let arn = format!("arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:{id}:*");
            (id.to_owned(), vec![("Arn", arn)])
        }
        other => bail!("the local runtime has no {other}"),
    };
    Ok(Names { reference, attributes: BTreeMap::from_iter(attributes) })
}

/// The ARN of the secret `id`.
pub(super) fn secret_arn(id: &str) -> String {
    format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT_ID}:secret:{id}")
}
