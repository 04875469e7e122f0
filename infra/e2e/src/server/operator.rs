//! Looks into a local system and changes it, as its developer or its operator can.

use std::{fs, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::{PATIENCE, Place, Server};
use crate::{
    Cost,
    cost::{asked, last, objects},
};

const PAUSE: Duration = Duration::from_millis(20);

impl Server {
    /// Returns the cost of a function's last invocation, once every invocation has ended.
    pub async fn cost(&self, function: &str) -> Cost {
        Cost::of(&self.last_invocation(function).await)
    }

    /// Returns the calls of DynamoDB and of sockets that a function's last invocation made, once every invocation has
    /// ended.
    pub async fn asked(&self, function: &str) -> Vec<String> {
        asked(&self.last_invocation(function).await)
    }

    /// Returns the methods of the calls of S3 that a function's last invocation made, once every invocation has ended.
    pub async fn objects(&self, function: &str) -> Vec<String> {
        objects(&self.last_invocation(function).await)
    }

    async fn last_invocation(&self, function: &str) -> Value {
        let ended = async {
            loop {
                let answer = self.request(Method::GET, "/_local/calls").send().await.expect("the local system answers");
                let invocations = answer.json().await.expect("invocations are listed as JSON");
                if let Some(invocation) = last(function, &invocations) {
                    return invocation.clone();
                }
                sleep(PAUSE).await;
            }
        };
        timeout(PATIENCE, ended).await.unwrap_or_else(|_| panic!("{function} has not been invoked, or does not end"))
    }

    /// Returns the log of a local system until now.
    pub fn log(&self) -> String {
        self.runtime().log()
    }

    /// Waits until a local system has logged `text`: the lines of a function come after its answer.
    pub async fn has_logged(&self, text: &str) {
        let logged = async {
            while !self.log().contains(text) {
                sleep(PAUSE).await;
            }
        };
        timeout(PATIENCE, logged).await.unwrap_or_else(|_| panic!("`{text}` is not logged"));
    }

    /// Returns the secret from which a system on disk derives its signing key.
    pub fn signing_secret(&self) -> String {
        let Place::Local { data: Some(data), .. } = &self.0.place else {
            panic!("only a system on disk shows its secrets")
        };
        let secrets = fs::read(data.path().join("secrets.json")).expect("a system on disk keeps its secrets");
        let secrets: Value = serde_json::from_slice(&secrets).expect("secrets are kept as JSON");
        secrets["SigningSecret"].as_str().expect("the template has a secret for the signing key").to_owned()
    }

    /// Rotates the signing key of a local system.
    pub async fn puts_signing_secret(&self, secret: &str) {
        let request = self
            .request(Method::POST, "/")
            .header("x-amz-target", "secretsmanager.PutSecretValue")
            .header("content-type", "application/x-amz-json-1.1")
            .body(json!({"SecretId": "SigningSecret", "SecretString": secret}).to_string());
        let response = request.send().await.expect("the local system answers");
        assert_eq!(response.status(), 200, "{:?}", response.text().await);
    }

    /// Revokes a signing key of a local system.
    pub async fn revokes_key(&self, kid: &str) {
        let body = json!({
            "TableName": "SigningKeysTable",
            "Key": {"purpose": {"S": "access"}, "kid": {"S": kid}},
            "UpdateExpression": "SET revoked_at = :now REMOVE expires_at",
            "ConditionExpression": "attribute_exists(x)",
            "ExpressionAttributeValues": {":now": {"N": "1800000000"}},
        });
        self.dynamodb("UpdateItem", &body).await;
    }

    /// Calls the DynamoDB of a local system.
    pub async fn dynamodb(&self, operation: &str, body: &Value) -> Value {
        let request = self
            .request(Method::POST, "/")
            .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
            .header("content-type", "application/x-amz-json-1.0")
            .header("authorization", authorization("dynamodb", "host"))
            .header("x-amz-date", "20260101T000000Z")
            .body(body.to_string());
        let response = request.send().await.expect("the local system answers");
        let status = response.status();
        let answer: Value = response.json().await.expect("DynamoDB answers with JSON");
        assert!(status.is_success(), "{operation} gave {answer}");
        answer
    }

    /// Returns the tags of an object in the bucket of a local system, as S3 lists them.
    pub async fn tags(&self, key: &str) -> String {
        self.reads_bucket(&format!("{key}?tagging")).await
    }

    /// Returns the keys of the objects in the bucket of a local system.
    pub async fn keys(&self) -> Vec<String> {
        let listing = self.reads_bucket("?list-type=2").await;
        let keys = listing.split("<Key>").skip(1).filter_map(|rest| rest.split_once("</Key>"));
        keys.map(|(key, _)| key.to_owned()).collect()
    }

    /// Writes an empty object into the bucket of a local system.
    pub async fn puts_object(&self, key: &str) {
        let request = self
            .request(Method::PUT, &format!("/attachmentsbucket/{key}"))
            .header("authorization", authorization("s3", "host;x-amz-content-sha256;x-amz-date"))
            .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
            .header("x-amz-date", "20260101T000000Z")
            .header("content-length", "0");
        let response = request.send().await.expect("the local system answers");
        assert_eq!(response.status(), 200, "{key}: {:?}", response.text().await);
    }

    async fn reads_bucket(&self, path: &str) -> String {
        let path = format!("/attachmentsbucket/{path}");
        let request = self
            .request(Method::GET, &path)
            .header("authorization", authorization("s3", "host;x-amz-content-sha256;x-amz-date"))
            .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
            .header("x-amz-date", "20260101T000000Z");
        let response = request.send().await.expect("the local system answers");
        assert_eq!(response.status(), 200, "{path}");
        response.text().await.expect("S3 answers with XML")
    }
}

/// The header by which the local runtime knows the developer. It does not verify the developer's signature.
fn authorization(service: &str, signed_headers: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=developer/20260101/us-east-1/{service}/aws4_request, \
         SignedHeaders={signed_headers}, Signature=0"
    )
}
