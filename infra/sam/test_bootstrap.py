"""Tests that the roles of infra/bootstrap.yaml suffice for the template, and cannot grant themselves more."""

import fnmatch
import json
import re
import unittest

from expand import ROOT, expanded, of_type, source
from findings import listed

# The prefix of the actions of each service whose resources have another name.
PREFIXES = {"apigatewayv2": "apigateway", "serverless": "lambda"}


class Bootstrap(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = source(ROOT / "infra/bootstrap.yaml")
        cls.resources = cls.source["Resources"]
        cls.template = expanded(source())

    def statements(self, role):
        others = [policy["Properties"] for policy in of_type(self.source, "AWS::IAM::RolePolicy").values()]
        policies = [policy for policy in others if policy["RoleName"] == {"Ref": role}]
        policies += self.resources[role]["Properties"]["Policies"]
        return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]

    def test_one_environment_of_one_repository_may_deploy(self):
        (trust,) = self.resources["DeployRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        issuer = "token.actions.githubusercontent.com"
        subject = {"Fn::Sub": "repo:${Repository}:environment:${Environment}"}
        self.assertEqual(trust["Condition"], {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": subject}})
        pattern = source(ROOT / "infra/bootstrap.yaml")["Parameters"]["Repository"]["AllowedPattern"]
        for name in ("owner/name", "owner@123/name@456"):
            self.assertTrue(re.fullmatch(pattern, name), name)
        for name in ("owner/*", "owner/name:ref:refs/heads/main", "*", "owner"):
            self.assertFalse(re.fullmatch(pattern, name), name)

    def test_a_job_changes_nothing_by_itself(self):
        actions = {action for statement in self.statements("DeployRole") for action in listed(statement["Action"])}
        self.assertEqual({action.partition(":")[0] for action in actions}, {"cloudformation", "iam", "s3"})
        self.assertEqual({action for action in actions if action.startswith("iam:")}, {"iam:PassRole"})

    def test_a_job_may_make_the_calls_of_the_script(self):
        actions = {action for statement in self.statements("DeployRole") for action in listed(statement["Action"])}
        # On a line of its own or behind a bracket; a message to the operator names another one.
        calls = re.findall(r"(?:^ *|\{ )aws cloudformation ([a-z-]+)", (ROOT / "infra/scripts/deploy").read_text(), re.MULTILINE)
        self.assertIn("set-stack-policy", calls)
        for call in calls:
            self.assertIn(f"cloudformation:{call.title().replace('-', '')}", actions)

    def test_every_role_that_a_deployment_makes_has_the_boundary(self):
        boundary = {"Ref": "Boundary"}
        free = {"iam:DeleteRole", "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"}
        free |= {"iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:PassRole", "iam:CreateServiceLinkedRole"}
        for statement in self.statements("ExecutionRole"):
            granting = {action for action in listed(statement["Action"]) if action.startswith("iam:")} - free
            if granting:
                self.assertEqual(statement["Condition"]["StringEquals"]["iam:PermissionsBoundary"], boundary, granting)
        for name, role in of_type(self.template, "AWS::IAM::Role").items():
            bounded = {"Fn::If": ["HasPermissionsBoundary", {"Ref": "PermissionsBoundary"}, {"Ref": "AWS::NoValue"}]}
            self.assertEqual(role["Properties"].get("PermissionsBoundary"), bounded, name)

    def test_the_boundary_has_every_action_of_the_roles(self):
        statements = self.resources["Boundary"]["Properties"]["PolicyDocument"]["Statement"]
        allowed = [action for statement in statements for action in listed(statement["Action"])]
        used = set()
        for role in of_type(self.template, "AWS::IAM::Role").values():
            for policy in role["Properties"].get("Policies", []):
                for statement in policy["PolicyDocument"]["Statement"]:
                    used.update(listed(statement["Action"]))
        self.assertGreater(len(used), 15)
        self.assertEqual(used - set(allowed), set())

    def test_the_execution_role_attaches_the_managed_policies_of_the_roles_and_no_others(self):
        template = source()
        template["Parameters"]["Tracing"]["Default"] = "Active"
        roles = of_type(expanded(template), "AWS::IAM::Role").values()
        attached = {json.dumps(arn) for role in roles for arn in role["Properties"].get("ManagedPolicyArns", [])}
        (statement,) = (s for s in self.statements("ExecutionRole") if "iam:AttachRolePolicy" in listed(s["Action"]))
        allowed = {json.dumps(arn) for arn in statement["Condition"]["ArnEquals"]["iam:PolicyARN"]}
        last = re.compile(r"[^/]+$")
        attached, allowed = ({last.search(arn)[0].strip('"}') for arn in arns} for arns in (attached, allowed))
        self.assertEqual(allowed - attached, {"AWSXRayDaemonWriteAccess"})
        self.assertEqual(attached - allowed, set())

    def test_the_execution_role_has_actions_for_every_type_of_resource(self):
        actions = {action for statement in self.statements("ExecutionRole") for action in listed(statement["Action"])}
        prefixes = {action.partition(":")[0] for action in actions}
        for kind in {resource["Type"] for resource in self.template["Resources"].values()}:
            service = kind.split("::")[1].lower()
            self.assertIn(PREFIXES.get(service, service), prefixes, kind)

    def test_other_distributions_of_the_account_are_out_of_reach_without_an_edge(self):
        without = {**self.source, "Resources": {name: r for name, r in self.resources.items() if r.get("Condition") != "HasEdge"}}
        self.assertNotIn("cloudfront", json.dumps(without["Resources"]).lower())
        self.assertEqual(self.source["Parameters"]["Edge"]["Default"], "no")

    def test_the_execution_role_reads_no_data(self):
        data = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "secretsmanager:GetSecretValue", "sqs:ReceiveMessage"]
        for statement in self.statements("ExecutionRole"):
            # The secret of the edge opens no data, and CloudFormation passes it on.
            if "secret:EdgeSecret-*" in str(statement["Resource"]) and statement["Action"] == "secretsmanager:GetSecretValue":
                continue
            for action in listed(statement["Action"]):
                if statement["Effect"] == "Allow":
                    self.assertFalse([read for read in data if fnmatch.fnmatch(read, action)], action)
                if action.startswith("s3:GetObject"):
                    self.assertNotIn("attachmentsbucket", json.dumps(statement["Resource"]))


if __name__ == "__main__":
    unittest.main()
