"""Tests of infra/scripts/account, with a stub in place of the AWS CLI."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from expand import ROOT, source

# The stub prints the answer of the file that has the name of the command.
STUB = f"""#!{sys.executable}
import pathlib, sys
command = [word for word in sys.argv[1:] if word not in ("--output", "json")]
region, service, call = command[1], command[2], command[3]
file = pathlib.Path(__file__).parent / f"{{service}}-{{call}}.json"
if not file.exists():
    sys.exit(f"An error occurred (AccessDenied) in {{region}}")
print(file.read_text())
"""


def answers(concurrent=1000, unreserved=None, code=1, rate=10_000, units=40_000):
    limit = {"ConcurrentExecutions": concurrent, "UnreservedConcurrentExecutions": unreserved or concurrent, "TotalCodeSize": 80e9}
    quotas = {"Quotas": [{"QuotaName": "Throttle burst rate", "Value": 5000.0}, {"QuotaName": "Throttle rate", "Value": rate}]}
    return {
        "lambda-get-account-settings": {"AccountLimit": limit, "AccountUsage": {"TotalCodeSize": code * 1e9}},
        "service-quotas-list-service-quotas": quotas if rate else {"Quotas": []},
        "service-quotas-list-aws-default-service-quotas": {"Quotas": []},
        "dynamodb-describe-limits": {"TableMaxReadCapacityUnits": units, "TableMaxWriteCapacityUnits": units},
    }


class Account(unittest.TestCase):
    def check(self, *parameters, region="us-east-1", **account):
        """Returns the status of the script and the sentences about limits that are too low."""
        with tempfile.TemporaryDirectory() as directory:
            stub = pathlib.Path(directory) / "aws"
            stub.write_text(STUB)
            stub.chmod(0o755)
            for command, answer in answers(**account).items():
                (stub.parent / f"{command}.json").write_text(json.dumps(answer))
            run = subprocess.run(
                [sys.executable, ROOT / "infra/scripts/account", "--region", region, *parameters],
                env={**os.environ, "PATH": f"{directory}:{os.environ['PATH']}"},
                capture_output=True,
                text=True,
            )
        self.assertEqual(run.stderr, "")
        return run.returncode, [line for line in run.stdout.splitlines() if not line.startswith("ok ")]

    def test_an_account_with_the_usual_quotas_suffices(self):
        self.assertEqual(self.check(), (0, []))

    def test_a_new_account_runs_ten_functions_at_once(self):
        status, (few, alarm) = self.check(concurrent=10)
        self.assertEqual(status, 1)
        self.assertIn("Lambda runs 10 functions at once", few)
        self.assertIn("deploy with AccountConcurrency=10", alarm)
        self.assertEqual(len(self.check("AccountConcurrency=10", concurrent=10)[1]), 1)

    def test_lambda_keeps_a_hundred_executions_unreserved(self):
        self.assertEqual(self.check("PasswordConcurrency=20", "CheckConcurrency=50"), (0, []))
        status, (reserved,) = self.check("PasswordConcurrency=20", "AccountConcurrency=150", concurrent=150)
        self.assertEqual(status, 1)
        self.assertIn("60 executions would be reserved, and 50 can be", reserved)

    def test_full_code_storage_is_found(self):
        self.assertIn("takes 70.0 of 80.0 GB", self.check(code=70)[1][0])

    def test_a_region_with_a_lower_quota_is_found(self):
        self.assertIn("takes 2500 requests", self.check(rate=2500)[1][0])
        self.assertIn("takes 2500 requests", self.check(rate=None, region="eu-south-1")[1][0])
        self.assertEqual(self.check("RequestsPerSecond=500", rate=2500), (0, []))
        self.assertEqual(self.check(rate=None), (0, []))

    def test_tables_with_lower_maxima_are_found(self):
        self.assertEqual(len(self.check(units=10_000)[1]), 2)
        self.assertEqual(self.check("TableReadUnits=10000", "TableWriteUnits=10000", units=10_000), (0, []))

    def test_the_parameters_are_those_of_the_template(self):
        numbers = [name for name, parameter in source()["Parameters"].items() if parameter["Type"] == "Number"]
        self.assertEqual(self.check(*(f"{name}=50" for name in numbers), concurrent=50)[1][0].split()[:3], ["TOO", "LOW", "Lambda"])


if __name__ == "__main__":
    unittest.main()
