"""Prints the template in a form that MiniStack can deploy. Each difference is a gap of the emulator; only this file
knows the gaps.

    rehearse.py BUILD URL    prints the template with the functions of the SAM build in the directory BUILD, for the
                             emulator at URL
"""

import json
import pathlib
import sys

from expand import built, expanded, of_type, operations, source

GAPS = []


def gap(change):
    """Registers a change that compensates for a gap of the emulator."""
    GAPS.append(change)
    return change


@gap
def routes_as_resources(template, url):
    """It ignores the OpenAPI body of the HTTP API and reports success. It reads the CORS configuration in OpenAPI's
    spelling, not in CloudFormation's. It invokes functions without the role of an integration; findings.py checks the role.
    """
    name = "HttpApi"
    body = template["Resources"][name]["Properties"].pop("Body")
    cors = body["x-amazon-apigateway-cors"]
    template["Resources"][name]["Properties"] = {"Name": name, "ProtocolType": "HTTP", "CorsConfiguration": cors}
    for number, (path, method, operation) in enumerate(operations(body)):
        integration = operation["x-amazon-apigateway-integration"]
        template["Resources"][f"HttpIntegration{number}"] = {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": {"Ref": name},
                "IntegrationType": integration["type"].upper(),
                "IntegrationUri": integration["uri"],
                "PayloadFormatVersion": integration["payloadFormatVersion"],
            },
        }
        template["Resources"][f"HttpRoute{number}"] = {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": {"Ref": name},
                "RouteKey": f"{method.upper()} {path}",
                "Target": {"Fn::Join": ["/", ["integrations", {"Ref": f"HttpIntegration{number}"}]]},
            },
        }


@gap
def trailing_slashes(template, url):
    """Its `{proxy+}` is never empty, unlike on AWS: each route with `{proxy+}` gets one more that ends in a slash."""
    for name, route in list(of_type(template, "AWS::ApiGatewayV2::Route").items()):
        key = route["Properties"]["RouteKey"]
        if key.endswith("{proxy+}") and not key.endswith(" /{proxy+}"):
            slash = {**route["Properties"], "RouteKey": key.removesuffix("{proxy+}")}
            template["Resources"][f"{name}Slash"] = {**route, "Properties": slash}


@gap
def no_identity_source(template, url):
    """It requires the header `Authorization` for every authorizer without a source of the identity."""
    for authorizer in of_type(template, "AWS::ApiGatewayV2::Authorizer").values():
        authorizer["Properties"].setdefault("IdentitySource", [])


@gap
def no_code_deploy(template, url):
    """It has no CodeDeploy. A first deployment moves no traffic on AWS either."""
    for name, resource in list(template["Resources"].items()):
        if resource["Type"].startswith("AWS::CodeDeploy::") or name == "CodeDeployServiceRole":
            del template["Resources"][name]
        elif resource["Type"] == "AWS::Lambda::Alias":
            resource.pop("UpdatePolicy", None)


@gap
def no_tls(template, url):
    """It uses plain HTTP, which the policy of the bucket denies."""
    for name in of_type(template, "AWS::S3::BucketPolicy"):
        del template["Resources"][name]


@gap
def arns_of_secrets(template, url):
    """`Ref` of a secret is its name there, but its ARN on AWS; policies need the ARN."""

    def replaced(value):
        if isinstance(value, dict):
            if value.get("Ref") in secrets:
                return {"Fn::GetAtt": [value["Ref"], "Id"]}
            return {key: replaced(inner) for key, inner in value.items()}
        return [replaced(inner) for inner in value] if isinstance(value, list) else value

    secrets = of_type(template, "AWS::SecretsManager::Secret")
    for role in of_type(template, "AWS::IAM::Role").values():
        role["Properties"] = replaced(role["Properties"])


@gap
def endpoints_of_its_own(template, url):
    """All its services have one address, to which AWS's host names do not lead."""
    for function in of_type(template, "AWS::Lambda::Function").values():
        variables = function["Properties"]["Environment"]["Variables"]
        variables["AWS_ENDPOINT_URL_DYNAMODB"] = url
        variables["AWS_ENDPOINT_URL_S3"] = url
        variables["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = url
        variables["CONNECTIONS_ENDPOINT"] = {"Fn::Sub": url + "/_aws/execute-api/${WebSocketApi}/${StageName}"}


def main():
    build, url = sys.argv[1:]
    template = expanded(source())
    for change in GAPS:
        change(template, url)
    directories = built(pathlib.Path(build))
    for name, function in of_type(template, "AWS::Lambda::Function").items():
        function["Properties"]["Code"] = str(directories[name])
    json.dump(template, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
