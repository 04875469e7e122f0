//! `GET /` and `GET /assets/{proxy+}`: the web client, embedded in the binary.
//!
//! This function reads no table and knows no token, so nothing of `shared/` and no SDK is in it.

mod files;
mod site;

use std::{convert::Infallible, env};

use lambda_http::{Error, Request, RequestExt, http::HeaderValue, http::header::IF_NONE_MATCH, service_fn};

use site::Site;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::tracing::init_default_subscriber();
    let site = Site::new(&socket(|name| env::var(name).ok())?)?;
    let site = &site;
    lambda_http::run(service_fn(move |request: Request| async move {
        let known = request.headers().get(IF_NONE_MATCH);
        let mut response = site.answer(request.uri().path(), known);
        let id = request.lambda_context_ref().and_then(|context| HeaderValue::from_str(&context.request_id).ok());
        response.headers_mut().extend(id.map(|id| (lambda_http::http::HeaderName::from_static("x-request-id"), id)));
        Ok::<_, Infallible>(response)
    }))
    .await
}

/// The URL of the WebSocket API: but for its scheme it is the one under which functions reach its sockets (API Gateway
/// Developer Guide, "Use @connections commands in your backend service").
fn socket(variable: impl Fn(&str) -> Option<String>) -> Result<String, Error> {
    let endpoint = variable("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI").or_else(|| variable("CONNECTIONS_ENDPOINT"));
    let endpoint = endpoint.ok_or("the variable CONNECTIONS_ENDPOINT is not set")?;
    let rest = endpoint.strip_prefix("http").ok_or_else(|| format!("CONNECTIONS_ENDPOINT is no URL: {endpoint}"))?;
    Ok(format!("ws{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEPLOYED: (&str, &str) = ("CONNECTIONS_ENDPOINT", "https://id.execute-api.eu-west-1.amazonaws.com/prod");
    const ELSEWHERE: (&str, &str) = ("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", "http://127.0.0.1:8000/prod");

    fn socket_of(variables: &[(&str, &str)]) -> Option<String> {
        socket(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())).ok()
    }

    #[test]
    fn the_socket_is_where_functions_reach_its_clients() {
        assert_eq!(socket_of(&[DEPLOYED]).unwrap(), "wss://id.execute-api.eu-west-1.amazonaws.com/prod");
        assert_eq!(socket_of(&[DEPLOYED, ELSEWHERE]).unwrap(), "ws://127.0.0.1:8000/prod");
        assert_eq!(socket_of(&[]), None);
        assert_eq!(socket_of(&[("CONNECTIONS_ENDPOINT", "id/prod")]), None);
    }
}
