//! Tables on an engine that other tests use as well. `CreateTable` takes the template's definitions as they are, so
//! this needs no SDK.

use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use reqwest::{Client, header};
use template::Table;

/// Makes the tables at `endpoint`, and returns the unique prefix of their names.
pub(crate) fn make(endpoint: &str, tables: &[Table]) -> String {
    static STORES: AtomicU32 = AtomicU32::new(0);
    let prefix = format!("{}-{}-", process::id(), STORES.fetch_add(1, Ordering::Relaxed));
    // The thread of a test runs an async runtime already, and a runtime cannot start inside another.
    thread::scope(|scope| scope.spawn(|| make_named(endpoint, tables, &prefix)).join())
        .expect("the tables can be made");
    prefix
}

#[tokio::main(flavor = "current_thread")]
async fn make_named(endpoint: &str, tables: &[Table], prefix: &str) {
    let client = Client::new();
    for table in tables {
        let mut definition = table.create.clone();
        let object = definition.as_object_mut().expect("a definition is an object");
        object.insert("TableName".to_owned(), format!("{prefix}{}", table.name).into());
        let request = client
            .post(endpoint)
            .header("x-amz-target", "DynamoDB_20120810.CreateTable")
            .header(header::CONTENT_TYPE, "application/x-amz-json-1.0")
            // The engine reads the region and the service, and does not check the signature.
            .header(
                header::AUTHORIZATION,
                "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, \
                 Signature=0",
            )
            .body(definition.to_string());
        let response = request.send().await.expect("the engine answers");
        let status = response.status();
        assert!(status.is_success(), "{}: {status}: {}", table.name, response.text().await.unwrap_or_default());
    }
}
