//! The event of payload format 2.0.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
//!
//! The documentation leaves one point open, so this follows live APIs: `rawPath` is decoded, in spite of its name
//! (honojs/hono#2156, aws/aws-lambda-dotnet#1901).
//!
//! The structures of `aws_lambda_events` would write fields that API Gateway does not send (`httpMethod`,
//! `authorizationToken`, …), so these are our own. A test reads them with the structures of that crate.

use std::collections::BTreeMap;

use axum::http::{header, request::Parts};
use serde::Serialize;
use template::ACCOUNT_ID;
use time::OffsetDateTime;

use super::{
    fields::{cookies, encode_body, headers, query, text},
    routes::Matched,
};
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

/// The facts about a request that the request itself does not contain.
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
        let headers = headers(&parts.headers, arrival.source.ip(), arrival.trace, host, body.len());
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

    /// The example of "Create AWS Lambda proxy integrations for HTTP APIs", without the parts that this API does not
    /// have (client certificates, an authorizer, stage variables), and with the headers that the gateway adds.
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
    fn absent_parts_are_left_out() {
        let plain = event(Request::get("/my/path"), "GET /my/path", b"");
        for absent in ["cookies", "queryStringParameters", "body", "stageVariables"] {
            assert!(plain.get(absent).is_none(), "{absent}: {plain}");
        }
        assert!(plain["requestContext"].get("authorizer").is_none(), "{plain}");
    }
}
