"""Rehearses infra/scripts/restore while a client sends, against the emulator: infra/scripts/rehearsal deploys before and after.

    rehearse_restore.py before STACK URL STATE    sends, restores to a moment in between, and asserts all that must hold then
    rehearse_restore.py after STACK URL STATE     asserts that the next deployment has changed nothing
"""

import datetime
import json
import os
import pathlib
import secrets
import struct
import subprocess
import sys
import threading
import time
import zlib

import boto3
import urllib3

from expand import ROOT, expanded, of_type, source
from restored_tables import EMPTIED, RESTORED, Tables

PASSWORD = "correct horse battery"
# Answers 503 with `Retry-After` until an upload is checked.
HTTP = urllib3.PoolManager(retries=urllib3.Retry(20, backoff_factor=0.1, status_forcelist=[503], allowed_methods=None))


class Client:
    def __init__(self, url, name):
        self.url, self.name, self.token = url, name, None

    def call(self, method, path, body=None, expected=range(200, 300)):
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = HTTP.request(method, self.url + path, body=body and json.dumps(body), headers=headers)
        same(f"{method} {path} is answered as expected: {answer.status} {answer.data[:200]}", answer.status in expected, True)
        return json.loads(answer.data) if answer.data else None

    def register(self):
        return self.call("POST", "/auth/register/", {"username": self.name, "password": PASSWORD})["id"]

    def login(self, expected=range(200, 300)):
        answer = self.call("POST", "/auth/login/", {"username": self.name, "password": PASSWORD}, expected)
        self.token = answer.get("access_token")

    def send(self, room, text, **more):
        return self.call("POST", "/send-message/", {"conversation_id": room, "text": text, **more})["id"]

    def messages(self, room):
        listed = self.call("GET", f"/list-conversation-messages/{room}/?limit=100")
        return {message["id"]: message for message in listed}

    def upload(self, room, picture):
        announced = self.call(
            "POST",
            "/create-attachment/",
            {"conversation_id": room, "kind": "picture", "content_type": "image/png", "size": len(picture), "name": "dot.png"},
        )
        form = announced["upload"]
        answer = HTTP.request(form["method"], form["url"], fields=form["fields"] | {"file": ("dot.png", picture, "image/png")})
        same("the upload is accepted", answer.status < 300, True)
        return announced["id"]


def same(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: {found!r}, but it should be {expected!r}")


def png():
    """A picture of one pixel."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


class Sender(threading.Thread):
    """Sends without a pause until it is stopped. `sent` has the time of each acknowledgement, by the message's id."""

    def __init__(self, client, room):
        super().__init__(daemon=True)
        self.client, self.room, self.sent, self.stopped = client, room, {}, threading.Event()

    def run(self):
        while not self.stopped.is_set():
            message = self.client.send(self.room, f"number {len(self.sent)}")
            self.sent[message] = time.time()


def physical(stack):
    pages = boto3.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return {item["LogicalResourceId"]: item["PhysicalResourceId"] for page in pages for item in page["StackResourceSummaries"]}


def set_up(dynamodb, ids):
    """Gives the tables the settings of the template that the emulator ignores, and opens the window of the fake."""
    for name, table in of_type(expanded(source()), "AWS::DynamoDB::Table").items():
        properties = table["Properties"]
        recovery = properties["PointInTimeRecoverySpecification"]
        dynamodb.update_continuous_backups(TableName=ids[name], PointInTimeRecoverySpecification=recovery)
        dynamodb.describe_continuous_backups(TableName=ids[name])
        if "TimeToLiveSpecification" in properties:
            ttl = properties["TimeToLiveSpecification"]
            dynamodb.update_time_to_live(TableName=ids[name], TimeToLiveSpecification=ttl)
    dynamodb.update_table(TableName=ids["UsersTable"], DeletionProtectionEnabled=True)


def settings(dynamodb, tables, ids):
    """Returns the settings of each table that DynamoDB does not restore."""
    return {
        name: (
            dynamodb.describe_time_to_live(TableName=ids[name])["TimeToLiveDescription"].get("AttributeName"),
            bool(tables.window(ids[name])),
            tables.describe(ids[name]).get("DeletionProtectionEnabled", False),
        )
        for name in RESTORED + EMPTIED
    }


def limits(ids):
    """Returns the limits of each stage and route of both APIs."""
    gateway = boto3.client("apigatewayv2")
    stages = [stage for api in ("HttpApi", "WebSocketApi") for stage in gateway.get_stages(ApiId=ids[api])["Items"]]
    settings = [item for stage in stages for item in (stage["DefaultRouteSettings"], *stage["RouteSettings"].values())]
    return [item["ThrottlingRateLimit"] for item in settings]


def picture_of(client, room):
    """Downloads the picture of the first message of a room."""
    first = min(client.messages(room).items())[1]
    return HTTP.request("GET", first["attachment_picture"]["url"]).status


def wait_until(what, condition):
    for _ in range(300):
        if condition():
            return
        time.sleep(0.2)
    sys.exit(f"{what} does not come true")


def restore(stack, moment):
    """Runs the script, and returns its output."""
    text = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).isoformat()
    command = [ROOT / "infra/scripts/restore", stack, text]
    environment = os.environ | {"ARTIFACTS_BUCKET": "restores"}
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


