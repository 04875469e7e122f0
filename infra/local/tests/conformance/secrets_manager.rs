//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/>

use aws_sdk_secretsmanager::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    error::ProvideErrorMetadata as _,
};

use crate::{harness::Runtime, s3::Signer};

const ARN: &str = "arn:aws:secretsmanager:us-east-1:000000000000:secret:Generated";

fn client(runtime: &Runtime, access_key: &str) -> Client {
    let config = aws_sdk_secretsmanager::config::Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(access_key, "any", None, None, "test"))
        .endpoint_url(&runtime.url)
        .build();
    Client::from_conf(config)
}

async fn value(client: &Client, id: &str) -> String {
    let got = client.get_secret_value().secret_id(id).send().await.unwrap();
    got.secret_string.unwrap()
}

/// "`GetSecretValue`", `SecretId`: "The ARN or name of the secret to retrieve."
#[tokio::test]
async fn a_secret_is_found_by_name_and_by_arn() {
    let runtime = Runtime::start().await;
    let developer = client(&runtime, "developer");
    let generated = value(&developer, "Generated").await;
    assert_eq!(generated.len(), 40);
    assert_eq!(value(&developer, ARN).await, generated);
    assert_eq!(value(&developer, "Written").await, "as the template has it");
    let error = developer.get_secret_value().secret_id("Other").send().await.unwrap_err();
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
    let previous = developer.get_secret_value().secret_id("Generated").version_stage("AWSPREVIOUS");
    assert_eq!(previous.send().await.unwrap_err().code(), Some("ResourceNotFoundException"));
}

/// "PutSecretValue": "Creates a new version of your secret … and attaches it to the secret", here one that lasts.
#[tokio::test]
async fn what_was_put_is_the_value_from_now_on() {
    let data = tempfile::tempdir().unwrap();
    let arguments = ["--data", data.path().to_str().unwrap()];
    let runtime = Runtime::with(&arguments).await;
    let developer = client(&runtime, "developer");
    let put = developer.put_secret_value().secret_id("Generated").secret_string("another").send().await.unwrap();
    assert!(put.version_id.is_some());
    assert_eq!(value(&developer, ARN).await, "another");
    let empty = developer.put_secret_value().secret_id("Generated").secret_string("").send().await.unwrap_err();
    assert_eq!(empty.code(), Some("InvalidParameterException"));
    runtime.signal("TERM").await;
    let again = Runtime::with(&arguments).await;
    assert_eq!(value(&client(&again, "developer"), "Generated").await, "another");
}

/// "Permissions policy examples for AWS Secrets Manager": `secretsmanager:GetSecretValue` on one secret.
#[tokio::test]
async fn a_function_reads_the_secrets_that_its_policies_name_and_no_other() {
    let runtime = Runtime::start().await;
    let librarian = Signer::of(&runtime, "/librarian").await;
    let function = client(&runtime, librarian.access_key());
    assert_eq!(value(&function, ARN).await, value(&client(&runtime, "developer"), ARN).await);
    let other = function.get_secret_value().secret_id("Written").send().await.unwrap_err();
    assert_eq!(other.code(), Some("AccessDeniedException"));
    let put = function.put_secret_value().secret_id(ARN).secret_string("another").send().await.unwrap_err();
    assert_eq!(put.code(), Some("AccessDeniedException"));
    runtime.says("Librarian lacks secretsmanager:PutSecretValue on arn:aws:secretsmanager:").await;
    runtime.says("Resource: !Ref Written}").await;
}
