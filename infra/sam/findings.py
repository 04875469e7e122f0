"""Checks of the expanded template that the linter lacks."""

import graphlib
import json
import re

from expand import of_type, operations

# The function that an integration or an authorizer invokes.
FUNCTION_IN_URI = re.compile(r"functions/\$\{(?P<id>\w+?)(?:\.\w+)?\}(?P<alias>:live)?/invocations")
# Objects of a bucket whose keys have a prefix.
KEYS_BELOW = re.compile(r"(?<=Bucket\.Arn\})/\w+/\*")
# The limits of a template, by the counted thing: the maximum of the check, with a margin, and the limit itself (AWS
# CloudFormation User Guide, "CloudFormation quotas" and "dynamic references"; API Gateway Developer Guide, "Quotas for
# HTTP APIs"; IAM User Guide, "IAM and AWS STS quotas").
LIMITS = {
    "resources": (450, 500),
    "dynamic references": (50, 60),
    "HTTP routes": (270, 300),
    "WebSocket routes": (270, 300),
    "bytes": (800_000, 1_000_000),
    "characters in the policies of HttpApiRole": (9_200, 10_240),
}
# Characters of an alias's ARN in a policy: the longest region, a function's name of 64, quotes and a comma.
ALIAS_ARN = len('"arn:aws:lambda:ap-northeast-1:123456789012:function:') + 64 + len(':live",')
SECRET_NAME = re.compile(r"^(?!AWS_ENDPOINT_URL_).*(SECRET|PASSWORD|PRIVATE|CREDENTIAL$|_KEY$)")


def findings(template):
    """Returns the mistakes of the template, each as a sentence that names the resource."""
    return [
        *routes(template),
        *sockets(template),
        *permissions(template),
        *events(template),
        *logs(template),
        *secrets(template),
        *limits(template),
        *circles(template),
    ]


def function_of(value):
    """Returns the logical id of the function to which an expression refers by name, ARN or alias."""
    text = json.dumps(value)
    direct = FUNCTION_IN_URI.search(text)
    if direct and direct["id"] not in ("FunctionArn", "AuthArn"):
        return direct["id"].removesuffix("Aliaslive")
    named = re.search(r'"(?:Ref": "|Fn::GetAtt": \[")(?P<id>\w*Function)(?:Aliaslive)?"', text)
    return named["id"] if named else None


def invokers(template):
    """Yields pairs of a function and the end of the ARN of a source that may invoke it."""
    for permission in of_type(template, "AWS::Lambda::Permission").values():
        properties = permission["Properties"]
        if properties["Principal"] == "apigateway.amazonaws.com" and properties["Action"] == "lambda:InvokeFunction":
            pattern = properties["SourceArn"]["Fn::Sub"][0]
            yield function_of(properties["FunctionName"]), pattern.rpartition(":")[2].partition("/")[2]


def http_body(template):
    (api,) = (r for r in of_type(template, "AWS::ApiGatewayV2::Api").values() if "Body" in r["Properties"])
    return api["Properties"]["Body"]


def invoked_by(template, role):
    """Yields the functions whose alias a role may invoke."""
    for policy in template["Resources"].get(role, {}).get("Properties", {}).get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            if "lambda:InvokeFunction" in listed(statement["Action"]):
                yield from (function_of(resource) for resource in listed(statement["Resource"]))


def routes(template):
    functions = of_type(template, "AWS::Lambda::Function")
    used = {}
    for path, method, operation in operations(http_body(template)):
        route = f"{method.upper()} {path}"
        integration = operation.get("x-amazon-apigateway-integration", {})
        function = function_of(integration.get("uri"))
        if function not in functions:
            yield f"{route} has no integration with a function of the template"
            continue
        if not FUNCTION_IN_URI.search(json.dumps(integration["uri"]))["alias"]:
            yield f"{route} does not invoke the alias of {function}: a deployment could not be rolled back"
        if integration.get("payloadFormatVersion") != "2.0":
            yield f"{route} does not use payload format 2.0"
        role = integration.get("credentials", {}).get("Fn::GetAtt", [None])[0]
        used.setdefault(role, set()).add(function)
        if function not in invoked_by(template, role):
            yield f"{route} may not call {function}"
    for role, called in used.items():
        for function in sorted(set(invoked_by(template, role)) - called):
            yield f"{role} may call {function}, which has no route"


def sockets(template):
    allowed = set(invokers(template))
    functions = of_type(template, "AWS::Lambda::Function")
    integrations = of_type(template, "AWS::ApiGatewayV2::Integration")
    found = of_type(template, "AWS::ApiGatewayV2::Route")
    for missing in {"$connect", "$disconnect", "$default"} - {r["Properties"]["RouteKey"] for r in found.values()}:
        yield f"the WebSocket API has no route {missing}"
    for name, route in found.items():
        key = route["Properties"]["RouteKey"]
        target = route["Properties"].get("Target", {}).get("Fn::Join", ["", ["", {}]])[1][1].get("Ref")
        integration = integrations.get(target)
        function = integration and function_of(integration["Properties"]["IntegrationUri"])
        if function not in functions:
            yield f"{name} has no integration with a function of the template"
        elif (function, f"${{__StageName__}}/{key}") not in allowed:
            yield f"{name} may not call {function}"
        if key == "$connect":
            yield from authorizer(template, name, route["Properties"], allowed)


