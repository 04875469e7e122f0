"""The expanded template has no finding, and each kind of finding is one that a mistake in the template makes."""

import copy
import unittest

from samcli.commands.deploy.auth_utils import auth_per_resource
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider

from expand import ROOT, expanded, of_type, source
from findings import findings


class Template(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = source()
        cls.expanded = expanded(cls.source)

    def found(self, mistake):
        """The findings after a mistake was made in the template as it is written."""
        template = copy.deepcopy(self.source)
        mistake(template["Resources"], template)
        return findings(expanded(template))

    def found_expanded(self, mistake):
        """The findings after a part of the expanded template was lost."""
        template = copy.deepcopy(self.expanded)
        mistake(template["Resources"])
        return findings(template)

    def test_there_is_no_finding(self):
        self.assertEqual(findings(self.expanded), [])

    def test_every_event_has_become_a_route(self):
        events = [
            (event["Properties"]["Path"], event["Properties"]["Method"].lower())
            for function in of_type(self.source, "AWS::Serverless::Function").values()
            for event in function["Properties"].get("Events", {}).values()
            if event["Type"] == "HttpApi"
        ]
        paths = self.expanded["Resources"]["HttpApi"]["Properties"]["Body"]["paths"]
        routes = [(path, method) for path, methods in paths.items() for method in methods if method != "options"]
        self.assertCountEqual(routes, events)

    def test_the_list_of_origins_becomes_a_list(self):
        """An expression would take the place of the whole CORS configuration."""
        cors = self.expanded["Resources"]["HttpApi"]["Properties"]["Body"]["x-amazon-apigateway-cors"]
        self.assertEqual(cors["allowOrigins"], ["*"])
        self.assertEqual(cors["allowMethods"], ["GET", "POST", "DELETE"])

    def test_every_socket_route_has_become_a_route(self):
        written = self.source["Resources"]["WebSocketApi"]["Properties"]["Routes"]
        routes = of_type(self.expanded, "AWS::ApiGatewayV2::Route").values()
        self.assertCountEqual([route["Properties"]["RouteKey"] for route in routes], written)

    def test_a_guided_deployment_does_not_ask_about_every_route(self):
        stacks, _ = SamLocalStackProvider.get_stacks(str(ROOT / "template.yaml"))
        asked = auth_per_resource(stacks)
        self.assertEqual([name for name, has_authentication in asked if not has_authentication], [])
        self.assertNotEqual(asked, [])

    def test_every_parameter_is_described(self):
        for name, parameter in self.source["Parameters"].items():
            self.assertIn("Description", parameter, name)
            self.assertIn("Default", parameter, name)

    def test_what_users_would_miss_outlives_the_stack(self):
        tables = of_type(self.expanded, "AWS::DynamoDB::Table")
        lost = {name for name, table in tables.items() if table.get("DeletionPolicy") != "Retain"}
        # Whoever is logged in logs in again; a retry of last week is a new message; nobody is connected.
        self.assertEqual(lost, {"SessionsTable", "ClientIdsTable", "ConnectionsTable"})
        for name, table in tables.items():
            properties = table["Properties"]
            self.assertTrue(properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], name)
            if name not in lost:
                self.assertEqual(table.get("UpdateReplacePolicy"), "Retain", name)
                self.assertEqual(properties["DeletionProtectionEnabled"], {"Fn::If": ["IsProd", True, False]}, name)

    def test_every_deployment_in_prod_is_taken_back_on_alarm(self):
        groups = of_type(self.expanded, "AWS::CodeDeploy::DeploymentGroup")
        self.assertEqual(len(groups), len(of_type(self.expanded, "AWS::Lambda::Function")))
        for name, group in groups.items():
            configuration = group["Properties"]["DeploymentConfigName"]["Fn::If"]
            self.assertEqual(configuration[0], "IsProd", name)
            self.assertIn("Canary10Percent5Minutes", str(configuration[1]), name)
            alarms = group["Properties"]["AlarmConfiguration"]["Fn::If"][1]["Alarms"]
            self.assertEqual(alarms, [{"Name": {"Ref": "ErrorsAlarm"}}], name)

    def test_resources_that_need_each_other_are_found(self):
        def depends(resources):
            resources["ErrorsAlarm"]["Properties"]["Dimensions"] = [{"Name": "ApiId", "Value": {"Ref": "HttpApi"}}]

        (found,) = self.found_expanded(depends)
        self.assertIn("ErrorsAlarm", found)
        self.assertTrue(found.startswith("need each other: "), found)

    def test_a_route_without_its_permission_is_found(self):
        found = self.found_expanded(lambda resources: resources.pop("SendMessageFunctionRoutePermission"))
        self.assertEqual(found, ["POST /send-message may not call SendMessageFunction"])

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
            template["Parameters"]["JwtSecretValue"] = {"Type": "String", "Default": "hunter2"}

        expected = ["the parameter JwtSecretValue is a secret with a default that everybody can read"]
        self.assertEqual(self.found(leak), expected)

    def test_a_secret_in_a_variable_is_found(self):
        def leak(resources, _):
            resources["LoginFunction"]["Properties"]["Environment"]["Variables"]["JWT_SECRETS"] = "hunter2"

        self.assertEqual(self.found(leak), ["LoginFunction: JWT_SECRETS is a secret in plain text"])

    def test_more_references_to_secrets_than_cloudformation_takes_are_found(self):
        def refer(resources, _):
            variables = resources["LoginFunction"]["Properties"]["Environment"]["Variables"]
            variables["MORE"] = variables["JWT_SECRETS"]["Fn::Sub"] * 20

        (found,) = self.found(refer)
        self.assertIn(" dynamic references, and CloudFormation takes 60", found)


def statement(resources):
    """The first statement of the function that types."""
    return resources["TypingFunction"]["Properties"]["Policies"][0]["Statement"][0]


if __name__ == "__main__":
    unittest.main()
