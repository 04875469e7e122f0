"""The form of each event, as API Gateway or EventBridge sends it.

Needs only Python, because infra/scripts/endpoint uses it.
"""

import json
import urllib.parse

ACCOUNT = "123456789012"
ADDRESS = "203.0.113.7"
HTTP_API = "x1y2z3"
WEBSOCKET_API = "a1b2c3"
AGENT = "curl/8.14.1"
BROWSER = "Mozilla/5.0"
TRACE = "Root=1-6566a7d0-0b1c2d3e4f5061728394a5b6"
SECONDS = "01/Dec/2023:12:00:00 +0000"
MILLISECONDS = 1701432000000


def host(api):
    return f"{api}.execute-api.us-east-1.amazonaws.com"


def rest(route, token=True, path=None, query=None, body=None):
    """Returns an event of an HTTP API, payload format 2.0."""
    method, _, pattern = route.partition(" ")
    raw_path = pattern.format(**path or {})
    headers = {"accept": "*/*"}
    if token:
        headers["authorization"] = "Bearer $ACCESS_TOKEN"
    if body:
        headers |= {"content-length": str(len(body)), "content-type": "application/json"}
    headers |= {
        "host": host(HTTP_API),
        "user-agent": AGENT,
        "x-amzn-trace-id": TRACE,
        "x-forwarded-for": ADDRESS,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }
    event = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": raw_path,
        "rawQueryString": urllib.parse.urlencode(query or {}),
        "headers": headers,
    }
    if query:
        event["queryStringParameters"] = query
    event["requestContext"] = {
        "accountId": ACCOUNT,
        "apiId": HTTP_API,
        "domainName": host(HTTP_API),
        "domainPrefix": HTTP_API,
        "http": {
            "method": method,
            "path": raw_path,
            "protocol": "HTTP/1.1",
            "sourceIp": ADDRESS,
            "userAgent": AGENT,
        },
        "requestId": "PKdLGh0yIAMEVXw=",
        "routeKey": route,
        "stage": "$default",
        "time": SECONDS,
        "timeEpoch": MILLISECONDS,
    }
    if path:
        event["pathParameters"] = path
    if body:
        event["body"] = body
    return event | {"isBase64Encoded": False}


HANDSHAKE = {
    "Host": host(WEBSOCKET_API),
    "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "bearer, $ACCESS_TOKEN",
    "Sec-WebSocket-Version": "13",
    "User-Agent": BROWSER,
    "X-Amzn-Trace-Id": TRACE,
    "X-Forwarded-For": ADDRESS,
    "X-Forwarded-Port": "443",
    "X-Forwarded-Proto": "https",
}
CLOSING = {"Host": host(WEBSOCKET_API), "x-api-key": "", "X-Forwarded-For": "", "x-restapi": ""}


def several(name, values):
    """Returns the property `name` and its form with a list per key; API Gateway sends both."""
    lists = {key: [value] for key, value in values.items()}
    return {name: values, f"multiValue{name[0].upper()}{name[1:]}": lists}


def socket(route, authorizer=False, body=None):
    """Returns an event of the WebSocket API, for the authorizer or for a function after it."""
    kind = {"$connect": "CONNECT", "$disconnect": "DISCONNECT"}.get(route, "MESSAGE")
    context = {
        "routeKey": route,
        "eventType": kind,
        "extendedRequestId": "PKdMAHVMoAMFqHg=",
        "requestTime": SECONDS,
        "messageDirection": "IN",
        "stage": "prod",
        "connectedAt": MILLISECONDS,
        "requestTimeEpoch": MILLISECONDS + 123,
        "identity": {"userAgent": BROWSER, "sourceIp": ADDRESS},
        "requestId": "PKdMAHVMoAMFqHg=",
        "domainName": host(WEBSOCKET_API),
        "connectionId": "PKdMAfbLoAMCK3Q=",
        "apiId": WEBSOCKET_API,
    }
    event = {}
    if authorizer:
        event["type"] = "REQUEST"
        event["methodArn"] = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{WEBSOCKET_API}/prod/{route}"
    if kind == "CONNECT":
        event |= several("headers", HANDSHAKE) | several("queryStringParameters", {"room_name": "1"})
    if kind == "DISCONNECT":
        event |= several("headers", CLOSING)
        context |= {"disconnectStatusCode": 1001, "disconnectReason": "Going away"}
    if kind == "MESSAGE":
        context["messageId"] = "PKdMBdMkoAMCK3Q="
    event["requestContext"] = context
    if authorizer:
        return event
    context["authorizer"] = {
        "principalId": "1",
        "user_id": "1",
        "session_id": "$SESSION_ID",
        "room": "1",
        "integrationLatency": 12,
    }
    if body:
        event["body"] = body
    return event | {"isBase64Encoded": False}


def bucket(key):
    """Returns the event of EventBridge for an upload."""
    name = "attachmentsbucket"
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": ACCOUNT,
        "time": "2023-12-01T12:00:00Z",
        "region": "us-east-1",
        "resources": [f"arn:aws:s3:::{name}"],
        "detail": {
            "version": "0",
            "bucket": {"name": name},
            "object": {
                "key": key,
                "size": 123456,
                "etag": "b1946ac92492d2347c6235b4d2611184",
                "sequencer": "00617F08299329D189",
            },
            "request-id": "N4N7GDK58NMKJ12R",
            "requester": ACCOUNT,
            "source-ip-address": ADDRESS,
            "reason": "PostObject",
        },
    }


FORMS = {"rest": rest, "socket": socket, "bucket": bucket}


def text(section, entry):
    """Returns the text of an event file, from its entry in a section of events.yaml."""
    return json.dumps(FORMS[section](**entry), indent=2, ensure_ascii=False) + "\n"
