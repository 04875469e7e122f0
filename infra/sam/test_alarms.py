"""Tests that each alarm is on a thing that users notice, reaches somebody, and has its section in the runbook."""

import json
import re
import unittest

from expand import ROOT, expanded, of_type, source

# Metrics that a client without an account can raise: refused tokens, unknown paths, and the authorizer's way to refuse.
OF_STRANGERS = {("AWS/ApiGateway", "4xx"), ("AWS/ApiGateway", "ClientError"), ("AWS/Lambda", "Errors")}
TOKEN = re.compile(r'\s*(&&|\|\||[(){}=]|"[^"]*"|\$[\w.]+)')


class Alarms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.template = expanded(source())
        cls.alarms = of_type(cls.template, "AWS::CloudWatch::Alarm")

    def test_every_alarm_has_its_section_in_the_runbook_and_the_reverse(self):
        runbook = (ROOT / "infra/docs/runbook.md").read_text()
        sections = re.split(r"^## ", runbook, flags=re.MULTILINE)[1:]
        sections = {title: text for title, _, text in (section.partition("\n") for section in sections) if title.endswith("Alarm")}
        self.assertEqual(list(sections), list(self.alarms))
        for name, text in sections.items():
            for part in ("**Meaning.**", "**Query.**", "**Action.**"):
                self.assertIn(part, text, name)

    def test_every_alarm_tells_somebody_that_it_is_on_and_that_it_is_over(self):
        for name, alarm in self.alarms.items():
            self.assertEqual(alarm["Condition"], "IsProd", name)
            for actions in ("AlarmActions", "OKActions"):
                self.assertEqual(alarm["Properties"][actions], [{"Ref": "AlarmTopic"}], name)
            self.assertEqual(alarm["Properties"]["TreatMissingData"], "notBreaching", name)
            self.assertTrue(alarm["Properties"]["AlarmDescription"], name)

    def test_no_alarm_counts_what_a_stranger_can_raise(self):
        counted = {metric for alarm in self.alarms.values() for metric in metrics(alarm["Properties"])}
        self.assertIn(("AWS/ApiGateway", "5xx"), counted)
        self.assertEqual(counted & OF_STRANGERS, set())

    def test_the_costs_have_the_number_of_metrics(self):
        count = sum(len(list(metrics(alarm["Properties"]))) for alarm in self.alarms.values())
        costs = (ROOT / "infra/docs/costs.md").read_text()
        self.assertIn(f"| {count} metrics in alarms |", costs)

    def test_an_alarm_reads_ten_metrics_at_most(self):
        """The most that CloudWatch accepts."""
        for name, alarm in self.alarms.items():
            self.assertLessEqual(len(list(metrics(alarm["Properties"]))), 10, name)

    def test_the_dashboard_has_every_alarm(self):
        (dashboard,) = of_type(self.template, "AWS::CloudWatch::Dashboard").values()
        body = json.loads(dashboard["Properties"]["DashboardBody"]["Fn::Sub"])
        (shown,) = (widget["properties"]["alarms"] for widget in body["widgets"] if widget["type"] == "alarm")
        self.assertEqual(shown, [f"${{{name}.Arn}}" for name in self.alarms])

    def test_the_errors_of_this_build_count_once(self):
        (metric,) = of_type(self.template, "AWS::Logs::MetricFilter").values()
        pattern = metric["Properties"]["FilterPattern"]["Fn::Sub"].replace("${BuildId}", "b2")
        ours, theirs = ({"function": "login", "build": build} for build in ("b2", "b1"))
        report = {"type": "platform.report", "record": {}}
        for counts, line in (
            (True, {"level": "ERROR", "span": ours, "fields": {"doing": "storing"}}),
            (False, {"level": "ERROR", "span": theirs, "fields": {"doing": "storing"}}),
            (False, {"level": "WARN", "span": ours, "fields": {"doing": "storing"}}),
            # The runtime's line about a refused token, and the record of its invocation.
            (False, {"level": "ERROR", "fields": {"message": '"Unauthorized"'}, "span": {"name": "Lambda runtime invoke"}}),
            (False, report | {"record": {"status": "error"}}),
            (True, report | {"record": {"status": "timeout"}}),
            (True, report | {"record": {"status": "failure"}}),
            (False, report | {"record": {"status": "success"}}),
            # The same invocation has this second record.
            (False, {"type": "platform.runtimeDone", "record": {"status": "timeout"}}),
        ):
            self.assertEqual(matches(pattern, line), counts, line)


def metrics(properties):
    """Yields the metrics that an alarm reads, as pairs of namespace and name."""
    if "MetricName" in properties:
        namespace = properties["Namespace"]
        yield (namespace if isinstance(namespace, str) else "stack", properties["MetricName"])
    for metric in properties.get("Metrics", []):
        if "MetricStat" in metric:
            yield (metric["MetricStat"]["Metric"]["Namespace"], metric["MetricStat"]["Metric"]["MetricName"])


def matches(pattern, line):
    """Evaluates a filter pattern of CloudWatch Logs on a line, as far as this template uses patterns."""
    python = []
    position = 0
    while position < len(pattern.rstrip()):
        token = TOKEN.match(pattern, position)
        position = token.end()
        text = token[1]
        if text.startswith("$"):
            value = line
            for key in text.split(".")[1:]:
                value = value.get(key) if isinstance(value, dict) else None
            text = repr(value)
        python.append({"&&": "and", "||": "or", "=": "==", "{": "(", "}": ")"}.get(text, text))
    return eval(" ".join(python), {"__builtins__": {}})


if __name__ == "__main__":
    unittest.main()
