//! The repository itself: nothing in it is left out of the template, nor of these journeys.

use std::{collections::BTreeSet, fs, path::Path};

use reqwest::Method;
use saphyr::{LoadableYamlNode as _, Yaml};

use crate::authentication::CALLS;

/// They give the token that all others need, and the page that asks for it.
const PUBLIC: [&str; 3] = ["/", "/auth/login", "/auth/register"];

struct Function {
    directory: String,
    binary: String,
    /// Method and path of each HTTP event.
    routes: BTreeSet<(String, String)>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

fn functions() -> Vec<Function> {
    let text = fs::read_to_string(root().join("template.yaml")).unwrap();
    let documents = Yaml::load_from_str(&text).unwrap();
    let resources = documents[0]["Resources"].as_mapping().unwrap();
    let is_function = |resource: &&Yaml| resource["Type"].as_str() == Some("AWS::Serverless::Function");
    resources.values().filter(is_function).map(function).collect()
}

fn function(resource: &Yaml) -> Function {
    let properties = &resource["Properties"];
    let event = |event: &Yaml| {
        let [method, path] = ["Method", "Path"].map(|name| event["Properties"][name].as_str().unwrap().to_owned());
        (method, path)
    };
    let events = properties.as_mapping_get("Events").and_then(Yaml::as_mapping);
    Function {
        directory: properties["CodeUri"].as_str().unwrap().to_owned(),
        binary: resource["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap().to_owned(),
        routes: events.into_iter().flat_map(|events| events.values().map(event)).collect(),
    }
}

/// The route of a function that has one, without the other for its trailing slash.
fn route(function: &Function) -> Option<&(String, String)> {
    function.routes.iter().find(|(_, path)| !path.ends_with("/{proxy+}"))
}

#[test]
fn every_crate_of_a_function_is_in_the_template_and_the_reverse() {
    let crates: BTreeSet<String> = fs::read_dir(root().join("functions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let functions = functions();
    let in_template: BTreeSet<String> = functions.iter().map(|function| function.binary.clone()).collect();
    assert_eq!(in_template, crates);
    for Function { directory, binary, .. } in functions {
        assert_eq!(directory, format!("functions/{binary}"));
    }
}

#[test]
fn every_route_is_there_with_its_trailing_slash() {
    // The page is nothing but a slash, and the page alone names its assets.
    let is_called = |function: &&Function| !function.routes.is_empty() && function.binary != "web-client";
    for function in functions().iter().filter(is_called) {
        let (method, path) = route(function).unwrap();
        let both = [path.clone(), format!("{path}/{{proxy+}}")].map(|path| (method.clone(), path));
        assert_eq!(function.routes, BTreeSet::from(both), "{}", function.binary);
    }
}

#[test]
fn every_route_but_the_public_ones_is_called_without_a_token() {
    let called: BTreeSet<(Method, String)> = CALLS.map(|(method, path)| (method, path.to_owned())).into();
    let functions = functions();
    let needs_token = |(_, path): &&(String, String)| !PUBLIC.contains(&path.as_str());
    let routes = functions.iter().filter_map(route).filter(needs_token);
    let routes: BTreeSet<(Method, String)> =
        routes.map(|(method, path)| (method.parse().unwrap(), path.clone())).collect();
    assert_eq!(called, routes);
}

#[test]
fn every_endpoint_has_its_journeys() {
    for function in functions().iter().filter(|function| !function.routes.is_empty()) {
        let journeys = format!("infra/e2e/tests/journeys/{}.rs", function.binary.replace('-', "_"));
        assert!(root().join(&journeys).is_file(), "{journeys} is missing");
    }
}
