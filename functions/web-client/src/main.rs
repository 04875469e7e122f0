//! `GET /` and `GET /assets/{proxy+}`: the web client, embedded in the binary.

mod site;

use std::{env, process::ExitCode};

use lambda::{Fatal, files, log};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    log::run(async {
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let socket = socket(variable)?;
        files::serve(&site::policy(&socket, &attachments(variable)?), site::files(&socket)).await
    })
    .await
}

/// Returns the URL of the bucket, with which the URLs of all attachments begin.
fn attachments(variable: impl Fn(&str) -> Option<String>) -> Result<String, Fatal> {
    let set = |name| variable(name).ok_or_else(|| format!("the variable {name} is not set"));
    let endpoint = variable("PUBLIC_ENDPOINT_URL_S3").map_or_else(|| set("AWS_ENDPOINT_URL_S3"), Ok)?;
    Ok(bucket::url(&endpoint, &set("ATTACHMENTS_BUCKET")?)?.into())
}

/// Returns the URL of the WebSocket API. Unless clients have another address, only its scheme differs from the URL by
/// which functions reach its sockets (API Gateway Developer Guide, "Use @connections commands in your backend
/// service").
fn socket(variable: impl Fn(&str) -> Option<String>) -> Result<String, Fatal> {
    let names = ["PUBLIC_ENDPOINT_URL_SOCKETS", "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", "CONNECTIONS_ENDPOINT"];
    let found = names.into_iter().find_map(|name| Some((name, variable(name)?)));
    let (name, endpoint) = found.ok_or("the variable CONNECTIONS_ENDPOINT is not set")?;
    let rest = endpoint.strip_prefix("http").ok_or_else(|| format!("{name} is not an HTTP URL: {endpoint}"))?;
    Ok(format!("ws{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEPLOYED: (&str, &str) = ("CONNECTIONS_ENDPOINT", "https://id.execute-api.eu-west-1.amazonaws.com/prod");
    const ELSEWHERE: (&str, &str) = ("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", "http://127.0.0.1:8000/prod");

    fn among(variables: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        |name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    fn socket_of(variables: &[(&str, &str)]) -> Option<String> {
        socket(among(variables)).ok()
    }

    #[test]
    fn attachments_are_in_the_bucket() {
        let bucket = ("ATTACHMENTS_BUCKET", "chat");
        let at_aws = ("AWS_ENDPOINT_URL_S3", "https://s3.eu-west-1.amazonaws.com");
        assert_eq!(attachments(among(&[bucket, at_aws])).unwrap(), "https://chat.s3.eu-west-1.amazonaws.com/");
        let here = ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:8000");
        assert_eq!(attachments(among(&[bucket, here])).unwrap(), "http://127.0.0.1:8000/chat/");
        let public = ("PUBLIC_ENDPOINT_URL_S3", "http://10.0.2.2:8000");
        assert_eq!(attachments(among(&[bucket, here, public])).unwrap(), "http://10.0.2.2:8000/chat/");
        assert!(attachments(among(&[bucket])).is_err() && attachments(among(&[here])).is_err());
    }

    #[test]
    fn the_socket_is_where_functions_reach_its_clients() {
        assert_eq!(socket_of(&[DEPLOYED]).unwrap(), "wss://id.execute-api.eu-west-1.amazonaws.com/prod");
        assert_eq!(socket_of(&[DEPLOYED, ELSEWHERE]).unwrap(), "ws://127.0.0.1:8000/prod");
        let public = ("PUBLIC_ENDPOINT_URL_SOCKETS", "https://tunnel.example/prod");
        assert_eq!(socket_of(&[DEPLOYED, ELSEWHERE, public]).unwrap(), "wss://tunnel.example/prod");
        assert_eq!(socket_of(&[]), None);
        assert_eq!(socket_of(&[("CONNECTIONS_ENDPOINT", "id/prod")]), None);
    }
}
