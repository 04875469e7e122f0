"""Tests of infra/scripts/deploy and infra/scripts/smoke, with a small server as the system and stubs of the tools."""

import contextlib
import http.server
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import unittest

from expand import ROOT, expanded, source

SAM = """#!/bin/sh
echo "$@" >>"$STATE/deployed"
echo "sam $@" >>"$STATE/calls"
[ "$(wc -l <"$STATE/deployed")" -lt 2 ] || cp "$3" "$STATE/back"
[ ! -f "$STATE/fails" ] || [ "$(wc -l <"$STATE/deployed")" -lt 2 ]
"""
AWS = """#!/bin/sh
echo "$@" >>"$STATE/calls"
case "$*" in
    *StackStatus*) [ -f "$STATE/exists" ] && cat "$STATE/exists" || { echo 'Stack chat does not exist' >&2; exit 254; } ;;
    *get-template*) cat "$STATE/earlier" ;;
    *"'BuildId'"*) echo b2 ;;
    *"'Environment'"*) echo "$ENVIRONMENT" ;;
    *Parameters*) printf 'BuildId=b1\\tAlarmEmail=\\tRollout=canary\\n' ;;
    *WebSocketUrl*) echo "$URL/sockets" ;;
    *HttpUrl*) echo "$URL" ;;
    *"$TARGET"*) echo "${SYSTEM#*//}" ;;
esac
"""
PROTECT = "update-termination-protection --stack-name chat --enable-termination-protection"
POLICY = "set-stack-policy --stack-name chat --stack-policy-body file://infra/stack-policy.json"
GOOD = {
    ("GET", "/"): (200, "<html lang='en'>"),
    ("GET", "/openapi.yaml"): (200, "openapi: 3.1.0"),
    ("POST", "/auth/login"): (401, '{"code": "invalid_credentials"}'),
    ("POST", "/auth/login/"): (401, '{"code": "invalid_credentials"}'),
    ("GET", "/list-chatrooms/"): (401, '{"code": "unauthenticated"}'),
    ("GET", "/sockets"): (401, ""),
    ("GET", "/version"): (200, '{"build":"b2"}'),
}


