"""Chats with the generated client: registers, sends a text and a picture to a room, and lists both messages.

    PYTHONPATH=CLIENT chat.py URL
"""

import struct
import sys
import uuid
import zlib

import chat_api
import urllib3
from chat_api import models


def png():
    """A picture of one pixel."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def upload(attachments, room, picture):
    """Announces and uploads a picture, and returns its id."""
    announced = attachments.create_attachment(
        models.NewAttachment(
            conversation_id=room, kind="picture", content_type="image/png", size=len(picture), name="dot.png"
        )
    )
    form = announced.upload
    fields = form.fields | {"file": ("dot.png", picture, "image/png")}
    answer = urllib3.request(form.method, form.url, fields=fields)
    assert answer.status < 300, answer.data
    return announced.id


def main(url):
    # The first answers for an attachment are 503 with `Retry-After`, until its check has ended.
    retries = urllib3.Retry(10, status_forcelist=[503], allowed_methods=None)
    configuration = chat_api.Configuration(host=url, retries=retries)
    client = chat_api.ApiClient(configuration)
    accounts, rooms = chat_api.AccountsApi(client), chat_api.RoomsApi(client)
    attachments, messages = chat_api.AttachmentsApi(client), chat_api.MessagesApi(client)

    name, password = f"gen-{uuid.uuid4().hex[:12]}", "correct horse battery"
    user = accounts.register(models.Registration(username=name, password=password))
    session = accounts.login(models.LoginAttempt(username=name, password=password))
    configuration.access_token = session.access_token

    room = rooms.create_chatroom(models.RoomCreation(name="Generated")).id
    text = messages.send_message(models.Draft(conversation_id=room, text="Hello", client_id="1"))
    picture = upload(attachments, room, png())
    shown = messages.send_message(models.Draft(conversation_id=room, attachment_picture=picture))
    assert shown.attachment_picture.id == picture, shown

    listed = messages.list_conversation_messages(room)
    assert [message.id for message in listed] == [text.id, shown.id], listed
    assert [summary.unread for summary in rooms.list_chatrooms() if summary.id == room] == [0]
    later = models.User.from_dict(user.to_dict() | {"of_a_later_version": 1})
    assert (later.id, later.username) == (user.id, name), later
    try:
        messages.send_message(models.Draft(conversation_id=room))
    except chat_api.ApiException as refusal:
        assert refusal.data.code == "invalid_request", refusal
    else:
        raise AssertionError("a message without a content was taken")
    print(f"{name} has chatted with the generated client")


main(sys.argv[1])
