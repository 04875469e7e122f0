"""Tests that infra/docs/costs.md has the price of everything that is paid while nobody uses the system.

The prices are those of `us-east-1` in November 2026, in dollars a month, without the free tier. A resource of a type
that is in no list of this file fails, so that no price is forgotten.
"""

import re
import unittest

from expand import ROOT, expanded, source

# Paid by use, stored bytes included, or free.
BY_USE = {
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::Budgets::Budget",  # without actions
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::Function",
    "AWS::CloudFront::OriginRequestPolicy",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::DynamoDB::Table",  # on demand; a byte costs the same in its backup
    "AWS::Events::Rule",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::OIDCProvider",
    "AWS::IAM::Role",
    "AWS::IAM::RolePolicy",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Function",  # without provisioned concurrency
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",  # its metric is paid in months with data
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::SSM::Parameter",  # of the standard tier
}
# <https://aws.amazon.com/secrets-manager/pricing/>, <https://aws.amazon.com/cloudwatch/pricing/>,
# <https://aws.amazon.com/waf/pricing/>
SECRET, METRIC, DASHBOARD, WEB_ACL, RULE = 0.40, 0.10, 3.00, 5.00, 1.00
# The free metrics and dashboards of an account.
FREE_METRICS, FREE_DASHBOARDS = 10, 3


def metrics(alarm):
    """Returns the number of metrics of an alarm. A query is paid by the metrics that it finds, and finds none of tables
    that are not throttled.
    """
    parts = alarm.get("Metrics", [{"MetricStat": {}}])
    return sum("MetricStat" in part for part in parts)


def rules(acl):
    return len(acl.get("Rules", []))


# The priced things, by the type of their resource: the name, the number in a resource, and the price of one.
PAID = {
    "AWS::SecretsManager::Secret": [("secret", lambda _: 1, SECRET)],
    "AWS::CloudWatch::Alarm": [("metrics in alarms", metrics, METRIC)],
    "AWS::CloudWatch::Dashboard": [("dashboard", lambda _: 1, DASHBOARD)],
    "AWS::WAFv2::WebACL": [("web ACL", lambda _: 1, WEB_ACL), ("rules of the web ACL", rules, RULE)],
}


def holds(template, name, values):
    """Returns the value of a condition with these parameters."""

    def value(part):
        if not isinstance(part, dict):
            return part
        ((function, argument),) = part.items()
        match function:
            case "Ref":
                return values.get(argument, template["Parameters"][argument]["Default"])
            case "Condition":
                return holds(template, argument, values)
            case "Fn::Equals":
                return str(value(argument[0])) == str(value(argument[1]))
            case "Fn::Not":
                return not value(argument[0])
            case "Fn::And":
                return all(map(value, argument))
            case "Fn::Or":
                return any(map(value, argument))
        raise ValueError(f"{name} has {function}")

    return value(template["Conditions"][name])


def idle(template, **values):
    """Returns the number and the price of each paid thing of the stack with these parameters."""
    counted = {}
    for resource in template["Resources"].values():
        if "Condition" in resource and not holds(template, resource["Condition"], values):
            continue
        for name, count, price in PAID.get(resource["Type"], []):
            number, _ = counted.get(name, (0, price))
            counted[name] = (number + count(resource["Properties"]), price)
    return counted


def total(counted):
    return sum(number * price for number, price in counted.values())


class IdleCost(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.templates = [expanded(source()), source(ROOT / "infra/bootstrap.yaml")]
        cls.document = (ROOT / "infra/docs/costs.md").read_text()

    def test_every_type_of_resource_has_its_price(self):
        kinds = {resource["Type"] for template in self.templates for resource in template["Resources"].values()}
        unknown = kinds - BY_USE - set(PAID)
        self.assertEqual(unknown, set(), "add the price of the type to PAID, or the type to BY_USE")

    def test_a_bootstrap_stack_costs_nothing(self):
        self.assertEqual(idle(self.templates[1], BudgetEmail="a@example.com"), {})

    def test_the_document_has_the_price_of_an_idle_stack(self):
        dev, prod = (idle(self.templates[0], Environment=environment) for environment in ("dev", "prod"))
        rows = []
        for name, (count, price) in prod.items():
            thing = f"{count} {name}" if count > 1 else name
            rows.append(f"| {thing} | {dollars(*dev.get(name, (0, 0)))} | {dollars(count, price)} |")
        table = "\n".join([*rows, f"| **together** | **{dollars(1, total(dev))}** | **{dollars(1, total(prod))}** |"])
        self.assertIn(table, self.document)
        free = min(prod["metrics in alarms"][0], FREE_METRICS) * METRIC
        free += min(prod["dashboard"][0], FREE_DASHBOARDS) * DASHBOARD
        self.assertIn(f"`prod` costs {dollars(1, total(prod) - free)} in an account", self.document)
        self.assertIn(f"| idle, as above | {dollars(1, total(prod))} |", self.document)

    def test_the_months_add_up(self):
        table = self.document.partition("\n## Per month\n")[2].partition("\n\n| ")[2].partition("\n\n")[0]
        *rows, together = [[amount(cell) for cell in row.split("|")[2:-1]] for row in table.splitlines()[2:]]
        self.assertGreater(len(rows), 2)
        for column in zip(*rows, together, strict=True):
            self.assertAlmostEqual(sum(column[:-1]), column[-1], places=2)


def amount(cell):
    """Returns the dollars of a cell of a table, which may be bold, or have none."""
    return float(re.sub(r"[^\d.]", "", cell) or 0)


def dollars(count, price):
    return f"${count * price:.2f}" if count else "–"


if __name__ == "__main__":
    unittest.main()
