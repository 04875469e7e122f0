"""The tests of an endpoint: the use case, journeys, crash points, and costs."""

import json

from .fields import FIELDS


def use_case_test(tree, endpoint):
    """The first test of the use case."""
    scene = ["let world = world().await;"]
    two = endpoint.room or endpoint.user
    scene.append('let [ann, bob] = world.users(["ann", "bob"]).await;' if two else 'let ann = world.user("ann").await;')
    if endpoint.room:
        scene.append("let room = ann.makes_room(&[&bob]).await;")
    if endpoint.message:
        scene.append('let message = ann.sends(room, "hello").await;')
    hears = ""
    if endpoint.event:
        scene.append('bob.has_socket("phone").await;')
        hears = f'assert_eq!(world.gateway.types("phone"), ["{endpoint.event}"]);'
    types = [FIELDS[name].type for name in endpoint.fields if "::" in FIELDS[name].use_case]
    arguments = ["&world.chat", "&ann.caller", *(FIELDS[name].use_case for name in endpoint.parameters)]
    if endpoint.fields:
        types.append(endpoint.camel)
        values = [(FIELDS[name].rust, FIELDS[name].use_case) for name in endpoint.fields]
        given = ", ".join(name if name == value else f"{name}: {value}" for name, value in values)
        scene.append(f"let input = {endpoint.camel} {{ {given} }};")
        arguments.append("&input")
    test = f"{endpoint.who()}_succeeds{'_and_the_room_gets_the_event' if endpoint.event else ''}"
    text = f"""\
use chat::{endpoint.group}::{endpoint.snake};
{f"use domain::{{{', '.join(types)}}};" if types else ""}

use crate::support::world;

#[tokio::test]
async fn {test}() {{
    {" ".join(scene)}
    {endpoint.snake}({", ".join(arguments)}).await.unwrap();
    {hears}
}}
"""
    tree.create(f"shared/chat/tests/chat/{endpoint.group}/{endpoint.snake}.rs", text)
    # rustfmt sorts the list.
    main = "shared/chat/tests/chat/main.rs"
    tree.insert(main, f"mod {endpoint.group} {{\n", f"    mod {endpoint.snake};\n", after=True)


def path_in_rust(endpoint, values):
    """Returns a Rust expression for the path, with these values for its parameters."""
    if not endpoint.parameters:
        return f'"{endpoint.path}/"'
    inline, given = endpoint.path + "/", []
    for name in endpoint.parameters:
        value = values[name]
        inline = inline.replace(f"{{{name}}}", f"{{{value}}}" if value.isidentifier() else "{}")
        if not value.isidentifier():
            given.append(value)
    return f"&format!({', '.join([json.dumps(inline), *given])})"


def object_in_rust(endpoint, kind):
    return "json!({" + ", ".join(f'"{name}": {getattr(FIELDS[name], kind)}' for name in endpoint.fields) + "})"


def call_in_rust(endpoint, user, kind):
    path = path_in_rust(endpoint, {name: getattr(FIELDS[name], kind) for name in endpoint.parameters})
    body = f", &{object_in_rust(endpoint, kind)}" if endpoint.method == "POST" else ""
    return f"{user}.{endpoint.method.lower()}({path}{body}).await"