def before(stack, url, state):
    dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
    tables, ids = Tables(dynamodb), physical(stack)
    set_up(dynamodb, ids)
    tag = secrets.token_hex(4)
    ann, bob, carol = (Client(url, f"{name}-{tag}") for name in ("ann", "bob", "carol"))
    for client in (ann, bob):
        client.register()
        client.login()
    room = ann.call("POST", "/create-chatroom/", {"name": "Rehearsal"})["id"]
    gone = ann.call("POST", "/create-chatroom/", {"name": "Deleted later"})["id"]
    bob.call("POST", "/join-chatroom/", {"chatroom_id": room})
    ann.send(gone, "a picture", attachment_picture=ann.upload(gone, png()))
    same("the picture", picture_of(ann, gone), 200)

    sender = Sender(bob, room)
    sender.start()
    time.sleep(3)
    moment = int(time.time()) + 1
    time.sleep(3)
    lost_user = carol.register()
    carol.login()
    lost_room = carol.call("POST", "/create-chatroom/", {"name": "Made later"})["id"]
    lost = ann.send(room, "lost", client_id="lost")
    lost_picture = ann.upload(room, png())
    ann.send(room, "lost as well", attachment_picture=lost_picture)
    ann.call("DELETE", f"/delete-chatroom/{gone}/")
    erased = f"erasures/{gone}"
    wait_until("the erasure", lambda: not s3.list_objects_v2(Bucket=ids["AttachmentsBucket"], Prefix=erased)["KeyCount"])
    sender.stopped.set()
    sender.join()
    last = time.time()

    set_before = settings(dynamodb, tables, ids)
    s3.create_bucket(Bucket="restores")
    # The first moment is wrong: the second restore has to find the tables before the first, and nothing is deployed in between.
    restore(stack, int(last) + 1)
    began = time.monotonic()
    printed = restore(stack, moment)
    seconds = time.monotonic() - began
    print(printed)

    now = physical(stack)
    for name in RESTORED + EMPTIED:
        same(f"{name} is another table", now[name] != ids[name] and tables.exists(now[name]), True)
    same("the deleted room is named", f"that are back: {gone}" in printed, True)
    for client in (ann, bob, carol):
        client.call("GET", "/list-chatrooms/", expected=[401])
    carol.login(expected=[401])
    for client in (ann, bob):
        client.login()
    early = {message for message, at in sender.sent.items() if at < moment}
    late = {message for message, at in sender.sent.items() if at > moment + 1} | {lost}
    found = set(ann.messages(room))
    same("some were sent before and after the moment", (len(early) > 3, len(late) > 3), (True, True))
    same("messages acknowledged before the moment, and missing", early - found, set())
    same("messages sent after the moment, and still there", late & found, set())
    same("a message of another room", len(ann.messages(gone)), 1)
    same("the picture of the room that was deleted", picture_of(ann, gone), 200)
    same("the retry of a lost message is a new one", ann.send(room, "lost", client_id="lost") in found | late, False)
    dave = Client(url, f"dave-{tag}")
    same("an id is not assigned again", dave.register() > lost_user, True)
    same("a room's id neither", ann.call("POST", "/create-chatroom/", {"name": "Next"})["id"] > lost_room, True)
    same("the settings of the tables", settings(dynamodb, tables, now), set_before)
    same("the limits of the APIs", sorted(set(limits(now))), [5, 50, 1000])
    lost_key = f"attachments/{lost_picture}"
    same("the file of a lost message", s3.list_objects_v2(Bucket=now["AttachmentsBucket"], Prefix=lost_key)["KeyCount"], 0)

    print(
        f"{len(sender.sent) - len(early & found)} of {len(sender.sent)} messages are lost, those of {last - moment:.1f} s;",
        f"the restore took {seconds:.1f} s, against the emulator",
    )
    for table in set(dynamodb.list_tables()["TableNames"]) - set(now.values()):
        dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
        dynamodb.delete_table(TableName=table)
    state.write_text(json.dumps({"name": ann.name, "room": room, "messages": sorted(ann.messages(room)), "ids": now}))


def after(stack, url, state):
    state = json.loads(state.read_text())
    now = physical(stack)
    for name in RESTORED + EMPTIED:
        same(f"{name} after the deployment", now[name], state["ids"][name])
    ann = Client(url, state["name"])
    ann.login()
    same("the messages after the deployment", sorted(ann.messages(state["room"])), state["messages"])
    ann.send(state["room"], "after the deployment")
    print("the next deployment keeps the restored tables")


def main():
    phase, stack, url, state = sys.argv[1:]
    {"before": before, "after": after}[phase](stack, url, pathlib.Path(state))


if __name__ == "__main__":
    main()
