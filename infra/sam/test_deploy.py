"""Tests of infra/scripts/deploy and infra/scripts/smoke, with a small server as the system and stubs of the tools."""

import contextlib
import http.server
import os
import pathlib
import subprocess
import tempfile
import threading
import unittest

from expand import ROOT

SAM = """#!/bin/sh
echo "$@" >>"$STATE/deployed"
"""
AWS = """#!/bin/sh
case "$*" in
    *StackStatus*) [ -f "$STATE/exists" ] && cat "$STATE/exists" || { echo 'Stack chat does not exist' >&2; exit 254; } ;;
    *get-template*) echo 'the earlier template' ;;
    *Parameters*) printf 'BuildId=b1\\tAlarmEmail=\\tRollout=canary\\n' ;;
    *HttpApiUrl*) echo "$SYSTEM" ;;
    *WebSocketApiUrl*) echo "$SYSTEM/sockets" ;;
esac
"""
GOOD = {
    ("GET", "/"): (200, "<html lang='en'>"),
    ("GET", "/openapi.yaml"): (200, "openapi: 3.1.0"),
    ("POST", "/auth/login"): (401, '{"code": "invalid_credentials"}'),
    ("POST", "/auth/login/"): (401, '{"code": "invalid_credentials"}'),
    ("GET", "/list-chatrooms/"): (401, '{"code": "unauthenticated"}'),
    ("GET", "/sockets"): (401, ""),
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
            command = [ROOT / "infra/scripts/smoke", url, f"{url.replace('http', 'ws')}/sockets"]
            environment = {**os.environ, "SMOKE_PAUSE": "0"}
            return subprocess.run(command, env=environment, capture_output=True, text=True)

    def test_a_good_system_passes(self):
        run = self.smoke(GOOD)
        self.assertEqual((run.returncode, run.stdout), (0, "7 calls are answered as expected\n"))

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


class Deploy(unittest.TestCase):
    def deploy(self, answers, exists):
        """Returns the status of the script, and the arguments of each deployment, of a stack with a status or none."""
        with tempfile.TemporaryDirectory() as directory, system(answers) as url:
            directory = pathlib.Path(directory)
            for name, (tool, stub) in {"sam": ("sam", SAM), "awscli": ("aws", AWS)}.items():
                environment = directory / "venv" / name
                (environment / "bin").mkdir(parents=True)
                (environment / "requirements.txt").write_bytes((ROOT / f"infra/python/{name}.txt").read_bytes())
                (environment / "bin" / tool).write_text(stub)
                (environment / "bin" / tool).chmod(0o755)
            if exists:
                (directory / "exists").write_text(exists)
            variables = {"CARGO_TARGET_DIR": directory, "STATE": directory, "SYSTEM": url, "SMOKE_PAUSE": "0"}
            variables |= {"ARTIFACTS_BUCKET": "artifacts", "EXECUTION_ROLE": "role"}
            command = [ROOT / "infra/scripts/deploy", "target/sam/arm64", "chat", "BuildId=b2", "Environment=prod"]
            run = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True)
            deployed = directory / "deployed"
            return run.returncode, deployed.read_text().splitlines() if deployed.exists() else []

    def test_a_good_deployment_stays(self):
        for exists in (None, "UPDATE_COMPLETE", "REVIEW_IN_PROGRESS"):
            status, (deployed,) = self.deploy(GOOD, exists)
            self.assertEqual(status, 0)
            self.assertIn("--template-file target/sam/arm64/template.yaml", deployed)
            self.assertIn("--role-arn role", deployed)
            self.assertTrue(deployed.endswith("--parameter-overrides BuildId=b2 Environment=prod"), deployed)

    def test_a_bad_deployment_is_taken_back_at_once(self):
        status, (_, back) = self.deploy({}, "UPDATE_COMPLETE")
        self.assertEqual(status, 1)
        self.assertRegex(back, r'template\.yaml .* --parameter-overrides BuildId="b1" AlarmEmail="" Rollout="at-once"$')
        self.assertNotIn("target/sam", back)

    def test_a_bad_first_deployment_fails(self):
        for exists in (None, "REVIEW_IN_PROGRESS"):
            status, deployed = self.deploy({}, exists)
            self.assertEqual((status, len(deployed)), (1, 1))

    def test_a_failed_first_deployment_is_to_be_deleted(self):
        for status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED"):
            self.assertEqual(self.deploy(GOOD, status), (1, []))


if __name__ == "__main__":
    unittest.main()
