"""Invokes every function in a container, by `sam local invoke` with its file in infra/events, as one story.

    invoke.py TEMPLATE [OPTION OF sam local invoke …]

The events are as API Gateway sends them. Values of earlier responses replace $ACCESS_TOKEN, $SESSION_ID and
$MESSAGE_ID.
"""

import base64
import json
import pathlib
import re
import subprocess
import sys

from events import EVENTS
from expand import ROOT, named, source

# Each function with the status of its response, in an order in which each can succeed. test_events.py checks that no
# function is missing. check-attachment responds with null, because its upload was never announced.
STORY = [
    ("register", 201),
    ("login", 200),
    ("create-chatroom", 201),
    ("join-chatroom", 200),
    ("find-user", 200),
    ("list-members", 200),
    ("create-attachment", 201),
    ("check-attachment", None),
    ("send-message", 201),
    ("list-messages", 200),
    ("list-conversation-messages", 200),
    ("read-message", 200),
    ("list-chatrooms", 200),
    ("authorize", "Allow"),
    ("connect", 200),
    ("message", 200),
    ("typing", 200),
    ("default", 200),
    ("disconnect", 200),
    ("leave-chatroom", 200),
    ("logout", 200),
    ("login", 200),
    ("logout-all", 200),
    ("login", 200),
    ("change-password", 200),
    ("web-client", 200),
    ("docs", 200),
]


def invoke(template, function, event, options):
    """Returns the response of one function to one event."""
    command = ["sam", "local", "invoke", function, "--template", template, "--event", "-", *options]
    ran = subprocess.run(command, cwd=ROOT, input=event, capture_output=True, text=True, timeout=120)
    answer = ran.stdout.strip()
    if ran.returncode != 0 or not answer.startswith(("{", "null")):
        sys.exit(f"sam local invoke {function} failed with {answer!r}\n{ran.stderr}")
    return json.loads(answer)


def learn(known, name, answer):
    """Keeps the values of a response that later events need."""
    if name == "login":
        token = json.loads(answer["body"])["access_token"]
        claims = token.split(".")[1]
        known["ACCESS_TOKEN"] = token
        known["SESSION_ID"] = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sid"]
    if name == "send-message":
        known["MESSAGE_ID"] = str(json.loads(answer["body"])["id"])


def check(name, expected, answer):
    if expected == "Allow":
        effects = [statement["Effect"] for statement in answer["policyDocument"]["Statement"]]
        if effects != [expected] or answer["context"]["user_id"] != "1":
            sys.exit(f"{name} did not allow the socket: {answer}")
    elif (answer and answer.get("statusCode")) != expected:
        sys.exit(f"{name} did not respond with {expected}: {answer}")


def main():
    template, *options = sys.argv[1:]
    functions = named(source())
    known = {}
    for name, expected in STORY:
        text = (EVENTS / f"{name}.json").read_text()
        event = re.sub(r"\$([A-Z]+_[A-Z]+)", lambda match: known[match[1]], text)
        answer = invoke(template, functions[name], event, options)
        check(name, expected, answer)
        learn(known, name, answer)
        print(f"  {functions[name]}", flush=True)
    print(f"{len(functions)} functions invoked in containers")


if __name__ == "__main__":
    main()
