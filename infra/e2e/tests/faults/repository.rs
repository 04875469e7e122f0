//! No function is left out.

use std::{collections::BTreeSet, fs, path::Path};

use saphyr::{LoadableYamlNode as _, Yaml};

/// They show files: they call nobody, as `reads` has it.
const CALLING_NOBODY: [&str; 2] = ["docs", "web-client"];

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn functions() -> BTreeSet<String> {
    let template = here().ancestors().nth(2).unwrap().join("template.yaml");
    let documents = Yaml::load_from_str(&fs::read_to_string(template).unwrap()).unwrap().remove(0);
    let resources = documents["Resources"].as_mapping().unwrap().values();
    let functions = resources.filter(|resource| resource["Type"].as_str() == Some("AWS::Serverless::Function"));
    functions.map(|function| function["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap().to_owned()).collect()
}

/// The second argument of each `crash_points` in these journeys.
fn crashed() -> BTreeSet<String> {
    const CALL: &str = concat!("crash_points", "(");
    let sources = fs::read_dir(here().join("tests/faults")).unwrap();
    let sources: Vec<_> = sources.map(|source| fs::read_to_string(source.unwrap().path()).unwrap()).collect();
    let calls = sources.iter().flat_map(|source| source.split(CALL).skip(1));
    calls.map(|call| call.split('"').nth(1).unwrap().to_owned()).collect()
}

#[test]
fn every_function_crashes_at_every_point() {
    let functions = functions();
    let crashed = crashed();
    assert!(crashed.is_subset(&functions), "{crashed:?}");
    assert_eq!(functions.difference(&crashed).collect::<Vec<_>>(), CALLING_NOBODY);
}
