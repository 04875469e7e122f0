"""Tests that the expanded template has no finding, and that each kind of mistake becomes a finding."""

import copy
import unittest

from samcli.commands.deploy.auth_utils import auth_per_resource
from samcli.lib.providers.api_provider import ApiProvider
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider

from expand import ROOT, expanded, of_type, operations, source
from findings import LIMITS, findings
from restored_tables import EMPTIED, KEPT, RESTORED


class Template(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = source()
        cls.expanded = expanded(cls.source)

    def found(self, mistake):
        """Returns the findings after a mistake in the unexpanded template."""
        template = copy.deepcopy(self.source)
        mistake(template["Resources"], template)
        return findings(expanded(template))

    def found_expanded(self, mistake):
        """Returns the findings after a change of the expanded template."""
        template = copy.deepcopy(self.expanded)
        mistake(template["Resources"])
        return findings(template)

    def test_there_is_no_finding(self):
        self.assertEqual(findings(self.expanded), [])

    def test_every_rest_function_has_both_spellings_of_its_route(self):
        routes = {}
        for path, method, operation in operations(self.source["Resources"]["HttpApi"]["Properties"]["DefinitionBody"]):
            routes.setdefault(invoked(operation), set()).add(f"{method} {path}")
        functions = of_type(self.source, "AWS::Serverless::Function")
        rest = {name for name, function in functions.items() if function["Properties"]["CodeUri"] == "functions/rest"}
        self.assertEqual(rest - routes.keys(), set())
        for name in rest:
            self.assertIn("{proxy+}", max(routes[name]))
            self.assertEqual({min(routes[name]), min(routes[name]) + "/{proxy+}"}, routes[name])

    def test_sam_local_finds_every_route(self):
        stacks, _ = SamLocalStackProvider.get_stacks(str(ROOT / "template.yaml"))
        found = {
            (route.path, method.lower(), route.function_name, route.payload_format_version)
            for route in ApiProvider(stacks).api.routes
            for method in route.methods
            if method != "OPTIONS"
        }
        body = self.source["Resources"]["HttpApi"]["Properties"]["DefinitionBody"]
        written = {(path, method, invoked(operation), "2.0") for path, method, operation in operations(body)}
        self.assertEqual(found, written)

    def test_the_list_of_origins_becomes_a_list(self):
        """An expression would replace the whole CORS configuration."""
        cors = self.expanded["Resources"]["HttpApi"]["Properties"]["Body"]["x-amazon-apigateway-cors"]
        self.assertEqual(cors["allowOrigins"], ["*"])
        self.assertEqual(cors["allowMethods"], ["GET", "POST", "DELETE"])

    def test_every_socket_route_has_become_a_route(self):
        written = self.source["Resources"]["WebSocketApi"]["Properties"]["Routes"]
        routes = of_type(self.expanded, "AWS::ApiGatewayV2::Route").values()
        self.assertCountEqual([route["Properties"]["RouteKey"] for route in routes], written)

    def test_a_guided_deployment_does_not_ask_about_every_route(self):
        stacks, _ = SamLocalStackProvider.get_stacks(str(ROOT / "template.yaml"))
        self.assertEqual([name for name, has_authentication in auth_per_resource(stacks) if not has_authentication], [])

    def test_every_parameter_is_described(self):
        for name, parameter in self.source["Parameters"].items():
            self.assertIn("Description", parameter, name)
            self.assertIn("Default", parameter, name)

    def test_seventy_functions_fit(self):
        template = expanded(with_functions(self.source, 70))
        self.assertEqual(len(of_type(template, "AWS::Lambda::Function")), 70)
        self.assertEqual(findings(template), [])

    def test_what_users_would_miss_outlives_the_stack(self):
        tables = of_type(self.expanded, "AWS::DynamoDB::Table")
        lost = {name for name, table in tables.items() if table.get("DeletionPolicy") != "RetainExceptOnCreate"}
        # Users log in again; a retry of last week's message is a new message; sockets reconnect; a pace starts with a burst.
        self.assertEqual(lost, {*EMPTIED, *KEPT})
        for name, table in tables.items():
            properties = table["Properties"]
            recovers = properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
            self.assertEqual(recovers, name in RESTORED, name)
            if name not in lost:
                self.assertEqual(table.get("UpdateReplacePolicy"), "Retain", name)
                self.assertEqual(properties["DeletionProtectionEnabled"], {"Fn::If": ["IsProd", True, False]}, name)

    def test_deleted_files_are_kept_as_long_as_the_backups_of_tables(self):
        bucket = self.expanded["Resources"]["AttachmentsBucket"]["Properties"]
        self.assertEqual(bucket["VersioningConfiguration"], {"Status": "Enabled"})
        rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
        self.assertEqual(rules["Deleted"]["NoncurrentVersionExpiration"], {"NoncurrentDays": 35})
        self.assertEqual(rules["Deleted"]["AbortIncompleteMultipartUpload"], {"DaysAfterInitiation": 1})

    def test_every_table_has_its_maxima(self):
        maxima = {"MaxReadRequestUnits": {"Ref": "TableReadUnits"}, "MaxWriteRequestUnits": {"Ref": "TableWriteUnits"}}
        for name, table in of_type(self.expanded, "AWS::DynamoDB::Table").items():
            self.assertEqual(table["Properties"]["OnDemandThroughput"], maxima, name)

    def test_no_concurrency_is_reserved_by_default(self):
        """A new account has ten executions, and a reservation would fail there."""
        reserved = {
            name: function["Properties"]["ReservedConcurrentExecutions"]
            for name, function in of_type(self.expanded, "AWS::Lambda::Function").items()
            if "ReservedConcurrentExecutions" in function["Properties"]
        }
        names = ["ChangePasswordFunction", "CheckAttachmentFunction", "LoginFunction", "RegisterFunction"]
        self.assertEqual(sorted(reserved), names)
        for name, value in reserved.items():
            condition, some, none = value["Fn::If"]
            self.assertEqual((some["Ref"], none), (condition.removeprefix("Has"), {"Ref": "AWS::NoValue"}), name)
            self.assertEqual(self.source["Parameters"][some["Ref"]]["Default"], 0)

    def test_every_deployment_in_prod_is_taken_back_on_alarm(self):
        groups = of_type(self.expanded, "AWS::CodeDeploy::DeploymentGroup")
        self.assertEqual(len(groups), len(of_type(self.expanded, "AWS::Lambda::Function")))
        for name, group in groups.items():
            configuration = group["Properties"]["DeploymentConfigName"]["Fn::If"]
            self.assertEqual(configuration[0], "IsCanary", name)
            self.assertIn("Canary10Percent5Minutes", str(configuration[1]), name)
            alarms = group["Properties"]["AlarmConfiguration"]["Fn::If"][1]["Alarms"]
            self.assertEqual(alarms, [{"Name": {"Ref": "ErrorsAlarm"}}], name)

    def test_without_an_edge_there_is_nothing_of_it(self):
        names = {name for name, resource in self.expanded["Resources"].items() if resource.get("Condition") == "HasEdge"}
        self.assertEqual(names, {"Edge", "EdgeFunction", "EdgeProof", "EdgeSecret"})
        self.assertEqual(self.source["Parameters"]["EdgeDomainName"]["Default"], "")
        for name, function in of_type(self.expanded, "AWS::Lambda::Function").items():
            variables = function["Properties"]["Environment"]["Variables"]
            proof, only = {"Fn::GetAtt": ["EdgeProof", "Value"]}, {"Ref": "EdgeOnly"}
            self.assertEqual(variables["EDGE_PROOF"], {"Fn::If": ["HasEdge", proof, ""]}, name)
            self.assertEqual(variables["EDGE_ONLY"], {"Fn::If": ["HasEdge", only, "no"]}, name)
        for resource in names - {"EdgeProof"}:
            self.assertNotIn(f"['{resource}'", str(of_type(self.expanded, "AWS::Lambda::Function")), resource)

    def test_no_client_names_its_address_to_the_edge(self):
        """A behaviour that passes on headers of clients runs the function that writes over one of them."""
        edge = self.expanded["Resources"]["Edge"]["Properties"]["DistributionConfig"]
        for behaviour in [edge["DefaultCacheBehavior"], *edge["CacheBehaviors"]]:
            functions = [entry["EventType"] for entry in behaviour.get("FunctionAssociations", [])]
            expected = ["viewer-request"] if "OriginRequestPolicyId" in behaviour else []
            self.assertEqual(functions, expected, behaviour.get("PathPattern"))
            self.assertIn(behaviour["ViewerProtocolPolicy"], ("https-only", "redirect-to-https"))
        # The errors that CloudFront keeps, for all clients together, unless the distribution says otherwise (CloudFront
        # Developer Guide, "How CloudFront caches HTTP 4xx and 5xx status codes").
        kept = {response["ErrorCode"]: response["ErrorCachingMinTTL"] for response in edge["CustomErrorResponses"]}
        self.assertEqual(kept, dict.fromkeys([400, 403, 404, 405, 414, 500, 501, 502, 503, 504], 0))
        for origin in edge["Origins"]:
            (header,) = origin["OriginCustomHeaders"]
            self.assertEqual(header, {"HeaderName": "x-chat-proof", "HeaderValue": {"Fn::GetAtt": ["EdgeProof", "Value"]}})

    def test_no_route_of_rest_has_a_path_of_sockets(self):
        sockets = [b["PathPattern"] for b in self.expanded["Resources"]["Edge"]["Properties"]["DistributionConfig"]["CacheBehaviors"]]
        self.assertEqual(sockets[0], "/ws*")
        paths = self.expanded["Resources"]["HttpApi"]["Properties"]["Body"]["paths"]
        self.assertEqual([path for path in paths if path.startswith("/ws")], [])

    def test_preflights_stay_with_the_api(self):
        """A route that takes OPTIONS would get them: `$default`, ANY, or one for OPTIONS."""
        paths = self.expanded["Resources"]["HttpApi"]["Properties"]["Body"]["paths"]
        self.assertEqual(set(paths["/{proxy+}"]), {"delete", "get", "head", "post"})
        methods = {method for operations in paths.values() for method in operations}
        self.assertEqual(methods, {"delete", "get", "head", "post"})
        self.assertNotIn("$default", paths)

    def test_a_domain_closes_the_address_of_the_http_api_alone(self):
        body = self.expanded["Resources"]["HttpApi"]["Properties"]["Body"]
        disabled = {"Fn::If": ["HasDomain", True, False]}
        self.assertEqual(body["servers"], [{"x-amazon-apigateway-endpoint-configuration": {"disableExecuteApiEndpoint": disabled}}])
        self.assertNotIn("DisableExecuteApiEndpoint", self.expanded["Resources"]["WebSocketApi"]["Properties"])

    def test_resources_that_need_each_other_are_found(self):
        def depends(resources):
            resources["ErrorsAlarm"]["Properties"]["Dimensions"] = [{"Name": "ApiId", "Value": {"Ref": "HttpApi"}}]

        (found,) = self.found_expanded(depends)
        self.assertIn("ErrorsAlarm", found)
        self.assertTrue(found.startswith("need each other: "), found)

    def test_a_route_without_its_permission_is_found(self):
        def lose(resources):
            resource = {"Ref": "SendMessageFunctionAliaslive"}
            resources["HttpApiRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]["Resource"].remove(resource)

        expected = ["POST /send-message", "POST /send-message/{proxy+}"]
        self.assertEqual(self.found_expanded(lose), [f"{route} may not call SendMessageFunction" for route in expected])

    def test_a_route_without_credentials_is_found(self):
        def lose(resources):
            del integration(resources, "/find-user", "get")["credentials"]

        self.assertEqual(self.found_expanded(lose), ["GET /find-user may not call FindUserFunction"])

    def test_a_permission_without_a_route_is_found(self):
        def lose(resources):
            paths = resources["HttpApi"]["Properties"]["Body"]["paths"]
            del paths["/find-user"], paths["/find-user/{proxy+}"]

        self.assertEqual(self.found_expanded(lose), ["HttpApiRole may call FindUserFunction, which has no route"])

    def test_a_route_to_a_function_and_not_its_alias_is_found(self):
        def lose(resources):
            uri = integration(resources, "/find-user", "get")["uri"]
            uri["Fn::Sub"] = uri["Fn::Sub"].replace(":live", "")

        expected = "GET /find-user does not invoke the alias of FindUserFunction: a deployment could not be rolled back"
        self.assertEqual(self.found_expanded(lose), [expected])

    def test_a_socket_route_without_its_permission_is_found(self):
        found = self.found_expanded(lambda resources: resources.pop("WebSocketApiTypingPermission"))
        self.assertEqual(found, ["WebSocketApiTypingRoute may not call TypingFunction"])

    def test_an_authorizer_without_its_permission_is_found(self):
        found = self.found_expanded(lambda resources: resources.pop("WebSocketApiAuthorizerPermission"))
        self.assertEqual(found, ["the authorizer of WebSocketApiConnectRoute may not call AuthorizeFunction"])

    def test_a_route_without_its_function_is_found(self):
        def lose(resources):
            del resources["HttpApi"]["Properties"]["Body"]["paths"]["/find-user"]["get"]["x-amazon-apigateway-integration"]

        expected = ["GET /find-user has no integration with a function of the template"]
        self.assertEqual(self.found_expanded(lose), expected)

    def test_a_socket_that_anybody_may_open_is_found(self):
        found = self.found(lambda resources, _: resources["WebSocketApi"]["Properties"].pop("Auth"))
        self.assertIn("WebSocketApiConnectRoute has no authorizer: anybody may open a socket", found)

    def test_a_lost_socket_route_is_found(self):
        found = self.found(lambda resources, _: resources["WebSocketApi"]["Properties"]["Routes"].pop("$default"))
        self.assertEqual(found, ["the WebSocket API has no route $default"])

    def test_a_wildcard_in_an_action_is_found(self):
        def widen(resources, _):
            statement(resources)["Action"] = "dynamodb:*"

        self.assertEqual(self.found(widen), ["TypingFunctionRole grants dynamodb:*: name the actions"])

    def test_a_wildcard_as_resource_is_found(self):
        def widen(resources, _):
            statement(resources)["Resource"] = "*"

        self.assertEqual(self.found(widen), ['TypingFunctionRole grants dynamodb:GetItem on "*": name the resource'])

    def test_a_managed_policy_is_found(self):
        def widen(resources, _):
            resources["TypingFunction"]["Properties"]["Policies"].append("arn:aws:iam::aws:policy/AdministratorAccess")

        found = self.found(widen)
        self.assertEqual(len(found), 1)
        self.assertIn("TypingFunctionRole has ", found[0])

    def test_an_event_that_cannot_be_delivered_and_is_lost_is_found(self):
        def lose(resources):
            del resources["EraseRoomFunctionRequested"]["Properties"]["Targets"][0]["DeadLetterConfig"]

        expected = ["EraseRoomFunctionRequested loses the events that it cannot deliver"]
        self.assertEqual(self.found_expanded(lose), expected)

    def test_a_rule_that_may_not_write_to_its_queue_is_found(self):
        def lose(resources):
            resources["FailedEventsPolicy"]["Properties"]["PolicyDocument"]["Statement"].pop()

        expected = [f"{rule} may not write to its queue" for rule in ("CheckAttachmentFunctionUploaded", "EraseRoomFunctionRequested")]
        self.assertEqual(self.found_expanded(lose), expected)

    def test_an_event_that_fails_for_good_and_is_lost_is_found(self):
        found = self.found_expanded(lambda resources: resources.pop("EraseRoomFunctionEventInvokeConfig"))
        self.assertEqual(found, ["EraseRoomFunction loses the events that it fails on"])

    def test_logs_that_are_kept_for_ever_are_found(self):
        found = self.found(lambda resources, _: resources["LogGroup"]["Properties"].pop("RetentionInDays"))
        self.assertEqual(found, ["LogGroup keeps its logs for ever"])

    def test_a_function_with_a_log_group_of_its_own_making_is_found(self):
        def forget(_, template):
            del template["Globals"]["Function"]["LoggingConfig"]

        functions = of_type(self.expanded, "AWS::Lambda::Function")
        expected = [f"{name} logs to no log group of the template" for name in functions]
        self.assertCountEqual(self.found(forget), expected)

    def test_a_secret_in_a_parameters_default_is_found(self):
        def leak(_, template):
            template["Parameters"]["SigningSecretValue"] = {"Type": "String", "Default": "hunter2"}

        expected = ["the parameter SigningSecretValue is a secret with a default that everybody can read"]
        self.assertEqual(self.found(leak), expected)

    def test_a_secret_in_a_variable_is_found(self):
        def leak(resources, _):
            resources["LoginFunction"]["Properties"]["Environment"]["Variables"]["SIGNING_SECRET"] = "hunter2"

        self.assertEqual(self.found(leak), ["LoginFunction: SIGNING_SECRET is a secret in plain text"])

    def test_a_secret_that_is_copied_into_a_variable_is_found(self):
        def leak(resources, _):
            reference = {"Fn::Sub": "{{resolve:secretsmanager:${SigningSecret}}}"}
            resources["LoginFunction"]["Properties"]["Environment"]["Variables"]["SIGNING_SECRET"] = reference

        (found,) = self.found(leak)
        self.assertTrue(found.startswith("LoginFunction: SIGNING_SECRET copies a secret"), found)

    def test_only_login_and_refresh_can_sign(self):
        readers = [
            name
            for name, role in of_type(self.expanded, "AWS::IAM::Role").items()
            if "secretsmanager:" in str(role["Properties"].get("Policies"))
        ]
        self.assertEqual(sorted(readers), ["LoginFunctionRole", "RefreshFunctionRole"])

    def exceeds(self, what, mistake):
        most, limit = LIMITS[what]
        # So many routes are too many resources, too.
        (found,) = [found for found in self.found_expanded(mistake) if f" {what}: " in found]
        self.assertRegex(found, rf"^the template has \d+ {what}: keep it to {most}, because {limit} is the limit$")

    def test_too_many_resources_are_found(self):
        def add(resources):
            resources |= {f"Alarm{number}": resources["ErrorsAlarm"] for number in range(300)}

        self.exceeds("resources", add)

    def test_too_many_dynamic_references_are_found(self):
        def add(resources):
            resources["LogGroup"]["Properties"]["LogGroupName"] = "{{resolve:ssm:Name}}" * 51

        self.exceeds("dynamic references", add)

    def test_too_many_http_routes_are_found(self):
        def add(resources):
            paths = resources["HttpApi"]["Properties"]["Body"]["paths"]
            paths |= {f"/docs/{number}": paths["/docs"] for number in range(250)}

        self.exceeds("HTTP routes", add)

    def test_too_many_socket_routes_are_found(self):
        def add(resources):
            resources |= {f"Route{number}": resources["WebSocketApiTypingRoute"] for number in range(270)}

        self.exceeds("WebSocket routes", add)

    def test_too_large_a_template_is_found(self):
        def add(resources):
            resources["LogGroup"]["Properties"]["Tags"] = [{"Key": "Long", "Value": 700_000 * "x"}]

        self.exceeds("bytes", add)

    def test_too_long_a_policy_of_the_role_is_found(self):
        def add(resources):
            document = resources["HttpApiRole"]["Properties"]["Policies"][0]["PolicyDocument"]
            document["Statement"][0]["Resource"] *= 5

        self.exceeds("characters in the policies of HttpApiRole", add)


def invoked(operation):
    """Returns the function that a route of the unexpanded template invokes."""
    return operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"].rpartition("${")[2].partition(".")[0]


def integration(resources, path, method):
    return resources["HttpApi"]["Properties"]["Body"]["paths"][path][method]["x-amazon-apigateway-integration"]


def with_functions(template, count):
    """Returns the template with copies of a typical endpoint, so that it has `count` functions."""
    template = copy.deepcopy(template)
    resources = template["Resources"]
    paths = resources["HttpApi"]["Properties"]["DefinitionBody"]["paths"]
    role = resources["HttpApiRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]
    for number in range(count - len(of_type(template, "AWS::Serverless::Function"))):
        function = copy.deepcopy(resources["ReadMessageFunction"])
        name = f"ReadMessage{number}Function"
        resources[name] = function
        role["Resource"].append({"Ref": f"{name}.Alias"})
        for suffix in ("", "/{proxy+}"):
            route = copy.deepcopy(paths[f"/read-message{suffix}"])
            uri = route["post"]["x-amazon-apigateway-integration"]["uri"]
            uri["Fn::Sub"] = uri["Fn::Sub"].replace("ReadMessageFunction", name)
            paths[f"/read-message-{number}{suffix}"] = route
    return template


def statement(resources):
    """Returns the first statement of TypingFunction."""
    return resources["TypingFunction"]["Properties"]["Policies"][0]["Statement"][0]


if __name__ == "__main__":
    unittest.main()