def journeys(tree, endpoint):
    """Adds the tests: the row of the authorization matrix, journeys, crash points and the cost."""
    row = "for_members" if endpoint.room else "for_everybody"
    if endpoint.fields:
        ask = f"|{'world' if endpoint.names - {'text', 'name'} else '_'}| Ask::Rest({object_in_rust(endpoint, 'row')})"
    else:
        ask = "|_| Ask::Rest(Value::Null)"
    parameters, given = ["user: &User"], []
    if endpoint.user:
        parameters.append("other: &User")
        given.append("&bob")
    if endpoint.room:
        parameters.append("room: u64")
        given.append("room")
    if endpoint.message:
        parameters.append("message: &Value")
        given.append("&message")

    def asks(user, **instead):
        values = [instead.get(value.lstrip("&"), value) for value in given]
        return f"asks({', '.join([f'&{user}', *values])}).await"

    scene = []
    if endpoint.room:
        scene.append("let room = ann.creates_room_with(&[&bob]).await;")
    if endpoint.message:
        scene.append('let message = ann.sends(room, "hello").await;')
    two = endpoint.room or endpoint.user
    users = 'let [ann, bob] = server.users(["ann", "bob"]).await;' if two else 'let ann = server.user("ann").await;'
    listener = "let mut at_bobs = bob.opens_socket(room).await;" if endpoint.event else ""
    hears = f'assert_eq!(at_bobs.next_of("{endpoint.event}").await["conversation"], room);' if endpoint.event else ""
    begin = f"let server = Server::start().await;\n    {users}"
    test = f"{endpoint.who()}_gets_the_answer{'_and_the_room_the_event' if endpoint.event else ''}"
    tests = f"""
#[tokio::test]
async fn {test}() {{
    {begin}
    {" ".join(scene)}
    {listener}
    assert_eq!({asks("ann")}.is(200), json!({{"success": true}}));
    {hears}
}}
"""
    if endpoint.room:
        tests += f"""
#[tokio::test]
async fn a_room_that_one_is_not_in() {{
    {begin}
    let room = ann.creates_room().await;
    {'let message = ann.sends(room, "hello").await;' if endpoint.message else ""}
    {asks("bob")}.refuses(403, "not_a_member");
    {asks("bob", room="9_007_199_254_740_991")}.refuses(404, "room_not_found");
}}
"""
    if endpoint.message:
        tests += f"""
#[tokio::test]
async fn a_message_of_another_room() {{
    {begin}
    let room = ann.creates_room_with(&[&bob]).await;
    let elsewhere = ann.creates_room_with(&[&bob]).await;
    let message = ann.sends(elsewhere, "hello").await;
    {asks("ann")}.refuses(404, "message_not_found");
}}
"""
    if endpoint.event:
        tests += f"""
#[tokio::test]
async fn a_dead_socket_is_forgotten() {{
    let Some(server) = connections::server().await else {{ return }};
    {users}
    {" ".join(scene)}
    {listener}
    let call = async {{ {asks("ann")}.is(200) }};
    connections::meets_dead_socket("{endpoint.event}", &bob, &mut at_bobs, call).await;
}}
"""
    if endpoint.fields:
        path = path_in_rust(endpoint, {name: "1" for name in endpoint.parameters})
        empty = f"let empty = ann.post({path}, &json!({{}})).await;"
        if "room" in {FIELDS[name].rust for name in endpoint.parameters}:
            empty = "let room = ann.creates_room().await; " + empty.replace("{}", "{room}", 1).replace(", 1", "", 1)
        blames = " ".join(f'empty.blames("{name}");' for name in endpoint.fields)
        tests += f"""
#[tokio::test]
async fn a_missing_field_is_named() {{
    let server = Server::start().await;
    let ann = server.user("ann").await;
    {empty}
    {blames}
}}
"""
    tests += f"""
#[tokio::test]
async fn a_call_that_is_made_again_succeeds() {{
    let Some(server) = crashes::server().await else {{ return }};
    {users}
    let points = crash_points(&server, "{endpoint.name}", async |crash| {{
        {" ".join(scene)}
        {"let _listening = bob.opens_socket(room).await;" if endpoint.event else ""}
        crash.is_near().await;
        let answer = {asks("ann")};
        if crash.has_struck().await {{
            answer.is_broken();
            {asks("ann")}.is(200);
        }} else {{
            answer.is(200);
        }}
    }})
    .await;
    assert!(points >= 4, "{{points}}");
}}

#[tokio::test]
async fn what_it_costs() {{
    let Some(server) = costs::server().await else {{ return }};
    {users}
    {" ".join(scene)}
    {listener}
    {asks("ann")}.is(200);
    {hears}
    let cost = Cost {{ calls: 0, depth: 0, reads: 0.0, writes: 0.0, pushes: 0 }};
    assert_eq!(server.cost("{endpoint.name}").await, cost);
}}
"""
    value = "use serde_json::{Value, json};" if endpoint.message or not endpoint.fields else "use serde_json::json;"
    text = f"""\
//! `{endpoint.route}`

use e2e::{{Answer, Cost, Server, User, crash_points}};
{value}

use crate::support::{{{"connections, " if endpoint.event else ""}costs, crashes, rows::{{Ask, Row}}}};

inventory::submit!(Row::{row}("{endpoint.route}", {ask}));

async fn asks({", ".join(parameters)}) -> Answer {{
    {call_in_rust(endpoint, "user", "journey")}
}}
{tests}"""
    tree.create(f"infra/e2e/tests/journeys/{endpoint.group}/{endpoint.snake}.rs", text)


def cost(tree, endpoint):
    """The operation whose row the table of infra/docs/costs.md gets. The sender of `message` calls."""
    hear = f'    all_hear(sockets, "{endpoint.event}").await;\n' if endpoint.event else ""
    # `world` is borrowed by the call, and `room` and `message` are values.
    call = call_in_rust(endpoint, "world.people[2]", "costs")
    text = f"""\
    {call}.is(200);
{hear}    world.rest("{endpoint.name.replace("-", " ")}", "{endpoint.name}").await;
"""
    tree.insert("infra/load/tests/costs/main.rs", '    sockets[0].sends(&json!({"type": "ping"})).await;\n', text)
