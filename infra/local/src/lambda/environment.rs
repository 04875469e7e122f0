//! The variables of an instance: Lambda's and the template's. The developer's shell adds only a few.

use std::collections::BTreeMap;

use template::{Function, REGION};

use crate::logs::{self, Format};

/// The addresses of the services, for the functions.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// The base URL of the runtime's own port.
    pub base: String,
    /// The base URL at which clients reach that port, if it is another one.
    pub public: Option<String>,
    /// The stage of the WebSocket API, if there is one.
    pub stage: Option<String>,
}

/// The variables of the developer's shell that an instance gets too.
///
/// Without `PATH` and a CA bundle, a binary built on this machine may not run as it does on the platform. A developer
/// who sets one of the others wants its effect.
const INHERITED: [&str; 4] = ["PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "RUST_BACKTRACE"];

/// The variables that all instances of a function share: all except the address of the Runtime API and the credentials.
pub(super) fn variables(function: &Function, endpoints: &Endpoints) -> BTreeMap<String, String> {
    let mut variables: BTreeMap<String, String> =
        INHERITED.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?))).collect();
    // The template's format is for the log's readers on AWS.
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
    // The SDK puts the bucket into the path because the host is an IP address.
    variables.insert("AWS_ENDPOINT_URL_S3".to_owned(), endpoints.base.clone());
    if let Some(stage) = &endpoints.stage {
        let management = format!("{}/{stage}", endpoints.base);
        variables.insert("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI".to_owned(), management);
    }
    // For the addresses that functions give to clients.
    if let Some(public) = &endpoints.public {
        variables.insert("PUBLIC_ENDPOINT_URL_S3".to_owned(), public.clone());
        if let Some(stage) = &endpoints.stage {
            variables.insert("PUBLIC_ENDPOINT_URL_SOCKETS".to_owned(), format!("{public}/{stage}"));
        }
    }
    variables
}
