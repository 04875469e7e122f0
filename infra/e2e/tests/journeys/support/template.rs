//! The functions and routes of `template.yaml`.

use std::collections::{BTreeMap, BTreeSet};

use saphyr::Yaml;

use super::repository::{read, yaml};

/// A function, and how clients reach it.
pub(crate) struct Function {
    /// The short name, such as `send-message`.
    pub(crate) name: String,
    pub(crate) directory: String,
    /// Method and path of each route of the HTTP API.
    pub(crate) routes: BTreeSet<(String, String)>,
    /// Each table with an action that writes to it.
    pub(crate) writes: BTreeSet<String>,
    /// Whether it may push to sockets.
    pub(crate) pushes: bool,
}

/// The text of the template with its only occurrence of `lines` replaced.
pub(crate) fn with(lines: &str, others: &str) -> String {
    let template = read("template.yaml");
    assert_eq!(template.matches(lines).count(), 1, "{lines}");
    template.replace(lines, others)
}

/// All functions.
pub(crate) fn functions() -> Vec<Function> {
    let template = yaml("template.yaml");
    resources(&template)
        .map(|(id, resource)| {
            let statements = statements(&resource["Properties"]);
            let of = |is: fn(&str) -> bool| {
                let granted = statements.iter().filter(move |(actions, _)| actions.iter().any(|action| is(action)));
                granted.flat_map(|(_, resources)| resources.clone())
            };
            let tables = of(is_write).filter_map(|resource| resource.strip_suffix("Table.Arn").map(str::to_owned));
            Function {
                name: short_name(&template, resource),
                directory: property(&template, resource, "CodeUri").unwrap_or_default(),
                routes: routes(&template, id, resource),
                writes: tables.collect(),
                pushes: of(|action| action == "execute-api:ManageConnections")
                    .any(|resource| resource.contains("/POST/")),
            }
        })
        .collect()
}

/// The routes of the WebSocket API, each with its function's short name.
pub(crate) fn socket_routes() -> BTreeMap<String, String> {
    let template = yaml("template.yaml");
    let functions: BTreeMap<&str, &Yaml> = resources(&template).collect();
    let routes = template["Resources"]["WebSocketApi"]["Properties"]["Routes"].as_mapping().unwrap();
    let routes = routes.iter().map(|(route, integration)| {
        let alias = text(&integration["FunctionArn"]).unwrap();
        let id = alias.strip_suffix(".Alias").unwrap();
        (route.as_str().unwrap().to_owned(), short_name(&template, functions[id]))
    });
    routes.collect()
}

/// Each function's logical id and resource.
fn resources<'a>(template: &'a Yaml<'static>) -> impl Iterator<Item = (&'a str, &'a Yaml<'static>)> {
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let resources = resources.filter(|(_, resource)| resource["Type"].as_str() == Some("AWS::Serverless::Function"));
    resources.map(|(id, resource)| (id.as_str().unwrap(), resource))
}

/// The handler that Lambda asks for, which names the function in its log.
fn short_name(template: &Yaml, resource: &Yaml) -> String {
    property(template, resource, "Handler").expect("each function has a handler")
}

/// A property of a function, or that of all functions.
fn property(template: &Yaml, resource: &Yaml, name: &str) -> Option<String> {
    let own = resource["Properties"].as_mapping_get(name);
    let property = own.or_else(|| template["Globals"]["Function"].as_mapping_get(name));
    property.and_then(text).map(str::to_owned)
}

/// Method and path of each route that leads to a function: of its events, and of the HTTP API's own definition.
fn routes(template: &Yaml, id: &str, resource: &Yaml) -> BTreeSet<(String, String)> {
    let events = resource["Properties"].as_mapping_get("Events").and_then(Yaml::as_mapping);
    let events = events.into_iter().flat_map(|events| events.values());
    let events = events.filter(|event| event["Type"].as_str() == Some("HttpApi"));
    let route = |event: &Yaml| ["Method", "Path"].map(|name| event["Properties"][name].as_str().unwrap().to_owned());
    let mut routes: BTreeSet<(String, String)> = events.map(route).map(Into::into).collect();
    let definition = template["Resources"]["HttpApi"]["Properties"].as_mapping_get("DefinitionBody");
    let paths = definition.and_then(|definition| definition["paths"].as_mapping());
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_mapping().unwrap() {
            let integration = operation.as_mapping_get("x-amazon-apigateway-integration");
            let uri = integration.and_then(|integration| text(&integration["uri"]));
            if uri.is_some_and(|uri| uri.contains(&format!("${{{id}.Arn}}"))) {
                routes.insert((method.as_str().unwrap().to_uppercase(), path.as_str().unwrap().to_owned()));
            }
        }
    }
    routes
}

/// Actions and resources of each statement below a node.
fn statements(node: &Yaml) -> Vec<(Vec<String>, Vec<String>)> {
    match node {
        Yaml::Mapping(mapping) => {
            let named = |name| node.as_mapping_get(name).map(texts);
            match (named("Action"), named("Resource")) {
                (Some(actions), Some(resources)) => vec![(actions, resources)],
                _ => mapping.values().flat_map(statements).collect(),
            }
        }
        Yaml::Sequence(nodes) => nodes.iter().flat_map(statements).collect(),
        Yaml::Tagged(_, node) => statements(node),
        _ => Vec::new(),
    }
}

fn is_write(action: &str) -> bool {
    action.strip_prefix("dynamodb:").is_some_and(|operation| {
        ["BatchWrite", "Delete", "Put", "Update"].iter().any(|verb| operation.starts_with(verb))
    })
}

/// A text, or each text of a list.
fn texts(node: &Yaml) -> Vec<String> {
    match node.as_sequence() {
        Some(nodes) => nodes.iter().filter_map(text).map(str::to_owned).collect(),
        None => text(node).map(str::to_owned).into_iter().collect(),
    }
}

/// A text, whatever its tag: `!Ref`, `!GetAtt` or `!Sub`.
fn text<'a>(node: &'a Yaml<'_>) -> Option<&'a str> {
    match node {
        Yaml::Tagged(_, node) => node.as_str(),
        node => node.as_str(),
    }
}
