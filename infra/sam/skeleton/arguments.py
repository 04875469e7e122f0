"""The endpoint that the arguments of infra/scripts/endpoint describe: checks, and names in code and template."""

import re

from .fields import FIELDS, PARAMETERS
from .tree import ROOT, Refused

# The group of an endpoint, by a word of its name. The first match counts, so that `list-room-messages` is about
# messages.
GROUPS = {
    "messages": ("message", "reaction", "draft"),
    "attachments": ("attachment", "picture", "video"),
    "rooms": ("chatroom", "room", "member", "invite", "invitation"),
    "accounts": ("user", "auth", "session", "password", "account", "profile", "login", "logout"),
}
METHODS = ("GET", "POST", "DELETE")
KEYWORDS = set(
    "abstract as async await become box break const continue crate do dyn else enum extern false final fn for gen if "
    "impl in let loop macro match mod move mut override priv pub ref return self static struct super trait true try "
    "type typeof union unsafe unsized use virtual where while yield".split()
)
WORDS = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"


class Endpoint:
    """The endpoint that the arguments describe."""

    def __init__(self, arguments):
        self.name = arguments.name
        if not re.fullmatch(WORDS, self.name):
            raise Refused(f"{self.name} is not a name: use small letters, digits and hyphens, such as edit-message")
        self.snake = self.name.replace("-", "_")
        if self.snake in KEYWORDS:
            raise Refused(f"{self.name} is a keyword of Rust, and so cannot be the name of a module")
        self.camel = "".join(word.capitalize() for word in self.name.split("-"))
        self.operation = self.camel[0].lower() + self.camel[1:]
        self.resource = f"{self.camel}Function"
        self.method = arguments.method.upper()
        if self.method not in METHODS:
            raise Refused(f"{arguments.method} is not a method of this API: it has {', '.join(METHODS)}")
        self.path = arguments.path.rstrip("/")
        self.parameters = re.findall(r"\{(.*?)\}", self.path)
        if not re.fullmatch(rf"(?:/(?:{WORDS}|\{{[a-z_]+\}}))+", self.path) or self.path.startswith("/{"):
            raise Refused(f"{arguments.path} is not a path: use /{self.name} or /{self.name}/{{conversation_id}}")
        for parameter in self.parameters:
            if parameter not in PARAMETERS or self.parameters.count(parameter) > 1:
                known = ", ".join(PARAMETERS)
                raise Refused(f"the path cannot have {{{parameter}}}: its parameters are {known}, each once")
        self.group = arguments.group or self.derived_group()
        self.tag = self.group.capitalize()
        self.fields = self.named_fields(arguments.fields)
        self.event = arguments.event
        if self.event and not re.fullmatch(r"[a-z]+(?:_[a-z]+)*", self.event):
            raise Refused(f"{self.event} is not a type of an event: use small letters and underscores, such as edited")
        self.names = {*self.parameters, *self.fields}
        self.room = "conversation_id" in self.names
        self.message = "message_id" in self.names
        self.user = "user" in self.names
        if self.message and not self.room:
            raise Refused("message_id needs conversation_id: a message is found by its room and its id")
        if self.event and not self.room:
            raise Refused("an event goes to a room: the endpoint needs conversation_id")
        self.summary = (arguments.summary or sentence(self.name)).rstrip(".")
        if not re.fullmatch(r"[A-Z][^\n{}:#'\"\\]*", self.summary):
            raise Refused(
                "the summary is one sentence that begins with a capital letter, without quotes, colons, # and braces"
            )
        self.route = f"{self.method} {self.path}/"

    def derived_group(self):
        for group, words in GROUPS.items():
            if any(re.search(rf"(?:^|-){word}s?(?:-|$)", self.name) for word in words):
                return group
        raise Refused(f"the group of {self.name} is not clear: add --group {'|'.join(GROUPS)}")

    def named_fields(self, text):
        if text is None:
            if self.method != "POST" or self.parameters:
                return []
            return {"messages": ["conversation_id", "message_id"], "accounts": []}.get(self.group, ["conversation_id"])
        names = [name for name in text.split(",") if name]
        if names and self.method != "POST":
            raise Refused(f"a {self.method} has no body: put ids into the path")
        for name in names:
            if name not in FIELDS:
                known = ", ".join(FIELDS)
                raise Refused(f"the script does not know the field {name}: it knows {known}; add others by hand")
            if names.count(name) > 1 or name in self.parameters:
                raise Refused(f"{name} is there twice")
        return names

    def who(self):
        """Returns the caller of a successful call, as a part of the name of a test."""
        return "a_member" if self.room else "a_user"

    def summary_below(self):
        """Returns the summary as a part of a sentence."""
        return self.summary[0].lower() + self.summary[1:]


def sentence(name):
    """Returns a sentence from a name: `Edits a message` for edit-message."""
    verb, *rest = name.split("-")
    if re.search("[^aeiou]y$", verb):
        verb = f"{verb[:-1]}ies"
    else:
        verb += "es" if re.search("(s|x|z|ch|sh)$", verb) else "s"
    noun = " ".join(rest)
    article = "" if not noun or noun.endswith("s") else "an " if noun[0] in "aeio" else "a "
    return f"{verb.capitalize()} {article}{noun}".strip()


def refuse_existing(endpoint):
    template = (ROOT / "template.yaml").read_text()
    if f"  {endpoint.resource}:\n" in template or f"Handler: {endpoint.name}\n" in template:
        raise Refused(f"there is a function {endpoint.name} already")
    if re.search(rf"^          {re.escape(endpoint.path)}: \{{{endpoint.method.lower()}:", template, re.MULTILINE):
        raise Refused(f"there is a route {endpoint.method} {endpoint.path} already")
    methods = described_methods((ROOT / "infra/openapi.yaml").read_text(), endpoint.path)
    if methods and endpoint.method not in methods:
        raise Refused(f"there is a path {endpoint.path}/ already: add a second method to it by hand")


def described_methods(description, path):
    """Returns the methods that a path has in openapi.yaml."""
    _, _, rest = description.partition(f"\n  {path}/:\n")
    described = re.match(r"(?:    .*\n|\n(?=    ))*", rest)[0]
    return {method.upper() for method in re.findall(r"^    (\w+):$", described, re.MULTILINE)} - {"PARAMETERS"}
