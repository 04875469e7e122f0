"""The parts of an endpoint that clients and AWS see: template, description, event, threat model, change log."""

import re

import forms

from .arguments import described_methods
from .fields import FIELDS, PARAMETERS
from .tree import Refused

MESSAGE_ID_PARAMETER = """\
    MessageId:
      name: message_id
      in: path
      required: true
      description: The id of a message. Text that is not an id gets 404 `not_found`.
      schema: {$ref: '#/components/schemas/MessageId'}
      example: 891011810697698
"""


def template(tree, endpoint):
    """Adds the function, its two routes, and the permission of the API to invoke it."""
    file = "template.yaml"
    statements = [
        ("dynamodb:Query", "SigningKeysTable"),
        ("dynamodb:GetItem", "SessionsTable"),
        ("dynamodb:UpdateItem", "PacesTable"),
    ]
    if endpoint.room:
        statements.append(("dynamodb:GetItem", "RoomsTable"))
    if endpoint.message:
        statements.append(("dynamodb:GetItem", "MessagesTable"))
    if endpoint.user or not endpoint.room:
        statements.append(("dynamodb:BatchGetItem", "UsersTable"))
    if endpoint.event:
        statements.append(("[dynamodb:BatchGetItem, dynamodb:UpdateItem]", "ConnectionsTable"))
    lines = [f"{{Effect: Allow, Action: {action}, Resource: !GetAtt {table}.Arn}}" for action, table in statements]
    if endpoint.event:
        push = r"\{Effect: Allow, Action: execute-api:ManageConnections, .*/POST/@connections/\*'\}"
        lines.append(tree.find(file, push)[0][0])
    granted = "\n".join(f"            - {line}" for line in lines)
    block = f"""\
  {endpoint.resource}:
    Type: AWS::Serverless::Function
    Metadata: {{BuildMethod: rust-cargolambda, BuildProperties: {{Binary: rest}}}}
    Properties:
      Description: {endpoint.summary}
      CodeUri: functions/rest
      Handler: {endpoint.name}
      VersionDescription: !GetAtt Settings.Value
      Policies:
        - Version: '2012-10-17'
          Statement:
{granted}

"""
    pattern = r"^  (?P<name>\w+Function):\n    Type: AWS::Serverless::Function\n(?s:.*?)\n\n"
    tree.insert_sorted(file, pattern, endpoint.resource, block)
    uri = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"${{{endpoint.resource}.Arn}}:live/invocations"
    )
    integration = (
        f"x-amazon-apigateway-integration: {{uri: !Sub '{uri}', credentials: !GetAtt HttpApiRole.Arn, type: aws_proxy, "
        "httpMethod: POST, payloadFormatVersion: '2.0'}"
    )
    routes = ""
    for path in (endpoint.path, f"{endpoint.path}/{{proxy+}}"):
        named = [f"{{name: {name}, in: path, required: true}}" for name in re.findall(r"\{(.*?)\}", path)]
        parameters = f", parameters: [{', '.join(named)}]" if named else ""
        routes += f"          {path}: {{{endpoint.method.lower()}: {{{integration}{parameters}, responses: {{}}}}}}\n"
    tree.insert_sorted(file, r"^          /.*?functions/\$\{(?P<name>\w+)\.Arn\}.*\n", endpoint.resource, routes)
    alias = f"                  - !Ref {endpoint.resource}.Alias\n"
    tree.insert_sorted(file, r"^                  - !Ref (?P<name>\w+)\.Alias\n", endpoint.resource, alias)


