//! The frames that `asyncapi.yaml` describes.

use std::collections::BTreeMap;

use super::repository::yaml;

/// Type and title of the frames of an operation in `asyncapi.yaml`.
pub(crate) fn frames(operation: &str) -> BTreeMap<String, String> {
    let asyncapi = yaml("infra/asyncapi.yaml");
    let messages = asyncapi["operations"][operation]["messages"].as_sequence().unwrap().iter();
    let names = messages.map(|message| message["$ref"].as_str().unwrap().rsplit('/').next().unwrap());
    let frame = |name: &str| {
        let message = &asyncapi["components"]["messages"][name];
        ["name", "title"].map(|field| message[field].as_str().unwrap().to_owned())
    };
    names.map(frame).map(|[name, title]| (name, title)).collect()
}
