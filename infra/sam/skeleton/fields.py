"""The fields and parameters that the skeleton of an endpoint can fill in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """A field of a body: its Rust name and type, its schema, and its values.

    The values are for an event, a row of the authorization matrix, a journey, costs.rs and the test of a use case.
    """

    rust: str
    type: str
    doc: str
    schema: str
    event: str
    row: str
    journey: str
    costs: str
    use_case: str


# The fields that the script knows. A field of a new type is added by hand, with its type.
FIELDS = {
    "conversation_id": Field(
        "room", "RoomId", "The room.", "{$ref: '#/components/schemas/Id'}", "1", "world.room", "room", "room", "room"
    ),
    "message_id": Field(
        "message",
        "MessageId",
        "The message.",
        "{$ref: '#/components/schemas/MessageId'}",
        "$MESSAGE_ID",
        'world.message["id"]',
        'message["id"]',
        'message["id"]',
        "message.id",
    ),
    "user": Field(
        "user",
        "UserId",
        "The other user.",
        "{$ref: '#/components/schemas/Id'}",
        "1",
        "world.other_member.id",
        "other.id",
        "world.people[3].id",
        "bob.id()",
    ),
    "text": Field(
        "text",
        "Text",
        "The text.",
        "{type: string, minLength: 1, maxLength: 4096, examples: [Hello again]}",
        '"Hello again"',
        '"Hello again"',
        '"Hello again"',
        '"Hello again"',
        'Text::try_from("Hello again".to_owned()).unwrap()',
    ),
    "name": Field(
        "name",
        "RoomName",
        "The name.",
        "{type: string, minLength: 1, maxLength: 255, examples: [Garden]}",
        '"Garden"',
        '"Garden"',
        '"Garden"',
        '"Garden"',
        'RoomName::try_from("Garden".to_owned()).unwrap()',
    ),
}
# The parameters that functions and journeys can fill in: the function of `lambda::http` that reads each, and its
# schema.
PARAMETERS = {"conversation_id": ("room", "ConversationId"), "message_id": ("message", "MessageId")}