def authorizer(template, name, connect, allowed):
    found = of_type(template, "AWS::ApiGatewayV2::Authorizer").get(connect.get("AuthorizerId", {}).get("Ref"))
    if connect.get("AuthorizationType") != "CUSTOM" or not found:
        yield f"{name} has no authorizer: anybody may open a socket"
        return
    function = function_of(found["Properties"]["AuthorizerUri"])
    if (function, "authorizers/*") not in allowed:
        yield f"the authorizer of {name} may not call {function}"


def permissions(template):
    for name, role in of_type(template, "AWS::IAM::Role").items():
        for policy in listed(role["Properties"].get("ManagedPolicyArns", [])):
            # SAM adds these: for logs, for CodeDeploy to shift traffic, and for traces.
            added = ("/AWSLambdaBasicExecutionRole", "/AWSCodeDeployRoleForLambda", "/AWSXrayWriteOnlyAccess")
            if not json.dumps(policy).rstrip('"}]').endswith(added):
                yield f"{name} has the managed policy {policy}: name the actions and resources instead"
        for policy in role["Properties"].get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                for action in listed(statement["Action"]):
                    if "*" in action:
                        yield f"{name} grants {action}: name the actions"
                for resource in listed(statement["Resource"]):
                    # The id of a connection or an object is unknown before it exists.
                    text = json.dumps(resource).replace("/@connections/*", "").replace("/index/*", "")
                    text = KEYS_BELOW.sub("", text)
                    if "*" in text:
                        yield f"{name} grants {statement['Action']} on {text}: name the resource"


def events(template):
    """Yields rules and functions whose failed events would be lost."""
    queues = of_type(template, "AWS::SQS::Queue")
    policies = json.dumps([policy["Properties"] for policy in of_type(template, "AWS::SQS::QueuePolicy").values()])
    caught = {
        config["Properties"]["FunctionName"]["Ref"]
        for config in of_type(template, "AWS::Lambda::EventInvokeConfig").values()
        if queue_of(config["Properties"].get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")) in queues
    }
    for name, rule in of_type(template, "AWS::Events::Rule").items():
        for target in rule["Properties"]["Targets"]:
            if queue_of(target.get("DeadLetterConfig", {}).get("Arn")) not in queues:
                yield f"{name} loses the events that it cannot deliver"
            elif f'"Fn::GetAtt": ["{name}", "Arn"]' not in policies:
                yield f"{name} may not write to its queue"
            function = function_of(target["Arn"])
            if function not in caught:
                yield f"{function} loses the events that it fails on"


def queue_of(arn):
    return (arn or {}).get("Fn::GetAtt", [None])[0]


def logs(template):
    groups = of_type(template, "AWS::Logs::LogGroup")
    for name, group in groups.items():
        if not group["Properties"].get("RetentionInDays"):
            yield f"{name} keeps its logs for ever"
    for name, function in of_type(template, "AWS::Lambda::Function").items():
        if function["Properties"].get("LoggingConfig", {}).get("LogGroup", {}).get("Ref") not in groups:
            yield f"{name} logs to no log group of the template"


def secrets(template):
    for name, parameter in template.get("Parameters", {}).items():
        secret = parameter.get("NoEcho") or SECRET_NAME.search(name.upper())
        if secret and parameter.get("Default"):
            yield f"the parameter {name} is a secret with a default that everybody can read"
    kept = of_type(template, "AWS::SecretsManager::Secret")
    for name, function in of_type(template, "AWS::Lambda::Function").items():
        for variable, value in function["Properties"].get("Environment", {}).get("Variables", {}).items():
            if "{{resolve:" in json.dumps(value):
                yield f"{name}: {variable} copies a secret into its configuration: pass the ARN instead"
            elif SECRET_NAME.search(variable) and not (isinstance(value, dict) and value.get("Ref") in kept):
                yield f"{name}: {variable} is a secret in plain text"


def limits(template):
    counted = {
        "resources": len(template["Resources"]),
        "dynamic references": json.dumps(template["Resources"]).count("{{resolve:"),
        "HTTP routes": len(list(operations(http_body(template)))),
        "WebSocket routes": len(of_type(template, "AWS::ApiGatewayV2::Route")),
        "bytes": len(json.dumps(template).encode()),
        "characters in the policies of HttpApiRole": ALIAS_ARN * len(list(invoked_by(template, "HttpApiRole"))),
    }
    for what, count in counted.items():
        most, limit = LIMITS[what]
        if count > most:
            yield f"the template has {count} {what}: keep it to {most}, because {limit} is the limit"


def circles(template):
    """Yields resources that need each other. Unlike the linter, CloudFormation counts references in update policies."""
    resources = template["Resources"]
    needs = {name: set(references(resource)) & set(resources) for name, resource in resources.items()}
    try:
        graphlib.TopologicalSorter(needs).prepare()
    except graphlib.CycleError as error:
        yield f"need each other: {', '.join(error.args[1])}"


def references(value):
    """Yields the names to which an expression refers."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in ("Ref", "DependsOn"):
                yield from listed(item)
            elif key == "Fn::GetAtt":
                yield item[0] if isinstance(item, list) else item.partition(".")[0]
            elif key == "Fn::Sub":
                text, given = item if isinstance(item, list) else (item, {})
                yield from set(re.findall(r"\$\{(\w+)", text)) - set(given)
                yield from references(given)
            else:
                yield from references(item)


def listed(value):
    return value if isinstance(value, list) else [value]
