"""Adds the rules of several fields, which infra/openapi.yaml has in words, to the schemas that Schemathesis reads.

So valid requests keep these rules, and each rule is broken by an invalid one.
"""

import schemathesis

GIVEN = {"type": "string"}


def one_of(**fields):
    """A schema that requires a field, not null, of this schema."""
    return [{"required": [name], "properties": {name: schema}} for name, schema in fields.items()]


RULES = {
    "Draft": {
        "anyOf": one_of(
            text={"type": "string", "minLength": 1}, attachment_picture=GIVEN, attachment_video=GIVEN
        )
    },
    "JoinRequest": {"oneOf": one_of(chatroom_id={"type": "integer"}, invite=GIVEN)},
    "NewAttachment": {
        "oneOf": [
            {
                "properties": {
                    "kind": {"const": "picture"},
                    "content_type": {"enum": ["image/gif", "image/jpeg", "image/png", "image/webp"]},
                    "size": {"maximum": 16 * 1024 * 1024},
                }
            },
            {
                "required": ["conversation_id"],
                "properties": {
                    "kind": {"const": "video"},
                    "conversation_id": {"type": "integer"},
                    "content_type": {"enum": ["video/3gpp", "video/mp4", "video/quicktime", "video/webm"]},
                },
            },
        ]
    },
}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    schemas = raw_schema["components"]["schemas"]
    for name, rule in RULES.items():
        schemas[name] |= rule
