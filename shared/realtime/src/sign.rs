//! Signature Version 4 of a push.
//!
//! `aws-sigv4` takes four times as long, because it derives the key for each request and handles requests of any form.
//! Here the key is derived once for all pushes of an event, and all requests have the form of a push. Tests compare the
//! signatures with those of `aws-sigv4` and of the SDK's own requests.
//!
//! AWS General Reference, "Create a signed AWS API request".

use std::{fmt, fmt::Write as _};

use aws::Credentials;
use aws_sigv4::sign::v4;
use domain::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The service's name in a signature.
const SERVICE: &str = "execute-api";

/// All characters that a URL encodes: all but the unreserved ones (RFC 3986, section 2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// All characters that a signed path encodes. A path that is encoded already is encoded once more.
const PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// Encodes a connection id as a segment of a path.
pub(crate) fn segment(connection: &str) -> impl fmt::Display {
    utf8_percent_encode(connection, UNRESERVED)
}

/// The hash of a body, as a signature contains it.
pub(crate) fn hash(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

/// Signs the requests of one event. API Gateway accepts a signature for five minutes, longer than any event takes.
pub(crate) struct Signer {
    /// The value of the header `x-amz-date`.
    pub(crate) time: String,
    scope: String,
    credential: String,
    key: Vec<u8>,
}

impl Signer {
    pub(crate) fn new(credentials: &Credentials, region: &str, now: Timestamp) -> Self {
        let time = now.basic();
        let date = time.split('T').next().unwrap_or_default();
        let scope = format!("{date}/{region}/{SERVICE}/aws4_request");
        let credential = format!("{}/{scope}", credentials.access_key_id());
        let key = v4::generate_signing_key(credentials.secret_access_key(), now.into(), region, SERVICE);
        Self { key: key.as_ref().to_vec(), time, scope, credential }
    }

    /// The value of the header `authorization` for a request without a query. `headers` are all signed headers, sorted
    /// by their names, which are in lower case.
    pub(crate) fn authorization(&self, method: &str, path: &str, headers: &[(&str, &str)], body_hash: &str) -> String {
        let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let mut canonical = format!("{method}\n{}\n\n", utf8_percent_encode(path, PATH));
        for (name, value) in headers {
            // Writing to a string cannot fail.
            let _ = writeln!(canonical, "{name}:{value}");
        }
        let _ = write!(canonical, "\n{names}\n{body_hash}");
        let Self { time, scope, credential, key } = self;
        let to_sign = format!("{ALGORITHM}\n{time}\n{scope}\n{}", hash(canonical.as_bytes()));
        let signature = v4::calculate_signature(key, to_sign.as_bytes());
        format!("{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}")
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, Mutex},
        time::{Duration, SystemTime},
    };

    use aws::Settings;
    use aws_sdk_apigatewaymanagement::primitives::Blob;
    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
    use axum::{Router, body::Bytes, extract::State, http::request::Parts};
    use tokio::net::TcpListener;

    use super::*;
    use crate::{Frame, Outcome, Sockets};

    const IDS: [&str; 4] = ["L0SM9cOFvHcCIhw=", "a/b+c=", "~-._@:,!*'()", "ключ %41"];
    const REGION: &str = "eu-central-1";
    const BODY: &str = r#"{"type":"pong"}"#;

    fn credentials(token: Option<&str>) -> Credentials {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        Credentials::new("ASIAIOSFODNN7EXAMPLE", secret, token.map(str::to_owned), None, "test")
    }

    #[test]
    fn signatures_are_those_of_aws_sigv4() {
        let now = Timestamp::from_millis(1_701_432_000_000);
        for (id, token) in IDS.into_iter().flat_map(|id| [(id, None), (id, Some("a/token+=="))]) {
            let path = format!("/prod/@connections/{}", segment(id));
            let identity = credentials(token).into();
            let params = v4::SigningParams::builder().identity(&identity).region(REGION).name(SERVICE);
            let params = params.time(now.into()).settings(SigningSettings::default()).build().unwrap().into();
            let headers = [("content-type", "text/plain")].into_iter();
            let url = format!("https://example.com:8443{path}");
            let request = SignableRequest::new("POST", url, headers, SignableBody::Bytes(BODY.as_bytes()));
            let (instructions, _) = sign(request.unwrap(), &params).unwrap().into_parts();
            let expected = instructions.headers().find(|(name, _)| *name == "authorization").unwrap().1;

            let signer = Signer::new(&credentials(token), REGION, now);
            let mut headers =
                vec![("content-type", "text/plain"), ("host", "example.com:8443"), ("x-amz-date", &signer.time)];
            headers.extend(token.map(|token| ("x-amz-security-token", token)));
            assert_eq!(
                signer.authorization("POST", &path, &headers, &hash(BODY.as_bytes())),
                expected,
                "{id} {token:?}"
            );
        }
    }

    type Received = Arc<Mutex<Vec<(Parts, Bytes)>>>;

    async fn gateway() -> (String, Received) {
        let received = Received::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/prod", listener.local_addr().unwrap());
        let take = async |State(received): State<Received>, parts: Parts, body: Bytes| {
            received.lock().unwrap().push((parts, body));
        };
        let router = Router::new().fallback(take).with_state(Arc::clone(&received));
        tokio::spawn(async { axum::serve(listener, router).await });
        (url, received)
    }

    /// Our own signature of a received request, of the headers that its `authorization` lists.
    fn signed_again(parts: &Parts, body: &[u8], credentials: &Credentials) -> String {
        let header = |name: &str| parts.headers[name].to_str().unwrap();
        let names = header("authorization").split_once("SignedHeaders=").unwrap().1.split_once(',').unwrap().0;
        let headers: Vec<_> = names.split(';').map(|name| (name, header(name))).collect();
        let then = SystemTime::now() - Duration::from_mins(1);
        let mut times = (0..120).map(|seconds| Timestamp::from(then + Duration::from_secs(seconds)));
        let time = times.find(|time| time.basic() == header("x-amz-date")).unwrap();
        Signer::new(credentials, REGION, time).authorization("POST", parts.uri.path(), &headers, &hash(body))
    }

    #[tokio::test]
    async fn a_push_is_the_sdks_own_request() {
        for (id, token) in IDS.into_iter().flat_map(|id| [(id, None), (id, Some("a/token+=="))]) {
            let (endpoint, received) = gateway().await;
            let (credentials, tls) = (credentials(token), aws::trust([&*endpoint]).unwrap());
            let settings =
                Settings { endpoint: Some(endpoint), region: REGION.to_owned(), credentials: credentials.clone(), tls };
            let sockets = Sockets::new(settings).unwrap();
            sockets.client().post_to_connection().connection_id(id).data(Blob::new(BODY)).send().await.unwrap();
            let outcome = sockets.push(id, &Frame::of(BODY.into())).await;
            assert!(matches!(outcome, Outcome::Delivered), "{outcome:?}");

            let received = std::mem::take(&mut *received.lock().unwrap());
            for (parts, body) in &received {
                assert_eq!(signed_again(parts, body, &credentials), parts.headers["authorization"].to_str().unwrap());
            }
            let [(sdks, sdks_body), (ours, our_body)] = &received[..] else { panic!("{received:?}") };
            assert_eq!((&ours.method, &ours.uri, our_body), (&sdks.method, &sdks.uri, sdks_body));
            for name in ["host", "content-type", "content-length", "x-amz-security-token"] {
                assert_eq!(ours.headers.get(name), sdks.headers.get(name), "{name}");
            }
        }
    }
}
