"""Tests infra/scripts/endpoint in a copy of the repository, with names that no endpoint will have."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from samcli.yamlhelper import yaml_parse

from expand import ROOT, expanded, named, source
from findings import findings

FIELDS = ["--fields", "conversation_id,message_id,text"]
BODY = ["example-message", "POST", "/example-message", *FIELDS, "--event", "edited"]
PATH = ["example-reactions", "GET", "/example-reactions/{conversation_id}/{message_id}/"]
NEITHER = ["example-sessions", "DELETE", "/auth/example-sessions"]
SUMMARY = ["--summary", "Invites a user"]
BOTH = ["example-member", "POST", "/example-member/{conversation_id}", "--fields", "user", *SUMMARY]

# The files that the script changes for every endpoint. The files that it adds have the name of the endpoint.
CHANGED = {
    ".github/SECURITY.md",
    "functions/rest/src/main.rs",
    "infra/docs/changelog.md",
    "infra/events/events.yaml",
    "infra/load/tests/costs/main.rs",
    "infra/openapi.yaml",
    "infra/sam/invoke.py",
    "shared/chat/tests/chat/main.rs",
    "template.yaml",
}

# A text of each file beside which the script inserts the endpoint of BODY.
ANCHORS = [
    (".github/SECURITY.md", "| `"),
    ("functions/rest/src/main.rs", "    messages {"),
    ("infra/docs/changelog.md", "## Unreleased\n"),
    ("infra/events/events.yaml", "\nsocket:"),
    ("infra/fuzz/targets/http_event.rs", "use domain::{"),
    ("infra/fuzz/targets/http_event.rs", "    path(request);\n"),
    ("infra/load/tests/costs/main.rs", '{"type": "ping"}'),
    ("infra/openapi.yaml", "tags: [Messages]"),
    ("infra/openapi.yaml", "    Problem:\n"),
    ("infra/sam/invoke.py", '("set-block", 200)'),
    ("shared/chat/src/messages/mod.rs", "\nmod "),
    ("shared/chat/src/messages/mod.rs", "\npub use "),
    ("shared/chat/tests/chat/main.rs", "mod messages {"),
    ("shared/domain/src/messages/mod.rs", "\nmod "),
    ("shared/domain/src/messages/mod.rs", "\npub use "),
    ("template.yaml", "Type: AWS::Serverless::Function"),
    ("template.yaml", "Action: execute-api:ManageConnections"),
    ("template.yaml", "          /"),
    ("template.yaml", "                  - !Ref "),
]


class Endpoint(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.directory.cleanup)
        cls.tree = pathlib.Path(cls.directory.name)
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        files = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        for file in filter(None, files.split("\0")):
            if (ROOT / file).is_file():
                (cls.tree / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / file, cls.tree / file)
        cls.git("init", "--quiet")
        cls.commit()

    def tearDown(self):
        self.git("reset", "--quiet", "--hard")
        self.git("clean", "--quiet", "--force", "-d")

    @classmethod
    def git(cls, *arguments):
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
        ran = subprocess.run(["git", *identity, *arguments], cwd=cls.tree, check=True, capture_output=True, text=True)
        return ran.stdout

    @classmethod
    def commit(cls):
        cls.git("add", "--all")
        cls.git("commit", "--quiet", "--message", "state")

    def run_script(self, *arguments):
        command = [sys.executable, "infra/scripts/endpoint", *arguments]
        return subprocess.run(command, cwd=self.tree, capture_output=True, text=True)

    def writes(self, *arguments):
        """Returns the files that the script writes."""
        ran = self.run_script(*arguments)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return {line[3:] for line in self.git("status", "--porcelain", "--untracked-files=all").splitlines()}

    def is_refused(self, why, *arguments):
        ran = self.run_script(*arguments)
        self.assertNotEqual(ran.returncode, 0, arguments)
        self.assertIn(why, ran.stderr)
        self.assertEqual(self.git("status", "--porcelain", "--untracked-files=all"), "")

    def test_the_files_of_an_endpoint_with_a_body(self):
        self.assertEqual(
            self.writes(*BODY),
            CHANGED
            | {
                "functions/rest/src/messages/example_message.rs",
                "infra/e2e/tests/journeys/messages/example_message.rs",
                "infra/events/example-message.json",
                "infra/fuzz/targets/http_event.rs",
                "shared/chat/src/messages/example_message.rs",
                "shared/chat/src/messages/mod.rs",
                "shared/chat/tests/chat/messages/example_message.rs",
                "shared/domain/src/messages/example_message.rs",
                "shared/domain/src/messages/mod.rs",
            },
        )

    def test_the_files_of_an_endpoint_without_a_body(self):
        self.assertEqual(
            self.writes(*PATH),
            CHANGED
            | {
                "functions/rest/src/messages/example_reactions.rs",
                "infra/e2e/tests/journeys/messages/example_reactions.rs",
                "infra/events/example-reactions.json",
                "shared/chat/src/messages/example_reactions.rs",
                "shared/chat/src/messages/mod.rs",
                "shared/chat/tests/chat/messages/example_reactions.rs",
            },
        )

    def test_the_template_and_the_events_have_no_finding_with_four_more(self):
        before = set(named(source()))
        for arguments in (BODY, PATH, NEITHER, BOTH):
            ran = self.run_script(*arguments)
            self.assertEqual(ran.returncode, 0, ran.stderr)
            self.git("add", "--all")
            self.git("commit", "--quiet", "--message", arguments[0])
        template = source(self.tree / "template.yaml")
        added = {"example-message", "example-reactions", "example-sessions", "example-member"}
        self.assertEqual(set(named(template)) - before, added)
        self.assertEqual(findings(expanded(template)), [])
        command = [sys.executable, "-m", "unittest", "test_events"]
        environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
        ran = subprocess.run(command, cwd=self.tree / "infra/sam", env=environment, capture_output=True, text=True)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.git("reset", "--quiet", "--hard", "HEAD~4")

    def test_a_bad_input_is_refused_and_changes_nothing(self):
        self.is_refused("is not a name", "Example_Message", "POST", "/example-message")
        self.is_refused("keyword of Rust", "move", "POST", "/move", "--group", "rooms")
        self.is_refused("is not a method", "example-message", "PUT", "/example-message")
        self.is_refused("is not a path", "example-message", "POST", "example-message")
        self.is_refused("cannot have {id}", "example-message", "POST", "/example-message/{id}")
        self.is_refused("add --group", "block", "POST", "/block")
        post = ["example-message", "POST", "/example-message"]
        self.is_refused("does not know the field colour", *post, "--fields", "colour")
        self.is_refused("has no body", "example-reactions", "GET", "/example-reactions", "--fields", "text")
        self.is_refused("needs conversation_id", *post, "--fields", "message_id")
        self.is_refused("goes to a room", "rename-user", "POST", "/rename-user", "--event", "renamed")

    def test_an_existing_endpoint_is_refused(self):
        self.is_refused("function send-message already", "send-message", "POST", "/send-message")
        self.is_refused("route POST /send-message already", "post-message", "POST", "/send-message/")

    def test_the_path_follows_a_description_of_two_paragraphs(self):
        self.writes("example-attachment", "GET", "/example-attachment/{conversation_id}")
        description = yaml_parse((self.tree / "infra/openapi.yaml").read_text())
        path = description["paths"]["/example-attachment/{conversation_id}/"]
        self.assertEqual(path["get"]["tags"], ["Attachments"])

    def test_a_path_that_is_described_already_stays_as_it_is(self):
        file = self.tree / "infra/openapi.yaml"
        path = "  /example-attachment/:\n    post:\n      operationId: exampleAttachment\n      tags: [Attachments]\n\n"
        described = file.read_text().replace("\ncomponents:\n", f"{path}\ncomponents:\n", 1)
        file.write_text(described)
        self.commit()
        self.is_refused("a second method", "example-attachment", "DELETE", "/example-attachment")
        ran = self.run_script("example-attachment", "POST", "/example-attachment", "--fields", "")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(file.read_text(), described)
        self.git("reset", "--quiet", "--hard", "HEAD~1")

    def test_a_file_without_its_anchor_is_refused_and_named(self):
        for file, anchor in ANCHORS:
            with self.subTest(file=file, anchor=anchor):
                text = (self.tree / file).read_text()
                self.assertIn(anchor, text)
                (self.tree / file).write_text(text.replace(anchor, "changed"))
                self.commit()
                self.is_refused(f"{file} does not look as the script expects", *BODY)
                self.git("reset", "--quiet", "--hard", "HEAD~1")

    def test_a_missing_file_is_refused_and_named(self):
        (self.tree / "infra/load/tests/costs/main.rs").unlink()
        self.commit()
        self.is_refused("infra/load/tests/costs/main.rs is missing", *BODY)
        self.git("reset", "--quiet", "--hard", "HEAD~1")

    def test_uncommitted_changes_are_refused(self):
        (self.tree / "template.yaml").open("a").write("# a comment\n")
        ran = self.run_script(*BODY)
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn("commit or stash these files first", ran.stderr)
        self.assertEqual(self.git("status", "--porcelain"), " M template.yaml\n")


if __name__ == "__main__":
    unittest.main()
