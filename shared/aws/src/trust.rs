//! The certificate authorities that the functions trust when they call AWS.
//!
//! The system has some 140 authorities, and reading them took two thirds of a function's start. The certificates of
//! AWS's endpoints come from five, which Amazon Trust Services runs, valid until 2037 and longer
//! (<https://www.amazontrust.com/repository/>). AWS asks its clients to trust all five. No setting adds others, because
//! the functions are in no VPC, so that no proxy with certificates of its own is between them and AWS.

use aws_smithy_http_client::{
    HttpClientError,
    tls::{TlsContext, TrustStore},
};

const AMAZON: &[u8] = include_bytes!("amazon-roots.pem");
/// The domain whose endpoints all have certificates of Amazon's authorities. AWS in China and in other separate
/// partitions has other domains and other authorities.
const AWS: &str = ".amazonaws.com";

/// Trusts Amazon's authorities alone if all endpoints are AWS's, and the system's authorities otherwise.
///
/// # Errors
/// The trust store cannot be made.
pub fn trust<'a>(endpoints: impl IntoIterator<Item = &'a str>) -> Result<TlsContext, HttpClientError> {
    let store = if endpoints.into_iter().all(is_vouched_for) {
        TrustStore::empty().with_pem_certificate(AMAZON)
    } else {
        TrustStore::default()
    };
    TlsContext::builder().with_trust_store(store).build()
}

/// Whether Amazon's authorities suffice. An endpoint without TLS needs none.
fn is_vouched_for(endpoint: &str) -> bool {
    let Some(rest) = endpoint.strip_prefix("https://") else { return true };
    rest.split(['/', ':']).next().is_some_and(|host| host.ends_with(AWS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amazon_vouches_for_the_endpoints_of_aws_alone() {
        for endpoint in [
            "https://dynamodb.eu-central-1.amazonaws.com",
            "https://a1b2.execute-api.us-east-1.amazonaws.com/prod",
            "http://localhost:8000",
        ] {
            assert!(is_vouched_for(endpoint), "{endpoint}");
        }
        for endpoint in [
            "https://dynamodb.cn-north-1.amazonaws.com.cn",
            "https://localhost:4566/.amazonaws.com",
            "https://amazonaws.com.example:443",
        ] {
            assert!(!is_vouched_for(endpoint), "{endpoint}");
        }
    }

    #[test]
    fn amazon_has_five_authorities() {
        assert_eq!(String::from_utf8_lossy(AMAZON).matches("BEGIN CERTIFICATE").count(), 5);
        assert!(trust(["https://dynamodb.us-east-1.amazonaws.com"]).is_ok());
    }
}
