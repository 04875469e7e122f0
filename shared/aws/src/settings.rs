use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_http_client::tls::TlsContext;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::client::{
    behavior_version::BehaviorVersion, stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::{SdkConfig, region::Region};

use crate::{
    Attempts,
    connections::{CONNECT_TIMEOUT, client},
};

/// The settings with which a service is called.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The URL of the service; `None` for AWS's own in the region.
    pub endpoint: Option<String>,
    /// The region.
    pub region: String,
    /// The credentials that requests are signed with.
    pub credentials: Credentials,
    /// The trusted certificates, as [`crate::trust()`] selects them.
    pub tls: TlsContext,
}

impl Settings {
    /// The configuration of an SDK's client, with connections of its own.
    #[must_use]
    pub fn sdk(&self, attempts: Attempts) -> SdkConfig {
        let Attempts { most, backoff, each, all } = attempts;
        let timeouts = TimeoutConfig::builder()
            // The connection is part of an attempt here.
            .operation_attempt_timeout(CONNECT_TIMEOUT + each)
            .operation_timeout(all);
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(self.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(self.credentials.clone()))
            .http_client(client(self.tls.clone()))
            .retry_config(RetryConfig::standard().with_max_attempts(most).with_initial_backoff(backoff))
            .timeout_config(timeouts.build())
            // The timeouts above end a call whose answer does not come.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            // The credentials are values already, valid as long as the process lives.
            .identity_cache(IdentityCache::no_cache());
        config.set_endpoint_url(self.endpoint.clone());
        config.build()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A handshake on a small share of a CPU may take longer than an answer.
    #[test]
    fn an_attempt_of_an_sdk_has_time_to_connect() {
        let each = Duration::from_millis(600);
        let attempts = Attempts { most: 3, backoff: each, each, all: Duration::from_secs(2) };
        let settings = Settings {
            endpoint: None,
            region: "us-east-1".to_owned(),
            credentials: Credentials::new("test", "test", None, None, "test"),
            tls: TlsContext::default(),
        };
        let config = settings.sdk(attempts);
        let timeouts = config.timeout_config().unwrap();
        assert_eq!(timeouts.operation_attempt_timeout(), Some(CONNECT_TIMEOUT + each));
        assert_eq!(timeouts.operation_timeout(), Some(attempts.all));
    }
}