@contextlib.contextmanager
def system(answers):
    """Runs a server with these responses; it responds with 404 to all other requests."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def respond(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body = answers.get((self.command, self.path), (404, ""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST = respond

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class Smoke(unittest.TestCase):
    def smoke(self, answers):
        with system(answers) as url:
            command = [ROOT / "infra/scripts/smoke", url, f"{url.replace('http', 'ws')}/sockets", "b2"]
            environment = {**os.environ, "SMOKE_PAUSE": "0"}
            return subprocess.run(command, env=environment, capture_output=True, text=True)

    def test_a_good_system_passes(self):
        run = self.smoke(GOOD)
        self.assertEqual((run.returncode, run.stdout), (0, "8 calls are answered as expected\n"))

    def test_strangers_who_use_up_the_logins_make_no_deployment_fail(self):
        logins = {("POST", path): (429, "") for path in ("/auth/login", "/auth/login/")}
        self.assertEqual(self.smoke(GOOD | logins).returncode, 0)
        self.assertEqual(self.smoke(GOOD | {("GET", "/list-chatrooms/"): (429, "")}).returncode, 1)

    def test_each_difference_is_named(self):
        for (method, path), status in {("POST", "/auth/login/"): 404, ("GET", "/"): 500, ("GET", "/sockets"): 500}.items():
            run = self.smoke(GOOD | {(method, path): (status, "")})
            self.assertEqual(run.returncode, 1)
            shown = "" if path == "/sockets" else path
            self.assertIn(f"{method} {shown}: the status is {status}", run.stderr)
        self.assertIn("has no '<html'", self.smoke(GOOD | {("GET", "/"): (200, "")}).stderr)

    def test_another_build_fails(self):
        for build in ("b1", "b22", "manual"):
            run = self.smoke(GOOD | {("GET", "/version"): (200, f'{{"build":"{build}"}}')})
            self.assertEqual(run.returncode, 1)
            self.assertIn('GET /version: the body has no \'{"build":"b2"}\'', run.stderr)


class Deploy(unittest.TestCase):
    def deploy(self, answers, exists, environment="prod", domain="", target="none", earlier="Resources: {}\n", fails=False):
        """Returns the status of the script, and the arguments of each deployment, of a stack with a status or none. A domain has no
        DNS record, and leads to the system by this output. The second deployment may fail. All calls are in `self.calls`, and
        the template that was put back is in `self.back`.
        """
        with tempfile.TemporaryDirectory() as directory, system(answers) as url:
            directory = pathlib.Path(directory)
            for name, (tool, stub) in {"sam": ("sam", SAM), "awscli": ("aws", AWS)}.items():
                tools = directory / "venv" / name
                (tools / "bin").mkdir(parents=True)
                (tools / "requirements.txt").write_bytes((ROOT / f"infra/python/{name}.txt").read_bytes())
                (tools / "bin" / tool).write_text(stub)
                (tools / "bin" / tool).chmod(0o755)
            (directory / "earlier").write_text(json.dumps(earlier))
            if exists:
                (directory / "exists").write_text(exists)
            if fails:
                (directory / "fails").touch()
            variables = {"CARGO_TARGET_DIR": directory, "STATE": directory, "SYSTEM": url, "SMOKE_PAUSE": "0"}
            variables |= {"ARTIFACTS_BUCKET": "artifacts", "EXECUTION_ROLE": "role", "URL": domain or url, "TARGET": target}
            variables |= {"ENVIRONMENT": environment}
            command = [ROOT / "infra/scripts/deploy", "target/sam/arm64", "chat", "LogRetentionDays=365"]
            run = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True)
            self.calls = (directory / "calls").read_text()
            back = directory / "back"
            self.back = back.read_text() if back.exists() else None
            deployed = directory / "deployed"
            return run.returncode, deployed.read_text().splitlines() if deployed.exists() else []

    def test_a_good_deployment_stays(self):
        for exists in (None, "UPDATE_COMPLETE", "REVIEW_IN_PROGRESS"):
            status, (deployed,) = self.deploy(GOOD, exists)
            self.assertEqual(status, 0)
            self.assertIn("--template-file target/sam/arm64/template.yaml", deployed)
            self.assertIn("--role-arn role", deployed)
            self.assertTrue(deployed.endswith("--parameter-overrides LogRetentionDays=365"), deployed)

    def assert_order(self, *parts):
        """Asserts that calls have these parts, in this order."""
        calls = iter(self.calls.splitlines())
        for part in parts:
            self.assertTrue(any(part in call for call in calls), (part, self.calls))

    def test_a_stack_in_prod_is_protected_once_its_test_has_passed(self):
        """No argument names the environment: that of the stack counts."""
        self.assertEqual(self.deploy(GOOD, None)[0], 0)
        self.assert_order("sam deploy", "WebSocketDomainTarget", PROTECT, POLICY)
        self.assertNotIn("Allow", self.calls)
        self.assertEqual(self.deploy(GOOD, None, "dev")[0], 0)
        self.assertNotIn("set-stack-policy", self.calls)
        self.assertNotIn(PROTECT, self.calls)

    def test_the_policy_of_the_stack_protects_all_that_outlives_it_and_the_signing_key(self):
        allow, *denied = json.loads((ROOT / "infra/stack-policy.json").read_text())["Statement"]
        self.assertEqual((allow["Effect"], allow["Action"], allow["Resource"]), ("Allow", "Update:*", "*"))
        for deny in denied:
            self.assertEqual((deny["Effect"], deny["Action"]), ("Deny", ["Update:Replace", "Update:Delete"]))
        kept, secret = denied
        resources = expanded(source())["Resources"]
        protected = {resource["Type"] for resource in resources.values() if resource.get("DeletionPolicy") == "RetainExceptOnCreate"}
        self.assertCountEqual(kept["Condition"]["StringEquals"]["ResourceType"], protected)
        # By its name, because the secret of the edge ends with the edge.
        name = secret["Resource"].removeprefix("LogicalResourceId/")
        self.assertEqual((name, resources[name]["Type"]), ("SigningSecret", "AWS::SecretsManager::Secret"))

    def test_a_domain_without_a_record_is_reached_by_its_target(self):
        for target in ("EdgeTarget", "DomainTarget"):
            self.assertEqual(self.deploy(GOOD, None, domain="http://chat.invalid", target=target)[0], 0, target)
        self.assertEqual(self.deploy(GOOD, None, domain="http://chat.invalid")[0], 1)

    def test_a_bad_deployment_is_taken_back_at_once(self):
        status, (_, back) = self.deploy({}, "UPDATE_COMPLETE")
        self.assertEqual(status, 1)
        self.assertRegex(back, r'template\.yaml .* --parameter-overrides BuildId="b1" AlarmEmail="" Rollout="at-once"$')
        self.assertNotIn("target/sam", back)

    def test_the_policy_lets_a_bad_deployment_be_taken_back_and_is_set_again(self):
        for fails in (False, True):
            self.assertEqual(self.deploy({}, "UPDATE_COMPLETE", fails=fails)[0], 1)
            self.assert_order("sam deploy", '"Allow", "Action": "Update:*"', "sam deploy", POLICY)
        self.deploy({}, "UPDATE_COMPLETE", "dev")
        self.assertNotIn("set-stack-policy", self.calls)

    def test_the_earlier_template_may_be_one_of_a_restore(self):
        for earlier, expected in (("Resources: {}\n", "Resources: {}\n\n"), ({"Resources": {}}, '{"Resources": {}}\n')):
            self.deploy({}, "UPDATE_COMPLETE", earlier=earlier)
            self.assertEqual(self.back, expected)

    def test_a_deployment_that_has_not_arrived_is_taken_back(self):
        status, deployed = self.deploy(GOOD | {("GET", "/version"): (200, '{"build":"b1"}')}, "UPDATE_COMPLETE")
        self.assertEqual((status, len(deployed)), (1, 2))

    def test_a_bad_first_deployment_fails(self):
        for exists in (None, "REVIEW_IN_PROGRESS"):
            status, deployed = self.deploy({}, exists)
            self.assertEqual((status, len(deployed)), (1, 1))

    def test_a_failed_first_deployment_is_to_be_deleted(self):
        for status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED"):
            self.assertEqual(self.deploy(GOOD, status), (1, []))


if __name__ == "__main__":
    unittest.main()
