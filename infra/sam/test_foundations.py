"""Tests of decisions that an account of AWS would not refuse when they break, and that its users would notice later."""

import json
import unittest

from expand import expanded, of_type, operations, source
from findings import function_of, http_body

# The property that would give a resource a name of its own. Another stack of the account, or a replacement, would collide.
NAMES = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SSM::Parameter": "Name",
    "AWS::SecretsManager::Secret": "Name",
}


def holds(condition, parameters):
    """Returns the value of a condition of a rule."""
    ((function, arguments),) = condition.items()
    if function == "Fn::Equals":
        parameter, value = arguments
        return parameters.get(parameter["Ref"], "") == value
    found = [holds(argument, parameters) for argument in arguments]
    return {"Fn::Not": not found[0], "Fn::Or": any(found), "Fn::And": all(found)}[function]


class Foundations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.template = expanded(source())

    def resource(self, name):
        return self.template["Resources"][name]["Properties"]

    def test_a_token_may_be_in_the_header_or_in_the_query_and_every_handshake_is_judged(self):
        """An identity source would require one of the two."""
        (authorizer,) = of_type(self.template, "AWS::ApiGatewayV2::Authorizer").values()
        self.assertNotIn("IdentitySource", authorizer["Properties"])
        self.assertNotIn("AuthorizerResultTtlInSeconds", authorizer["Properties"])

    def test_sockets_invoke_aliases_and_their_stage_may(self):
        """A route to the function itself would skip the rollout, and its permission would be another one."""
        integrations = of_type(self.template, "AWS::ApiGatewayV2::Integration").values()
        for uri in [integration["Properties"]["IntegrationUri"] for integration in integrations]:
            self.assertIn(f'{function_of(uri)}Aliaslive"', json.dumps(uri))
        permissions = of_type(self.template, "AWS::Lambda::Permission")
        for name in [name for name in permissions if name.startswith("WebSocketApi")]:
            properties = permissions[name]["Properties"]
            self.assertTrue(properties["FunctionName"]["Ref"].endswith("Aliaslive"), name)
            _, values = properties["SourceArn"]["Fn::Sub"]
            if not name.endswith("AuthorizerPermission"):
                self.assertEqual(values["__StageName__"], {"Ref": "StageName"}, name)

    def test_keys_of_frames_are_alphanumeric(self):
        for route in of_type(self.template, "AWS::ApiGatewayV2::Route").values():
            self.assertTrue(route["Properties"]["RouteKey"].removeprefix("$").isalnum())

    def test_functions_authenticate_and_not_the_rest_api(self):
        """An authorizer compares paths in its own way, and has let spellings of a path pass."""
        for path, method, operation in operations(http_body(self.template)):
            self.assertNotIn("security", operation, f"{method} {path}")

    def test_every_limited_route_exists(self):
        """API Gateway refuses a stage with settings of another route."""
        found = {f"{method.upper()} {path}" for path, method, _ in operations(http_body(self.template))}
        self.assertLessEqual(set(self.resource("HttpApiApiGatewayDefaultStage")["RouteSettings"]), found)

    def test_functions_push_to_the_endpoint_that_takes_pushes(self):
        """A domain of one's own refuses them with 403."""
        for name, function in of_type(self.template, "AWS::Lambda::Function").items():
            endpoint = function["Properties"]["Environment"]["Variables"]["CONNECTIONS_ENDPOINT"]
            self.assertIn("${WebSocketApi}.execute-api.", json.dumps(endpoint), name)

    def test_a_second_stack_has_room_beside_the_first(self):
        for kind, name in NAMES.items():
            for resource, properties in of_type(self.template, kind).items():
                self.assertNotIn(name, properties.get("Properties", {}), resource)

    def test_parameters_that_need_others_are_refused_without_them(self):
        rules = source()["Rules"].values()
        edge = ("EdgeDomainName", "EdgeCertificateArn")
        for names, accepted in (
            ((), True),
            (("DomainName", "CertificateArn"), True),
            (("DomainName",), False),
            (("CertificateArn",), False),
            (edge, True),
            (edge[:1], False),
            (edge[1:], False),
            ((*edge, "EdgeWebAclArn"), True),
            (("EdgeWebAclArn",), False),
        ):
            parameters = dict.fromkeys(names, "x")
            refused = [
                assertion["AssertDescription"]
                for rule in rules
                if holds(rule["RuleCondition"], parameters)
                for assertion in rule["Assertions"]
                if not holds(assertion["Assert"], parameters)
            ]
            self.assertEqual(not refused, accepted, (names, refused))

    def test_tables_are_paid_by_use(self):
        for name, table in of_type(self.template, "AWS::DynamoDB::Table").items():
            self.assertEqual(table["Properties"]["BillingMode"], "PAY_PER_REQUEST", name)

    def test_files_are_private_and_travel_encrypted(self):
        bucket = self.resource("AttachmentsBucket")
        self.assertEqual(set(bucket["PublicAccessBlockConfiguration"].values()), {True})
        self.assertEqual(bucket["OwnershipControls"], {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
        denied = self.resource("AttachmentsBucketPolicy")["PolicyDocument"]["Statement"]
        (tls,) = [statement for statement in denied if statement["Sid"] == "TlsOnly"]
        self.assertEqual((tls["Effect"], tls["Condition"]), ("Deny", {"Bool": {"aws:SecureTransport": "false"}}))

    def test_functions_log_json_and_start_anew(self):
        """A snapshot of SnapStart would have credentials and connections of another instance."""
        for name, function in of_type(self.template, "AWS::Lambda::Function").items():
            self.assertEqual(function["Properties"]["LoggingConfig"]["LogFormat"], "JSON", name)
            self.assertNotIn("SnapStart", function["Properties"], name)


if __name__ == "__main__":
    unittest.main()
