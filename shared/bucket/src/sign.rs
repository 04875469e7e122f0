//! Signature Version 4 in the query of a URL.
//!
//! Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters".

use std::time::Duration;

use aws_sigv4::{
    http_request::{
        PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use domain::{Error, Timestamp};
use url::Url;

use crate::Bucket;

/// The service's name in a signature.
pub(crate) const SERVICE: &str = "s3";

impl Bucket {
    /// The URL with which anybody may make this call for the time `lasts`.
    pub(crate) fn signed(&self, method: &str, url: Url, now: Timestamp, lasts: Duration) -> Result<String, Error> {
        self.signed_with(&[], method, url, now, lasts)
    }

    /// The same for a call with these headers.
    pub(crate) fn signed_with(
        &self,
        headers: &[(&str, &str)],
        method: &str,
        url: Url,
        now: Timestamp,
        lasts: Duration,
    ) -> Result<String, Error> {
        self.sign(headers, method, url, now, lasts).map_err(|error| Error::internal("signing a URL", error))
    }

    fn sign(
        &self,
        headers: &[(&str, &str)],
        method: &str,
        mut url: Url,
        now: Timestamp,
        lasts: Duration,
    ) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        let identity = self.0.settings.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.0.settings.region)
            .name(SERVICE)
            .time(now.into())
            .settings(settings(lasts))
            .build()?
            .into();
        let request =
            SignableRequest::new(method, url.as_str(), headers.iter().copied(), SignableBody::UnsignedPayload)?;
        let (instructions, _) = sign(request, &params)?.into_parts();
        url.query_pairs_mut().extend_pairs(instructions.params());
        Ok(url.into())
    }
}

/// The settings of S3, whose paths are signed without further encoding.
fn settings(lasts: Duration) -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(lasts);
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{THEN, bucket};

    /// The example in "Authenticating Requests: Using Query Parameters".
    #[test]
    fn a_url_is_signed_as_amazons_example() {
        let bucket = bucket("https://s3.amazonaws.com", None);
        let url = bucket.0.url.join("test.txt").unwrap();
        let signed = bucket.signed("GET", url, THEN, Duration::from_hours(24)).unwrap();
        let signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        assert!(signed.starts_with("https://examplebucket.s3.amazonaws.com/test.txt?"), "{signed}");
        assert!(signed.ends_with(&format!("&X-Amz-Signature={signature}")), "{signed}");
    }
}
