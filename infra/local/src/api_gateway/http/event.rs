//! The event of payload format 2.0.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
//!
//! The documentation is silent on two points, so these follow what was captured from live APIs: the path comes decoded, in
//! spite of its name (honojs/hono#2156, aws/aws-lambda-dotnet#1901), and a body is text by a short list of content types
//! (ministackorg/ministack#766).
//!
//! The structures of `aws_lambda_events` would write fields that API Gateway does not send (`httpMethod`,
//! `authorizationToken`, …), so these are our own, and a test reads them with those.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, header, request::Parts, uri::Authority};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use template::ACCOUNT_ID;
use time::OffsetDateTime;

use super::routes::Matched;
use crate::api_gateway::time::{epoch_milliseconds, request_time};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event<'a> {
    version: &'static str,
    route_key: &'a str,
    raw_path: &'a str,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<&'a str>,
    headers: BTreeMap<&'a str, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<String, String>,
    request_context: RequestContext<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    path_parameters: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    account_id: &'static str,
    api_id: &'a str,
    domain_name: &'a str,
    domain_prefix: &'a str,
    http: Http<'a>,
    request_id: &'a str,
    route_key: &'a str,
    stage: &'static str,
    time: String,
    time_epoch: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: &'a str,
    path: &'a str,
    protocol: &'a str,
    source_ip: String,
    user_agent: &'a str,
}

/// What the gateway knows of a request besides the request itself.
#[derive(Debug)]
pub(super) struct Arrival<'a> {
    pub(super) api_id: &'a str,
    pub(super) request_id: &'a str,
    /// Decoded.
    pub(super) path: &'a str,
    pub(super) trace: &'a str,
    pub(super) source: std::net::SocketAddr,
    pub(super) time: OffsetDateTime,
}

impl<'a> Event<'a> {
    pub(super) fn new(arrival: &Arrival<'a>, matched: &'a Matched<'a>, parts: &'a Parts, body: &[u8]) -> Self {
        let host = text(&parts.headers, header::HOST);
        let headers = headers(&parts.headers, arrival, host, body.len());
        let (body, is_base64_encoded) = encode_body(&parts.headers, body);
        Self {
            version: "2.0",
            route_key: &matched.route.key,
            raw_path: arrival.path,
            raw_query_string: parts.uri.query().unwrap_or_default(),
            cookies: cookies(&parts.headers),
            headers,
            query_string_parameters: query(parts.uri.query().unwrap_or_default()),
            request_context: RequestContext {
                account_id: ACCOUNT_ID,
                api_id: arrival.api_id,
                domain_name: host,
                domain_prefix: host.split(['.', ':']).next().unwrap_or_default(),
                http: Http {
                    method: parts.method.as_str(),
                    path: arrival.path,
                    protocol: "HTTP/1.1",
                    source_ip: arrival.source.ip().to_string(),
                    user_agent: text(&parts.headers, header::USER_AGENT),
                },
                request_id: arrival.request_id,
                route_key: &matched.route.key,
                stage: "$default",
                time: request_time(arrival.time),
                time_epoch: epoch_milliseconds(arrival.time),
            },
            path_parameters: &matched.parameters,
            body,
            is_base64_encoded,
        }
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Names in lower case, repeated ones joined; cookies have their own field.
fn headers<'a>(headers: &'a HeaderMap, arrival: &Arrival<'_>, host: &str, length: usize) -> BTreeMap<&'a str, String> {
    let mut joined: BTreeMap<&str, String> = BTreeMap::new();
    for name in headers.keys().filter(|name| !HOP_BY_HOP.contains(name) && *name != header::COOKIE) {
        let values: Vec<_> =
            headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        joined.insert(name.as_str(), values.join(","));
    }
    // There also where the client has sent no body, or one in chunks.
    joined.insert("content-length", length.to_string());
    let port = host.parse::<Authority>().ok().and_then(|host| host.port_u16()).unwrap_or(80);
    let address = arrival.source.ip().to_string();
    let forwarded = joined.get("x-forwarded-for").map_or(address.clone(), |before| format!("{before}, {address}"));
    joined.insert("x-forwarded-for", forwarded);
    joined.insert("x-forwarded-port", port.to_string());
    joined.insert("x-forwarded-proto", "http".to_owned());
    joined.insert("x-amzn-trace-id", arrival.trace.to_owned());
    joined
}

/// Headers that speak to the gateway, not to what is behind it.
const HOP_BY_HOP: [&header::HeaderName; 5] =
    [&header::CONNECTION, &header::TE, &header::TRANSFER_ENCODING, &header::UPGRADE, &header::EXPECT];

fn cookies(headers: &HeaderMap) -> Vec<&str> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(';')).map(str::trim).filter(|cookie| !cookie.is_empty()).collect()
}

