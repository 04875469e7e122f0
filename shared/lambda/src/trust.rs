//! Whom the functions trust when they call AWS.
//!
//! The system has some 140 authorities, and reading them took two thirds of a function's start. Those of AWS's own endpoints
//! are the five that Amazon Trust Services runs, valid until 2037 and longer
//! (<https://www.amazontrust.com/repository/>); AWS asks its clients to trust all five.

use aws_smithy_http_client::tls::{TlsContext, TrustStore};

use crate::Fatal;

const AMAZON: &[u8] = include_bytes!("amazon-roots.pem");
/// Where Amazon's authorities vouch for every endpoint. AWS in China and elsewhere apart has other names and other
/// authorities.
const AWS: &str = ".amazonaws.com";

/// Whom to trust at these endpoints: Amazon alone where all of them are AWS's, and whom the system trusts otherwise.
pub(crate) fn tls<'a>(endpoints: impl IntoIterator<Item = &'a str>) -> Result<TlsContext, Fatal> {
    let store = if endpoints.into_iter().all(is_vouched_for) {
        TrustStore::empty().with_pem_certificate(AMAZON)
    } else {
        TrustStore::default()
    };
    Ok(TlsContext::builder().with_trust_store(store).build()?)
}

/// Nobody need vouch for an endpoint without TLS.
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
        assert!(tls(["https://dynamodb.us-east-1.amazonaws.com"]).is_ok());
    }
}
