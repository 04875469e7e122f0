//! The files of the repository.

use std::{fs, path::PathBuf};

pub(crate) use harness::workspace as root;
use saphyr::{LoadableYamlNode as _, Yaml};

/// The text of a file, whose path starts at the root.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The one document of a YAML file, whose path starts at the root.
pub(crate) fn yaml(path: &str) -> Yaml<'static> {
    let text: &'static str = read(path).leak();
    Yaml::load_from_str(text).unwrap().remove(0)
}

/// The entries of a directory, whose path starts at the root.
pub(crate) fn entries(directory: &str) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(root().join(directory)).unwrap_or_else(|error| panic!("{directory}: {error}"));
    entries.map(|entry| entry.unwrap().path())
}
