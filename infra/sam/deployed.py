"""Asserts that a deployment has every part of the template, because an emulator may report success without some.

    deployed.py STACK BUILD    prints the addresses of the APIs, as variables of a shell

The traffic must have moved to versions of this build, and no function may have others.
"""

import os
import sys

import boto3

from expand import expanded, of_type, operations, source

URL = os.environ["AWS_ENDPOINT_URL"]


def same(what, found, expected):
    found, expected = sorted(found), sorted(expected)
    if found != expected:
        sys.exit(f"the deployment has the {what} {found}, but the template has {expected}")
    print(f"  {len(found)} {what}", file=sys.stderr)


def main():
    template = expanded(source())
    stack = boto3.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=sys.argv[1])
    ids = {r["LogicalResourceId"]: r["PhysicalResourceId"] for page in stack for r in page["StackResourceSummaries"]}

    tables = boto3.client("dynamodb").list_tables()["TableNames"]
    same("tables", tables, [ids[name] for name in of_type(template, "AWS::DynamoDB::Table")])
    functions = of_type(template, "AWS::Lambda::Function")
    client = boto3.client("lambda")
    live = [client.get_function_configuration(FunctionName=ids[name], Qualifier="live") for name in functions]
    builds = [configuration["Environment"]["Variables"]["BUILD_ID"] for configuration in live]
    same("functions whose alias is at this build", builds, [sys.argv[2]] * len(functions))
    versions = [client.list_versions_by_function(FunctionName=ids[name])["Versions"] for name in functions]
    kept = [version["Version"] for found in versions for version in found if version["Version"] != "$LATEST"]
    same("versions", kept, [configuration["Version"] for configuration in live])

    s3 = boto3.client("s3")
    for name in of_type(template, "AWS::S3::Bucket"):
        notifies = "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket=ids[name])
        same("bucket that notifies EventBridge", [notifies], [True])

    gateway = boto3.client("apigatewayv2")

    def keys(api):
        pages = gateway.get_paginator("get_routes").paginate(ApiId=ids[api])
        return {route["RouteKey"]: route for page in pages for route in page["Items"]}

    body = template["Resources"]["HttpApi"]["Properties"]["Body"]
    # The rehearsal adds a route with a slash to each route with `{proxy+}`; the other routes with a slash are not in
    # the template.
    http = [key for key in keys("HttpApi") if key.endswith(" /") or not key.endswith("/")]
    same("HTTP routes", http, [f"{method.upper()} {path}" for path, method, _ in operations(body)])
    sockets = keys("WebSocketApi")
    written = of_type(template, "AWS::ApiGatewayV2::Route").values()
    same("WebSocket routes", sockets, [route["Properties"]["RouteKey"] for route in written])
    (authorizer,) = gateway.get_authorizers(ApiId=ids["WebSocketApi"])["Items"]
    same("authorizer of $connect", [sockets["$connect"].get("AuthorizerId")], [authorizer["AuthorizerId"]])

    print(f"HTTP_URL='{URL}/_aws/execute-api/{ids['HttpApi']}/$default'")
    print(f"WEBSOCKET_URL='{URL.replace('http', 'ws', 1)}/_aws/execute-api/{ids['WebSocketApi']}/prod'")


if __name__ == "__main__":
    main()
