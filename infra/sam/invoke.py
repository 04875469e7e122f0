"""Invokes every function in a container, by `sam local invoke` with its file in infra/events, as one story.

    invoke.py TEMPLATE [OPTION OF sam local invoke …]

The events are as API Gateway sends them. Values of earlier responses replace $ACCESS_TOKEN, $REFRESH_TOKEN,
$SESSION_ID, $MESSAGE_ID and $INVITE_CODE.
"""

import base64
import json
import pathlib
import re
import subprocess
import sys

from events import EVENTS
from expand import ROOT, named, source

# A body instead of the one in the file. All other calls are Ann's, or those of the user who logged in last.
BOB = '{"username":"bob","password":"a long password"}'

# Each function with the status of its response, in an order in which each can succeed. test_events.py checks that no
# function is missing. Functions of S3's events respond with null.
STORY = [
    ("register", 201),
    ("register", 201, BOB),
    ("login", 200),
    ("create-chatroom", 201),
    ("join-chatroom", 200),
    ("find-user", 200),
    ("reset-invite", 200),
    ("preview-invite", 200),
    # Bob lets only his contacts add him, so that he gets an invitation.
    ("add-members", 200),
    ("login", 200, BOB),
    ("list-invitations", 200),
    ("answer-invitation", 200),
    ("set-privacy", 200),
    ("login", 200),
    ("set-role", 200),
    ("set-room", 200),
    ("list-members", 200),
    ("open-direct", 201),
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
    ("marks", 200),
    ("default", 200),
    ("disconnect", 200),
    ("edit-message", 200),
    ("forward-message", 200),
    ("react-to-message", 200),
    ("list-reactions", 200),
    ("delete-message", 200),
    ("list-changes", 200),
    ("search-messages", 200),
    ("get-presence", 200),
    ("message-info", 200),
    ("set-chat", 200),
    ("sync", 200),
    ("list-sessions", 200),
    ("refresh", 200),
    ("end-session", 200),
    ("login", 200),
    ("set-block", 200),
    ("list-blocks", 200),
    ("login", 200, BOB),
    ("leave-chatroom", 200),
    ("login", 200),
    ("remove-member", 200),
    ("delete-chatroom", 200),
    ("erase-room", None),
    ("logout", 200),
    ("login", 200),
    ("logout-all", 200),
    ("login", 200),
    ("change-password", 200),
    ("version", 200),
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
        body = json.loads(answer["body"])
        token = body["access_token"]
        claims = token.split(".")[1]
        known["ACCESS_TOKEN"] = token
        known["REFRESH_TOKEN"] = body["refresh_token"]
        known["SESSION_ID"] = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sid"]
    if name == "send-message":
        known["MESSAGE_ID"] = str(json.loads(answer["body"])["id"])
    if name == "reset-invite":
        known["INVITE_CODE"] = json.loads(answer["body"])["invite"]


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
    for name, expected, *body in STORY:
        text = (EVENTS / f"{name}.json").read_text()
        event = re.sub(r"\$([A-Z]+_[A-Z]+)", lambda match: known[match[1]], text)
        if body:
            event = json.dumps(json.loads(event) | {"body": body[0]})
        answer = invoke(template, functions[name], event, options)
        check(name, expected, answer)
        learn(known, name, answer)
        print(f"  {functions[name]}", flush=True)
    print(f"{len(functions)} functions invoked in containers")


if __name__ == "__main__":
    main()
