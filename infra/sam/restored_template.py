"""The templates that put restored tables into service. They are made from the stack's processed template, in which the SAM
transform is applied, because a change set that imports accepts no transform that changes other resources.
"""

import copy

TABLE = "AWS::DynamoDB::Table"
STAGE = "AWS::ApiGatewayV2::Stage"
ARN = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/"
LIMITS = ("ThrottlingBurstLimit", "ThrottlingRateLimit")


def swapped(template, names, in_service):
    """Returns the template without some tables, with the names of others in every place that referred to them.

    `names` has the name of the other table for each logical id, and `in_service` the present one. The template has it instead
    of a reference if nothing was deployed since an earlier restore.
    """
    template = copy.deepcopy(template)
    for name in names:
        if template["Resources"].pop(name)["Type"] != TABLE:
            raise ValueError(f"{name} is not a table")
    for resource in template["Resources"].values():
        needed = resource.pop("DependsOn", [])
        needed = [name for name in ([needed] if isinstance(needed, str) else needed) if name not in names]
        if needed:
            resource["DependsOn"] = needed
    for section in ("Resources", "Outputs"):
        if section in template:
            template[section] = _renamed(_replaced(template[section], names), names, in_service)
    return template


def importing(template, changed, names):
    """Returns the template that imports the other tables under the logical ids of `template`. It must differ from the
    template of the stack, `changed`, in these resources only.
    """
    tables = {name: {**template["Resources"][name], "DeletionPolicy": "Retain"} for name in names}
    return {**changed, "Resources": {**changed["Resources"], **tables}}


def to_import(names):
    """Returns the resources of the change set."""
    return [
        {"ResourceType": TABLE, "LogicalResourceId": name, "ResourceIdentifier": {"TableName": table}}
        for name, table in names.items()
    ]


def stages(template, parameters):
    """Yields the API's logical id, the name and the limits of each stage, as arguments of UpdateStage."""
    for resource in template["Resources"].values():
        if resource["Type"] == STAGE:
            properties = resource["Properties"]
            limits = {
                "DefaultRouteSettings": _limits(properties["DefaultRouteSettings"], parameters),
                "RouteSettings": {
                    route: _limits(settings, parameters) for route, settings in properties.get("RouteSettings", {}).items()
                },
            }
            yield properties["ApiId"]["Ref"], _value(properties["StageName"], parameters), limits


def closed(limits):
    """Returns limits of a stage that refuse every call."""
    refusing = dict.fromkeys(LIMITS, 0)
    return {
        "DefaultRouteSettings": {**limits["DefaultRouteSettings"], **refusing},
        "RouteSettings": {route: {**settings, **refusing} for route, settings in limits["RouteSettings"].items()},
    }


def _value(value, parameters):
    return parameters[value["Ref"]] if isinstance(value, dict) else value


def _limits(settings, parameters):
    resolved = {name: _value(value, parameters) for name, value in settings.items()}
    return {name: int(float(value)) if name in LIMITS else value for name, value in resolved.items()}


def _replaced(value, names):
    if isinstance(value, list):
        return [_replaced(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((function, argument),) = value.items()
        if function == "Ref" and argument in names:
            return names[argument]
        if function == "Fn::GetAtt":
            name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
            if name in names:
                return {"Fn::Sub": _substituted("${%s.%s}" % (name, attribute), names)}
        if function == "Fn::Sub":
            if isinstance(argument, str):
                return {"Fn::Sub": _substituted(argument, names)}
            text, own = argument
            others = {name: table for name, table in names.items() if name not in own}
            return {"Fn::Sub": [_substituted(text, others), _replaced(own, names)]}
    return {key: _replaced(item, names) for key, item in value.items()}


def _renamed(value, names, in_service):
    if isinstance(value, list):
        return [_renamed(item, names, in_service) for item in value]
    if isinstance(value, dict):
        return {key: _renamed(item, names, in_service) for key, item in value.items()}
    if isinstance(value, str):
        for name, table in names.items():
            value = value.replace(in_service[name], table)
    return value


def _substituted(text, names):
    for name, table in names.items():
        text = text.replace("${%s}" % name, table).replace("${%s.Arn}" % name, ARN + table)
        if "${%s." % name in text:
            raise ValueError(f"only the name and the ARN of {name} are known: {text}")
    return text
