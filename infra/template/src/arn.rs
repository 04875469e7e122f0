//! The names of resources in the local account.

/// The account in every local ARN.
pub const ACCOUNT_ID: &str = "000000000000";
/// The region in every local ARN. The embedded DynamoDB has no other.
pub const REGION: &str = "us-east-1";

/// The ARN of the function `name`.
#[must_use]
pub fn function_arn(name: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{name}")
}

/// The ARN of the bucket `name`.
#[must_use]
pub fn bucket_arn(name: &str) -> String {
    format!("arn:aws:s3:::{name}")
}

/// The ARN of the secret `name`.
#[must_use]
pub fn secret_arn(name: &str) -> String {
    format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT_ID}:secret:{name}")
}

/// The ARN of the table `name`.
#[must_use]
pub fn table_arn(name: &str) -> String {
    format!("arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{name}")
}
