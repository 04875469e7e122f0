//! The signers of requests.
//!
//! A function's signature is verified, with its expiry and its session token. Other signatures cannot be verified:
//! their signer is the developer, and the runtime replaces them by its own signature.

use std::{borrow::Cow, sync::Arc, time::SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode, sign,
    },
    sign::v4::SigningParams,
};
use axum::http::{HeaderName, HeaderValue, header, request::Parts};
use s3s::{
    S3Error, S3ErrorCode, S3Result,
    auth::{S3Auth, SecretKey},
    s3_error,
};
use template::REGION;
use url::form_urlencoded;
use uuid::Uuid;

use crate::iam::{Caller, Iam, Identity};

const TOKEN: &str = "x-amz-security-token";
const PAYLOAD: &str = "x-amz-content-sha256";
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// Knows all keys.
pub(super) struct Authority {
    iam: Arc<Iam>,
    developer: Credentials,
}

/// The keys for `s3s`.
pub(super) struct Keys(pub(super) Arc<Authority>);

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let Authority { iam, developer } = &*self.0;
        if access_key == developer.access_key_id() {
            return Ok(developer.secret_access_key().into());
        }
        let identity = iam.identity(access_key).ok_or_else(unknown_key)?;
        Ok(identity.credentials.secret_access_key.into())
    }
}

impl Authority {
    pub(super) fn new(iam: Arc<Iam>) -> Self {
        let secret = Uuid::new_v4().simple().to_string();
        Self { iam, developer: Credentials::new("developer", secret, None, None, "local") }
    }

    /// The function with this access key.
    pub(super) fn identity(&self, access_key: &str) -> Option<Identity> {
        self.iam.identity(access_key)
    }

    /// Returns the sender of a request. The signature is verified later.
    pub(super) fn admit(&self, parts: Parts) -> S3Result<(Parts, Caller)> {
        if parts.headers.contains_key(header::AUTHORIZATION) && parameter(&parts, "X-Amz-Signature").is_some() {
            return Err(s3_error!(
                InvalidArgument,
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
                 parameter or the Authorization header should be specified"
            ));
        }
        let Some(signed) = Signed::of(&parts) else {
            return Err(match parameter(&parts, "AWSAccessKeyId") {
                Some(_) => s3_error!(
                    InvalidRequest,
                    "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
                ),
                None => s3_error!(AccessDenied, "Access Denied"),
            });
        };
        match self.identity(&signed.access_key) {
            Some(identity) => {
                check_token(&identity, signed.token.as_deref())?;
                Ok((parts, Caller::Function(identity.function)))
            }
            None => Ok((self.sign_for_developer(parts)?, Caller::Developer)),
        }
    }

    fn sign_for_developer(&self, mut parts: Parts) -> S3Result<Parts> {
        strip(&mut parts)?;
        let headers = &mut parts.headers;
        let payload = headers.entry(PAYLOAD).or_insert(HeaderValue::from_static(UNSIGNED_PAYLOAD)).clone();
        let payload = payload.to_str().map_err(S3Error::internal_error)?.to_owned();
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        let identity = self.developer.clone().into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name("s3")
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .map_err(S3Error::internal_error)?
            .into();
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let uri = format!("http://{host}{}", parts.uri);
        // Only headers that the signature names are verified.
        let signed = [("host", host), (PAYLOAD, payload.as_str())];
        let body = SignableBody::Precomputed(payload.clone());
        let request = SignableRequest::new(parts.method.as_str(), uri, signed.into_iter(), body);
        let request = request.map_err(S3Error::internal_error)?;
        let (instructions, _) = sign(request, &params).map_err(S3Error::internal_error)?.into_parts();
        let (added, _) = instructions.into_parts();
        for added in added {
            let value = HeaderValue::from_str(added.value()).map_err(S3Error::internal_error)?;
            parts.headers.insert(HeaderName::from_static(added.name()), value);
        }
        Ok(parts)
    }
}

/// Checks the session token of a function.
pub(super) fn check_token(identity: &Identity, token: Option<&str>) -> S3Result<()> {
    match token {
        Some(token) if token == identity.credentials.session_token => Ok(()),
        Some(_) => Err(s3_error!(InvalidToken, "The provided token is malformed or otherwise invalid.")),
        // S3 does not know a temporary key without its token.
        None => Err(unknown_key()),
    }
}

fn unknown_key() -> S3Error {
    s3_error!(InvalidAccessKeyId, "The AWS Access Key Id you provided does not exist in our records.")
}

/// The access key of a signature with the scope of S3.
pub(super) fn signer(parts: &Parts) -> Option<String> {
    Signed::of(parts).filter(|signed| signed.service == "s3").map(|signed| signed.access_key)
}

/// The signer that a request names, in its header or in its query.
struct Signed {
    access_key: String,
    service: String,
    token: Option<String>,
}

impl Signed {
    fn of(parts: &Parts) -> Option<Self> {
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let in_header = text(header::AUTHORIZATION.as_str())
            .filter(|value| value.starts_with("AWS4-HMAC-SHA256"))
            .and_then(|value| value.split_once("Credential=")?.1.split(',').next());
        let (credential, token): (Cow<'_, str>, _) = match in_header {
            Some(credential) => (credential.into(), text(TOKEN).map(str::to_owned)),
            None => (parameter(parts, "X-Amz-Credential")?.into(), parameter(parts, "X-Amz-Security-Token")),
        };
        let mut scope = credential.trim().split('/');
        let access_key = scope.next()?.to_owned();
        Some(Self { access_key, service: scope.nth(2)?.to_owned(), token })
    }
}

/// A parameter of the URL.
pub(super) fn parameter(parts: &Parts, wanted: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(parts.uri.query()?.as_bytes());
    pairs.find_map(|(name, value)| (name == wanted).then(|| value.into_owned()))
}

/// The parameters of a presigned URL.
const OF_SIGNATURE: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
];

/// Removes the parts of a signature.
fn strip(parts: &mut Parts) -> S3Result<()> {
    for name in [header::AUTHORIZATION.as_str(), TOKEN] {
        parts.headers.remove(name);
    }
    let query = parts.uri.query().unwrap_or_default();
    let is_other = |pair: &&str| !OF_SIGNATURE.contains(&pair.split('=').next().unwrap_or_default());
    let query = query.split('&').filter(is_other).collect::<Vec<_>>().join("&");
    let path = parts.uri.path();
    let uri = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    parts.uri = uri.parse().map_err(|_| S3Error::new(S3ErrorCode::InvalidURI))?;
    Ok(())
}
