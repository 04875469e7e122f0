//! One push: `PostToConnection`, for a third of the SDK's instructions.
//!
//! Our own [`Signer`] signs the request and the HTTP client of the SDKs sends it. The same answers lead to another
//! attempt as in the SDK.

use aws::{Answer, Request, Unanswered};
use aws_smithy_types::body::SdkBody;
use http::{
    Uri,
    header::{AUTHORIZATION, CONTENT_TYPE},
    uri::InvalidUri,
};

use crate::{ATTEMPTS, Frame, Outcome, Sockets, sign, sign::Signer};

const BYTES: &str = "application/octet-stream";
const DATE: &str = "x-amz-date";
const TOKEN: &str = "x-amz-security-token";

/// The parts of the URL of the WebSocket API's stage.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// The scheme and the authority.
    origin: String,
    /// The path, without a slash at its end.
    path: String,
    /// The value of the header `host`: without the default port.
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
    /// Pushes a frame to one socket.
    pub(crate) async fn post(&self, signer: &Signer, connection: &str, frame: &Frame) -> Outcome {
        match self.request(signer, connection, frame) {
            Ok(request) => self.0.caller.call(&request, ATTEMPTS, outcome).await.unwrap_or(Outcome::Slow),
            Err(error) => Outcome::Failed(error),
        }
    }

    fn request(
        &self,
        signer: &Signer,
        connection: &str,
        frame: &Frame,
    ) -> Result<Request, Box<dyn std::error::Error + Send + Sync>> {
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

/// The outcome of an attempt. `Err` if API Gateway, the socket or the connection may give another one to the next
/// attempt.
fn outcome(answer: Result<Answer, Unanswered>) -> Result<Outcome, Outcome> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(Unanswered::Late) => return Err(Outcome::Slow),
        Err(error) => return Err(Outcome::Failed(error.into())),
    };
    let status = answer.status().as_u16();
    match status {
        200..300 => Ok(Outcome::Delivered),
        410 => Ok(Outcome::Gone),
        429 => Err(Outcome::Slow),
        _ => {
            let kind = answer.headers().get("x-amzn-errortype").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            let said = String::from_utf8_lossy(answer.body());
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
