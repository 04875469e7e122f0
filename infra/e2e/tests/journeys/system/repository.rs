//! The repository: its modules, template, descriptions and documents are complete and agree with one another.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::support::{
    asyncapi::frames,
    openapi::operations,
    repository::{entries, read, root, yaml},
    template::{Function, functions, socket_routes},
};

/// The endpoints that need no access token: they create the user or the token, or show the build.
const PUBLIC: [&str; 4] = ["/auth/login", "/auth/refresh", "/auth/register", "/version"];
/// The functions that serve files, without a token.
const PAGES: [&str; 2] = ["docs", "web-client"];

/// The keys of the object at `path` in a file.
fn keys(file: &str, path: &[&str]) -> BTreeSet<String> {
    let document = yaml(file);
    let object = path.iter().fold(&document, |object, name| &object[*name]);
    object.as_mapping().unwrap().keys().map(|key| key.as_str().unwrap().to_owned()).collect()
}

/// The functions of the REST API.
fn endpoints() -> impl Iterator<Item = Function> {
    functions().into_iter().filter(|function| !function.routes.is_empty() && !PAGES.contains(&function.name.as_str()))
}

/// The route of a function, without its other one for the trailing slash.
fn route(function: &Function) -> Option<&(String, String)> {
    function.routes.iter().find(|(_, path)| !path.ends_with("/{proxy+}"))
}

/// The functions of a package: its modules that serve. Empty if the package itself is the function.
fn modules(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(modules(&path));
        } else if fs::read_to_string(&path).unwrap().contains("pub(crate) async fn serve(") {
            found.push(path.file_stem().unwrap().to_str().unwrap().replace('_', "-"));
        }
    }
    found
}

#[test]
fn every_module_of_a_function_is_in_the_template_and_the_reverse() {
    let mut there = BTreeSet::new();
    for entry in fs::read_dir(root().join("functions")).unwrap() {
        let package = entry.unwrap().file_name().into_string().unwrap();
        let mut names = modules(&root().join("functions").join(&package).join("src"));
        if names.is_empty() {
            names.push(package.clone());
        }
        there.extend(names.into_iter().map(|name| (format!("functions/{package}"), name)));
    }
    let in_template = functions().into_iter().map(|Function { directory, name, .. }| (directory, name));
    assert_eq!(there, in_template.collect());
}

/// A module that is not listed is not compiled, and a function whose module is not listed does not start.
#[test]
fn every_executable_lists_the_modules_of_its_functions() {
    for package in fs::read_dir(root().join("functions")).unwrap() {
        let source = package.unwrap().path().join("src");
        let main = fs::read_to_string(source.join("main.rs")).unwrap();
        let Some((_, listed)) = main.split_once("lambda::functions! {") else {
            assert!(modules(&source).is_empty(), "{} lists no functions", source.display());
            continue;
        };
        let listed: BTreeSet<&str> =
            listed.split(|character: char| !(character.is_alphanumeric() || character == '_')).collect();
        for module in modules(&source) {
            assert!(listed.contains(module.replace('-', "_").as_str()), "{}/main.rs lacks {module}", source.display());
        }
    }
}

#[test]
fn every_route_is_there_with_its_trailing_slash() {
    for function in endpoints() {
        let (method, path) = route(&function).unwrap();
        let both = [path.clone(), format!("{path}/{{proxy+}}")].map(|path| (method.clone(), path));
        assert_eq!(function.routes, BTreeSet::from(both), "{}", function.name);
    }
}

#[test]
fn every_file_is_there_for_head_too() {
    for function in functions().into_iter().filter(|function| PAGES.contains(&function.name.as_str())) {
        let by = |wanted: &str| -> BTreeSet<String> {
            let routes = function.routes.iter().filter(|(method, _)| method == wanted);
            routes.map(|(_, path)| path.clone()).collect()
        };
        assert_eq!(by("HEAD"), by("GET"), "{}", function.name);
    }
}

#[test]
fn no_other_endpoint_is_public() {
    let pages = functions().into_iter().filter(|function| PAGES.contains(&function.name.as_str()));
    let pages: BTreeSet<String> = pages.flat_map(|page| page.routes).map(|(_, path)| path).collect();
    let public = operations().into_iter().filter(|(_, path, public)| *public && !pages.contains(path));
    let public: BTreeSet<String> = public.map(|(_, path, _)| path).collect();
    assert_eq!(public, PUBLIC.map(str::to_owned).into());
}

#[test]
fn the_openapi_file_describes_every_route_and_no_other() {
    let routes = functions().into_iter().flat_map(|function| function.routes);
    // What HEAD does follows from GET.
    let is_described = |(method, path): &(String, String)| method != "HEAD" && !path.ends_with("/{proxy+}");
    let routes: BTreeSet<(String, String)> = routes.filter(is_described).collect();
    let described = operations().into_iter().map(|(method, path, _)| (method.to_string(), path)).collect();
    assert_eq!(routes, described);
}

#[test]
fn every_call_may_be_too_much() {
    for path in keys("infra/openapi.yaml", &["paths"]) {
        for method in keys("infra/openapi.yaml", &["paths", &path]).into_iter().filter(|key| key != "parameters") {
            let statuses = keys("infra/openapi.yaml", &["paths", &path, &method, "responses"]);
            assert!(statuses.contains("429"), "{method} {path}");
        }
    }
}

#[test]
fn the_asyncapi_file_describes_every_route_of_the_sockets_and_no_other() {
    let named: BTreeSet<String> = socket_routes().into_keys().filter(|route| !route.starts_with('$')).collect();
    let mut described: BTreeSet<String> = frames("talk").into_keys().collect();
    // A ping has no route, because `$default` answers it.
    described.remove("ping");
    assert_eq!(described, named);
}

#[test]
fn every_crate_keeps_to_the_lints_of_the_workspace() {
    let directories = ["functions", "infra", "shared"].into_iter().flat_map(entries);
    let manifests = directories.map(|directory| directory.join("Cargo.toml"));
    for manifest in manifests.filter(|manifest| manifest.is_file()) {
        let text = fs::read_to_string(&manifest).unwrap();
        // The fuzzer's macro exports a symbol, which counts as unsafe. The fuzz targets are not deployed.
        let is_workspace = text.contains("[workspace]");
        assert!(is_workspace || text.contains("[lints]\nworkspace = true\n"), "{}", manifest.display());
    }
    assert!(read("Cargo.toml").contains("unsafe_code = \"forbid\""));
}

/// The dependencies of a manifest with their versions, of those that have a version.
fn versions(manifest: &str, section: &str) -> BTreeMap<String, String> {
    let text = read(manifest);
    let (_, section) = text.split_once(&format!("\n[{section}]\n")).unwrap();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    let dependencies = lines.filter_map(|line| {
        let (name, value) = line.split_once(" = ")?;
        let version = value.strip_prefix("{ version = ").unwrap_or(value).strip_prefix('"')?.split('"').next()?;
        Some((name.to_owned(), version.to_owned()))
    });
    dependencies.collect()
}

/// `infra/fuzz` is a workspace of its own, so that it cannot inherit them.
#[test]
fn the_fuzz_targets_name_the_versions_of_the_workspace() {
    let ours = versions("Cargo.toml", "workspace.dependencies");
    let mut theirs = versions("infra/fuzz/Cargo.toml", "dependencies");
    theirs.remove("libfuzzer-sys").expect("the only one that the workspace has not");
    assert!(theirs.len() > 5, "{theirs:?}");
    for (name, version) in theirs {
        assert_eq!(ours.get(&name), Some(&version), "{name}");
    }
}
