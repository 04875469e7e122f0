//! The calls that `openapi.yaml` describes.

use reqwest::Method;
use saphyr::Yaml;

use super::repository::yaml;

/// All calls that need a token: method and path, without the slash at its end.
pub(crate) fn calls() -> Vec<(Method, String)> {
    operations().into_iter().filter(|(.., public)| !public).map(|(method, path, _)| (method, path)).collect()
}

/// All calls: method, path without the slash at its end, and whether the call needs no token.
pub(crate) fn operations() -> Vec<(Method, String, bool)> {
    let openapi = yaml("infra/openapi.yaml");
    let mut operations = Vec::new();
    for (path, item) in openapi["paths"].as_mapping().unwrap() {
        let path = path.as_str().unwrap();
        for (method, operation) in item.as_mapping().unwrap() {
            // An item has the parameters of all its operations beside them.
            if operation.as_mapping().is_none() {
                continue;
            }
            let method = method.as_str().unwrap().to_uppercase().parse::<Method>().unwrap();
            let security = operation.as_mapping_get("security").and_then(Yaml::as_sequence);
            let path = if path == "/" { path } else { path.trim_end_matches('/') };
            operations.push((method, path.to_owned(), security.is_some_and(Vec::is_empty)));
        }
    }
    operations
}

/// The paths whose `POST` takes a body.
pub(crate) fn paths_with_body() -> Vec<String> {
    let openapi = yaml("infra/openapi.yaml");
    let paths = openapi["paths"].as_mapping().unwrap().iter();
    let takes_body =
        |item: &Yaml| item.as_mapping_get("post").is_some_and(|post| post.contains_mapping_key("requestBody"));
    paths.filter(|(_, item)| takes_body(item)).map(|(path, _)| path.as_str().unwrap().to_owned()).collect()
}

/// The paths whose `GET` responds with a list.
pub(crate) fn lists() -> Vec<String> {
    let openapi = yaml("infra/openapi.yaml");
    let is_list = |operation: &Yaml| {
        let response = operation.as_mapping_get("responses")?.as_mapping_get("200")?;
        let referred = response.as_mapping_get("$ref").and_then(Yaml::as_str).and_then(|name| name.rsplit('/').next());
        let response = match referred {
            Some(name) => openapi.as_mapping_get("components")?.as_mapping_get("responses")?.as_mapping_get(name)?,
            None => response,
        };
        let json = response.as_mapping_get("content")?.as_mapping_get("application/json")?;
        (json.as_mapping_get("schema")?.as_mapping_get("type")?.as_str()? == "array").then_some(())
    };
    let paths = openapi["paths"].as_mapping().unwrap().iter();
    let lists = paths.filter(|(_, item)| item.as_mapping_get("get").and_then(is_list).is_some());
    lists.map(|(path, _)| path.as_str().unwrap().to_owned()).collect()
}

/// A path with these ids for its parameters. The id of the room stands for that of a session, which is never one.
pub(crate) fn with_ids(path: &str, room: &str, message: &str) -> String {
    let path = path.replace("{conversation_id}", room).replace("{message_id}", message).replace("{id}", room);
    assert!(!path.contains('{'), "{path} has a parameter that the journeys know no value for");
    path
}
