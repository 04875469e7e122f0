"""The code of an endpoint: the function, the use case, and the type of the body."""

import re
import textwrap

from .fields import FIELDS, PARAMETERS


def function(tree, endpoint):
    """Adds the module of the function: parse, call, respond."""
    arguments = ["&app.chat", "&caller"]
    helpers = ["Request", "Response"]
    for parameter in endpoint.parameters:
        helper = PARAMETERS[parameter][0]
        helpers.append(helper)
        arguments.append(f"{helper}(&request)?")
    if endpoint.fields:
        helpers.append("body")
        arguments.append("&body(&request)?")
    parts = "&[Part::Keys, Part::Sockets]" if endpoint.event else "&[Part::Keys]"
    text = f"""\
//! `{endpoint.route}`

use domain::Error;
use lambda::{{
    App, Fatal, Part,
    http::{{self, {", ".join(helpers)}, ok}},
}};
use serde_json::json;

pub(crate) async fn serve() -> Result<(), Fatal> {{
    http::serve(App::init({parts}).await?, handle).await
}}

async fn handle(app: &'static App, request: Request) -> Result<Response, Error> {{
    let caller = app.authenticate(&request).await?;
    chat::{endpoint.group}::{endpoint.snake}({", ".join(arguments)}).await?;
    ok(&json!({{"success": true}}))
}}
"""
    tree.create(f"functions/rest/src/{endpoint.group}/{endpoint.snake}.rs", text)

    def listed(match):
        names = sorted([*re.findall(r"\w+", match["names"]), endpoint.snake])
        line = f"    {endpoint.group} {{ {', '.join(names)} }}"
        if len(line) <= 120:
            return line
        # rustfmt leaves the arguments of the macro as they are.
        wrapped = textwrap.fill(", ".join(names), 120, initial_indent=" " * 8, subsequent_indent=" " * 8)
        return f"    {endpoint.group} {{\n{wrapped}\n    }}"

    tree.replace("functions/rest/src/main.rs", rf"^    {endpoint.group} \{{(?P<names>[\w,\s]*)\}}$", listed)


def list_module(tree, path, module, item):
    """Adds a module to the lists of its group, which rustfmt sorts."""
    tree.insert_first(path, "^mod ", f"mod {module};\n")
    tree.insert_first(path, "^pub use ", f"pub use {module}::{item};\n")


def use_case(tree, endpoint):
    """Adds the use case as far as it is known: it checks the membership, the message and the other user."""
    types = [FIELDS[name].type for name in endpoint.parameters]
    parameters = [f"{FIELDS[name].rust}: {FIELDS[name].type}" for name in endpoint.parameters]
    if endpoint.fields:
        types.append(endpoint.camel)
        parameters.append(f"input: &{endpoint.camel}")

    def value(name):
        return FIELDS[name].rust if name in endpoint.parameters else f"input.{FIELDS[name].rust}"

    errors, steps, uses, consistency = [], [], ["Caller", "Chat"], None
    if endpoint.room:
        errors += ["`RoomNotFound`", "`NotAMember`"]
        uses.append("rooms::access")
        steps.append(f"access::room(&chat.store, caller.user, {value('conversation_id')}).await?;")
    if endpoint.message:
        errors.append("`MessageNotFound`")
        room, message = value("conversation_id"), value("message_id")
        steps.append(f"let found = chat.store.message({room}, {message}).await?;")
        steps.append(f"found.ok_or_else(|| Refusal::MessageNotFound(vec![{message}]))?;")
    if endpoint.user:
        errors.append("`UserNotFound`")
        consistency = "Strong"
        user = value("user")
        steps.append(f"if chat.store.users([{user}], Consistency::Strong).await?.is_empty() {{")
        steps.append(f"return Err(Refusal::UserNotFound(vec![{user}]).into()); }}")
    if not endpoint.room:
        consistency = consistency or "Eventual"
        steps.append(f"chat.store.users([caller.user], Consistency::{consistency}).await?;")
    errors.append("`NotFound`")
    text = f"""\
use domain::{{{", ".join([*types, "Error", "Refusal"])}}};
{"use store::Consistency;" if consistency else ""}

use crate::{{{", ".join(uses)}}};

/// {endpoint.summary}.
///
/// # Errors
/// {", ".join(errors)}.
pub async fn {endpoint.snake}({", ".join(["chat: &Chat", "caller: &Caller", *parameters])}) -> Result<(), Error> {{
    {" ".join(steps)}
    Err(Refusal::NotFound.into())
}}
"""
    directory = f"shared/chat/src/{endpoint.group}"
    tree.create(f"{directory}/{endpoint.snake}.rs", text)
    list_module(tree, f"{directory}/mod.rs", endpoint.snake, endpoint.snake)


def input_type(tree, endpoint):
    """Adds the type of the body, and its line in the fuzz target."""
    if not endpoint.fields:
        return
    fields = [FIELDS[name] for name in endpoint.fields]
    types = sorted({"Fields", "Input", *(field.type for field in fields)})
    declared = "\n".join(f"    /// {field.doc}\n    pub {field.rust}: {field.type}," for field in fields)
    read = "\n".join(f'        let {FIELDS[name].rust} = fields.required("{name}");' for name in endpoint.fields)
    text = f"""\
use crate::{{{", ".join(types)}}};

/// The body of `{endpoint.route}`.
#[derive(Clone, Debug)]
pub struct {endpoint.camel} {{
{declared}
}}

impl Input for {endpoint.camel} {{
    fn read(fields: &mut Fields) -> Option<Self> {{
{read}
        Some(Self {{ {", ".join(f"{field.rust}: {field.rust}?" for field in fields)} }})
    }}
}}
"""
    tree.create(f"shared/domain/src/{endpoint.group}/{endpoint.snake}.rs", text)
    list_module(tree, f"shared/domain/src/{endpoint.group}/mod.rs", endpoint.snake, endpoint.camel)
    target = "infra/fuzz/targets/http_event.rs"
    tree.insert(target, "    path(request);\n    query(request);\n", f"    read::<{endpoint.camel}>(request);\n")
    tree.insert(target, "use domain::{", f"{endpoint.camel}, ", after=True)
