//! The names of a template's parameters and resources on a laptop.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Map, Value};

use crate::{
    arn::{ACCOUNT_ID, REGION, bucket_arn, function_arn, secret_arn, table_arn},
    intrinsics::{Names, Scope},
    yaml::Places,
};

/// The scope of a whole template: every resource, and every parameter with its value from `overrides` or its default.
pub(super) fn scope(
    template: &Map<String, Value>,
    resources: &Map<String, Value>,
    overrides: &BTreeMap<String, String>,
    places: &Places,
) -> Result<Scope> {
    let section = |name: &str| template.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
    let mut scope = Scope { conditions: section("Conditions"), ..Scope::default() };
    let parameters = section("Parameters");
    if let Some(name) = overrides.keys().find(|name| !parameters.contains_key(*name)) {
        bail!("--parameter-overrides: the template has no parameter {name}");
    }
    for (name, parameter) in parameters {
        let value = match (overrides.get(&name), parameter.get("Default")) {
            (Some(text), _) => {
                overridden(&parameter, text).with_context(|| format!("--parameter-overrides {name}={text}"))?
            }
            (None, Some(default)) => parameter_value(&parameter, default),
            (None, None) => {
                bail!("Parameters.{name} has no Default: set it with --parameter-overrides {name}=…")
            }
        };
        scope.parameters.insert(name, value);
    }
    for (id, resource) in resources {
        let kind =
            resource.get("Type").and_then(Value::as_str).with_context(|| format!("{} has no Type", places.name(id)))?;
        scope.resources.insert(id.clone(), names(id, kind).with_context(|| places.name(id))?);
        if kind == "AWS::Serverless::Function" {
            // A function has one version here, and its alias stands for it.
            scope.resources.insert(format!("{id}.Alias"), Names { reference: function_arn(id), ..Names::default() });
        }
    }
    Ok(scope)
}

/// The value of a parameter from the command line. Refuses values that the parameter may not have.
fn overridden(parameter: &Value, text: &str) -> Result<Value> {
    let number = parameter.get("Type").and_then(Value::as_str) == Some("Number");
    let given = if number {
        text.parse::<serde_json::Number>().context("a number is needed")?.into()
    } else {
        Value::from(text)
    };
    if let Some(allowed) = parameter.get("AllowedValues").and_then(Value::as_array) {
        ensure!(allowed.contains(&given), "it must be one of {}", Value::from(allowed.clone()));
    }
    Ok(parameter_value(parameter, &given))
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
        // The local runtime has the paths of the edge itself.
        "AWS::CloudFront::Distribution" => (id.to_owned(), vec![("DomainName", "localhost".to_owned())]),
        // Nothing here reads the queue of the events that failed for good.
        "AWS::SQS::Queue" => (id.to_owned(), vec![("Arn", format!("arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{id}"))]),
        // Two kinds of values: the description of a function's one version, and the secret of the edge, which is not here.
        "AWS::SSM::Parameter" => (id.to_owned(), vec![("Value", id.to_owned())]),
        // The local runtime does not evaluate the roles of services.
        "AWS::IAM::Role" => (id.to_owned(), vec![("Arn", format!("arn:aws:iam::{ACCOUNT_ID}:role/{id}"))]),
        // The first three are other names and paths of an API. The others admit services and accounts, and here there are none.
        "AWS::ApiGatewayV2::DomainName"
        | "AWS::ApiGatewayV2::ApiMapping"
        | "AWS::CloudFront::Function"
        | "AWS::S3::BucketPolicy"
        | "AWS::SQS::QueuePolicy" => (id.to_owned(), vec![]),
        // These observe the system; they do not change its behaviour.
        "AWS::Logs::LogGroup"
        | "AWS::Logs::MetricFilter"
        | "AWS::CloudWatch::Alarm"
        | "AWS::CloudWatch::Dashboard"
        | "AWS::SNS::Topic"
        | "AWS::SNS::Subscription" => {
            let arn = format!("arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:{id}:*");
            (id.to_owned(), vec![("Arn", arn)])
        }
        other => bail!("the local runtime has no {other}"),
    };
    Ok(Names { reference, attributes: BTreeMap::from_iter(attributes) })
}
