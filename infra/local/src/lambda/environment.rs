//! The variables of an instance: those that Lambda gives, those of the template, and nothing of the developer's shell.

use std::collections::BTreeMap;

use template::{Function, REGION};

use crate::logs::{self, Format};

/// Where the functions find the services.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// The base URL of the runtime's own port.
    pub base: String,
    /// The stage of the WebSocket API, if there is one.
    pub stage: Option<String>,
}

/// Variables of the developer's shell that an instance gets as well.
///
/// Without `PATH` and a CA bundle a binary built on this machine may not run as it does on the platform; the others are
/// asked for by whoever sets them.
const INHERITED: [&str; 4] = ["PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "RUST_BACKTRACE"];

/// What all instances of a function have: everything but the address of the Runtime API and the credentials.
pub(super) fn variables(function: &Function, endpoints: &Endpoints) -> BTreeMap<String, String> {
    let mut variables: BTreeMap<String, String> =
        INHERITED.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?))).collect();
    // Whatever the template says: who reads the log here is not who reads it there.
    let log_format = match logs::format() {
        Format::Text => "Text",
        Format::Json => "JSON",
    };
    let lambda = [
        ("_HANDLER", function.handler.as_str()),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &function.memory_size.to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", &function.name),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_FORMAT", log_format),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &format!("/aws/lambda/{}", function.name)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "local"),
        ("AWS_REGION", REGION),
        ("LAMBDA_TASK_ROOT", "/var/task"),
        ("LANG", "en_US.UTF-8"),
        ("TZ", ":UTC"),
    ];
    variables.extend(lambda.map(|(name, value)| (name.to_owned(), value.to_owned())));
    match std::env::var("RUST_LOG") {
        Ok(filter) => variables.insert("RUST_LOG".to_owned(), filter),
        Err(_) => variables.insert("AWS_LAMBDA_LOG_LEVEL".to_owned(), "INFO".to_owned()),
    };
    variables.extend(function.environment.clone());
    // Last: the template's endpoints are AWS's.
    for service in ["DYNAMODB", "SECRETS_MANAGER"] {
        variables.insert(format!("AWS_ENDPOINT_URL_{service}"), endpoints.base.clone());
    }
    // The SDK puts the bucket into the path where the host is an IP address.
    variables.insert("AWS_ENDPOINT_URL_S3".to_owned(), endpoints.base.clone());
    if let Some(stage) = &endpoints.stage {
        let management = format!("{}/{stage}", endpoints.base);
        variables.insert("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI".to_owned(), management);
    }
    variables
}