def description(tree, endpoint):
    """Adds the path to openapi.yaml, and the schema of the body. A path that is there already stays as it is."""
    file = "infra/openapi.yaml"
    if described_methods(tree.read(file), endpoint.path):
        return
    method = endpoint.method.lower()
    shared, body, responses = "", "", []
    if endpoint.parameters:
        shared = "    parameters:\n" + "".join(
            f"      - {{$ref: '#/components/parameters/{PARAMETERS[name][1]}'}}\n" for name in endpoint.parameters
        )
    if endpoint.fields:
        body = f"""\
      requestBody:
        required: true
        content:
          application/json:
            schema: {{$ref: '#/components/schemas/{endpoint.camel}'}}
"""
        responses.append(("400", "BadRequest"))
    responses.append(("401", "Unauthenticated"))
    missing = []
    if endpoint.room:
        responses.append(("403", "NotAMember"))
        missing.append("`room_not_found`: the room does not exist")
    if endpoint.message:
        missing.append("`message_not_found`: the id is not a message of the room")
    if endpoint.user:
        missing.append("`user_not_found`: the user does not exist")
    if missing == ["`room_not_found`: the room does not exist"]:
        responses.append(("404", "RoomNotFound"))
    elif missing:
        responses.append(("404", "; ".join(missing)))
    responses.append(("429", "TooManyRequests"))
    answers = ""
    for status, response in responses:
        if response.isalpha():
            answers += f"        '{status}': {{$ref: '#/components/responses/{response}'}}\n"
        else:
            answers += f"""\
        '{status}':
          description: '{response}'
          headers: {{x-request-id: {{$ref: '#/components/headers/RequestId'}}}}
          content:
            application/problem+json:
              schema: {{$ref: '#/components/schemas/Problem'}}
"""
    text = f"""\
  {endpoint.path}/:
{shared}    {method}:
      operationId: {endpoint.operation}
      tags: [{endpoint.tag}]
      summary: {endpoint.summary}
{body}      responses:
        '200':
          description: The call succeeded
          headers: {{x-request-id: {{$ref: '#/components/headers/RequestId'}}}}
          content:
            application/json:
              schema:
                type: object
                required: [success]
                properties:
                  success: {{const: true}}
{answers}        default: {{$ref: '#/components/responses/Failure'}}
"""

    paths = tree.find(file, r"^  /\S*:\n(?:    .*\n|\n(?=    ))+")
    tagged = [path for path in paths if f"tags: [{endpoint.tag}]" in path[0]]
    if not tagged:
        raise Refused(f"{file} does not look as the script expects: no path has the tag {endpoint.tag}")
    tree.put(file, tagged[-1].end(), text)
    if "message_id" in endpoint.parameters and "\n    MessageId:\n      name: message_id\n" not in tree.read(file):
        tree.insert(file, "    Limit:\n      name: limit\n", MESSAGE_ID_PARAMETER)
    if endpoint.fields:
        properties = "".join(f"        {name}: {FIELDS[name].schema}\n" for name in endpoint.fields)
        schema = f"""\
    {endpoint.camel}:
      type: object
      required: [{", ".join(endpoint.fields)}]
      properties:
{properties}"""
        tree.insert(file, "    Problem:\n      description: Problem details (RFC 9457)\n", schema)


def event(tree, endpoint):
    """Adds the event of a call, its source, and its place in the story of `sam local invoke`."""
    entry = {"route": f"{endpoint.method} {endpoint.path}"}
    if endpoint.parameters:
        entry["path"] = {name: FIELDS[name].event for name in endpoint.parameters}
    if endpoint.fields:
        entry["body"] = "{" + ",".join(f'"{name}":{FIELDS[name].event}' for name in endpoint.fields) + "}"
    route = f"'{entry['route']}'" if endpoint.parameters else entry["route"]
    parts = [f"route: {route}"]
    if endpoint.parameters:
        parts.append("path: {" + ", ".join(f"{name}: '{value}'" for name, value in entry["path"].items()) + "}")
    if endpoint.fields:
        parts.append(f"body: '{entry['body']}'")
    line = f"  {endpoint.name}: {{{', '.join(parts)}}}\n"
    of_rest = r"^  (?P<name>[a-z-]+): .*\n(?=(?s:.*)^socket:$)"
    tree.insert_sorted("infra/events/events.yaml", of_rest, endpoint.name, line)
    tree.create(f"infra/events/{endpoint.name}.json", forms.text("rest", entry))
    # At this place the room has two members and a message, and Ann calls.
    tree.insert("infra/sam/invoke.py", '    ("set-block", 200),\n', f'    ("{endpoint.name}", 200),\n')


def callers(tree, endpoint):
    """Adds the row of the threat model, as `just accept` would write it."""
    who = "members of the room" if endpoint.room else "every user"
    row = f"| `{endpoint.route}` | {who} |\n"
    tree.insert_sorted(".github/SECURITY.md", r"^\| `(?P<name>[A-Z]+ /[^`]*|[$a-z]+)` \| .*\n", endpoint.route, row)


def change_log(tree, endpoint):
    line = f"- `{endpoint.route}`: {endpoint.summary_below()}.\n"

    def with_line(match):
        if "**Added**\n\n" in match[0]:
            return match[0].replace("**Added**\n\n", f"**Added**\n\n{line}", 1)
        return match[0].replace("## Unreleased\n\n", f"## Unreleased\n\n**Added**\n\n{line}\n", 1)

    tree.replace("infra/docs/changelog.md", r"^## Unreleased\n\n(?s:.*?)(?=^## |\Z)", with_line)
