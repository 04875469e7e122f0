//! `GET /` and `GET /assets/{proxy+}`: the web client, embedded in the binary.

mod page;
mod site;

use std::env;

use lambda::{Fatal, files};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    let socket = socket(|name| env::var(name).ok())?;
    files::serve(&site::policy(&socket), site::files(&socket)).await
}

/// The URL of the WebSocket API: but for its scheme it is the one under which functions reach its sockets (API Gateway
/// Developer Guide, "Use @connections commands in your backend service").
fn socket(variable: impl Fn(&str) -> Option<String>) -> Result<String, Fatal> {
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