/// Decoded; the values of a repeated name joined.
fn query(query: &str) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        joined
            .entry(name.into_owned())
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert_with(|| value.clone().into_owned());
    }
    joined
}

/// Text as it is, anything else in base64.
fn encode_body(headers: &HeaderMap, body: &[u8]) -> (Option<String>, bool) {
    if body.is_empty() {
        return (None, false);
    }
    match std::str::from_utf8(body) {
        Ok(text) if is_text(headers) => (Some(text.to_owned()), false),
        _ => (Some(STANDARD.encode(body)), true),
    }
}

/// A form is not among them, and neither is a body without a content type.
fn is_text(headers: &HeaderMap) -> bool {
    let content_type = text(headers, header::CONTENT_TYPE).to_ascii_lowercase();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.starts_with("text/") || matches!(essence, "application/json" | "application/javascript" | "application/xml")
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
    use axum::http::Request;
    use serde_json::{Value, json};
    use time::macros::datetime;

    use super::*;
    use crate::api_gateway::http::routes::Route;

    fn event(request: axum::http::request::Builder, route_key: &str, body: &[u8]) -> Value {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let route = Route { key: route_key.into(), function: "F".into(), greedy: None };
        let matched = Matched { route: &route, parameters: BTreeMap::from([("parameter1".into(), "value1".into())]) };
        let arrival = Arrival {
            api_id: "api-id",
            request_id: "id",
            path: parts.uri.path(),
            trace: "Root=1-0-0",
            source: ([192, 0, 2, 1], 5000).into(),
            time: datetime!(2020-03-12 19:03:58.390 UTC),
        };
        serde_json::to_value(Event::new(&arrival, &matched, &parts, body)).unwrap()
    }

    /// The example of "Create AWS Lambda proxy integrations for HTTP APIs", less what this API does not have (client
    /// certificates, an authorizer, stage variables), and with the headers that the gateway adds.
    #[test]
    fn payload_format_2_0_is_the_documented_example() {
        let request = Request::post("/my/path?parameter1=value1&parameter1=value2&parameter2=value")
            .header("Host", "id.execute-api.us-east-1.amazonaws.com")
            .header("Cookie", "cookie1; cookie2")
            .header("Header1", "value1")
            .header("Header2", "value1")
            .header("Header2", "value2")
            .header("User-Agent", "agent")
            .header("Content-Type", "text/plain");
        let event = event(request, "$default", b"Hello from Lambda");
        let expected = json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": "/my/path",
            "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
            "cookies": ["cookie1", "cookie2"],
            "headers": {
                "header1": "value1", "header2": "value1,value2",
                "content-length": "17", "content-type": "text/plain", "host": "id.execute-api.us-east-1.amazonaws.com",
                "user-agent": "agent", "x-amzn-trace-id": "Root=1-0-0", "x-forwarded-for": "192.0.2.1",
                "x-forwarded-port": "80", "x-forwarded-proto": "http",
            },
            "queryStringParameters": {"parameter1": "value1,value2", "parameter2": "value"},
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "api-id",
                "domainName": "id.execute-api.us-east-1.amazonaws.com",
                "domainPrefix": "id",
                "http": {
                    "method": "POST", "path": "/my/path", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "agent",
                },
                "requestId": "id",
                "routeKey": "$default",
                "stage": "$default",
                "time": "12/Mar/2020:19:03:58 +0000",
                "timeEpoch": 1_584_039_838_390_i64,
            },
            "body": "Hello from Lambda",
            "pathParameters": {"parameter1": "value1"},
            "isBase64Encoded": false,
        });
        assert_eq!(event, expected);
        let read: ApiGatewayV2httpRequest = serde_json::from_value(event).unwrap();
        assert_eq!(read.query_string_parameters.all("parameter1"), Some(vec!["value1", "value2"]));
    }

    #[test]
    fn what_is_not_there_is_left_out() {
        let plain = event(Request::get("/my/path"), "GET /my/path", b"");
        for absent in ["cookies", "queryStringParameters", "body", "stageVariables"] {
            assert!(plain.get(absent).is_none(), "{absent}: {plain}");
        }
        assert!(plain["requestContext"].get("authorizer").is_none(), "{plain}");
    }
}
