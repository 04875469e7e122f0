//! One push: `PostToConnection`, without what makes such a call of the SDK three times as dear.
//!
//! Our own [`Signer`] signs it and the HTTP client of the SDKs sends it; it is tried again when the SDK would try again.

use std::time::Duration;

use aws_smithy_runtime_api::client::{
    http::HttpConnector as _,
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use http::{
    Uri,
    header::{AUTHORIZATION, CONTENT_TYPE},
    uri::InvalidUri,
};
use http_body_util::BodyExt as _;

use crate::{Frame, Outcome, PATIENCE, Sockets, sign, sign::Signer};

/// How often a push is tried whose client is slow to take what it was sent before.
pub(crate) const ATTEMPTS: u32 = 3;
/// How long a push waits before it is tried again, at first.
pub(crate) const FIRST_BACKOFF: Duration = Duration::from_millis(50);

const BYTES: &str = "application/octet-stream";
const DATE: &str = "x-amz-date";
const TOKEN: &str = "x-amz-security-token";

/// Where API Gateway is.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// The scheme and the authority.
    origin: String,
    /// Without a slash at its end.
    path: String,
    /// As HTTP names it: without the usual port.
    host: String,
}

impl Endpoint {
    pub(crate) fn parse(url: &str) -> Result<Self, InvalidUri> {
        let uri: Uri = url.parse()?;
        let scheme = uri.scheme_str().unwrap_or_default();
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let usual = if scheme == "http" { ":80" } else { ":443" };
        Ok(Self {
            origin: format!("{scheme}://{authority}"),
            path: uri.path().trim_end_matches('/').to_owned(),
            host: authority.strip_suffix(usual).unwrap_or(authority).to_owned(),
        })
    }
}

impl Sockets {
    /// Pushes a frame to one socket, until its outcome is final or patience is over.
    pub(crate) async fn post(&self, signer: &Signer, connection: &str, frame: &Frame) -> Outcome {
        let attempts = async {
            let mut backoff = FIRST_BACKOFF;
            for _ in 1..ATTEMPTS {
                if let Ok(outcome) = self.attempt(signer, connection, frame).await {
                    return outcome;
                }
                // At random, so that those who were refused together do not come back together.
                tokio::time::sleep(backoff.mul_f64(fastrand::f64())).await;
                backoff *= 2;
            }
            self.attempt(signer, connection, frame).await.unwrap_or_else(|outcome| outcome)
        };
        tokio::time::timeout(PATIENCE, attempts).await.unwrap_or(Outcome::Slow)
    }

    /// One call. Where it gives an `Err`, another one may give something else.
    async fn attempt(&self, signer: &Signer, connection: &str, frame: &Frame) -> Result<Outcome, Outcome> {
        let request = match self.request(signer, connection, frame) {
            Ok(request) => request,
            Err(error) => return Ok(Outcome::Failed(error)),
        };
        match self.connector().call(request).await {
            Ok(response) => outcome(response).await,
            Err(error) => Err(Outcome::Failed(error.into())),
        }
    }

    fn request(
        &self,
        signer: &Signer,
        connection: &str,
        frame: &Frame,
    ) -> Result<HttpRequest, Box<dyn std::error::Error + Send + Sync>> {
        let Endpoint { origin, path, host } = &self.0.endpoint;
        let path = format!("{path}/@connections/{}", sign::segment(connection));
        let token = self.0.settings.credentials.session_token();
        let mut headers = vec![("content-type", BYTES), ("host", host), (DATE, &signer.time)];
        headers.extend(token.map(|token| (TOKEN, token)));
        let authorization = signer.authorization("POST", &path, &headers, &frame.hash);
        let mut request = http::Request::post(format!("{origin}{path}"))
            .header(AUTHORIZATION, authorization)
            .header(CONTENT_TYPE, BYTES)
            .header(DATE, &signer.time);
        if let Some(token) = token {
            request = request.header(TOKEN, token);
        }
        Ok(request.body(SdkBody::from(frame.body.clone()))?.try_into()?)
    }
}

/// What the answer says. An `Err` says that API Gateway, or the socket, is busy.
async fn outcome(response: HttpResponse) -> Result<Outcome, Outcome> {
    let status = response.status().as_u16();
    let kind = response.headers().get("x-amzn-errortype").unwrap_or_default().to_owned();
    // To its end in any case: the connection serves the next push.
    let body = response.into_body().collect().await;
    match status {
        200..300 => Ok(Outcome::Delivered),
        410 => Ok(Outcome::Gone),
        429 => Err(Outcome::Slow),
        _ => {
            let said = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
            let said = String::from_utf8_lossy(&said);
            let failed = Outcome::Failed(format!("API Gateway answers {status} {kind}: {said}").into());
            if status >= 500 { Err(failed) } else { Ok(failed) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_named_without_the_usual_port_of_its_scheme() {
        for (url, host) in [
            ("https://a1b2.example/dev", "a1b2.example"),
            ("https://a1b2.example:443/dev", "a1b2.example"),
            ("http://a1b2.example:80/dev", "a1b2.example"),
            ("https://a1b2.example:80/dev", "a1b2.example:80"),
            ("http://a1b2.example:443/dev", "a1b2.example:443"),
        ] {
            assert_eq!(Endpoint::parse(url).unwrap().host, host, "{url}");
        }
    }
}
