//! The source files of the functions.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use tokio::process::Command;

use crate::build::{self, Builder, Source};

/// The watched files.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Sources {
    /// Directories with everything below them.
    pub(super) trees: BTreeSet<PathBuf>,
    /// Single files.
    pub(super) files: BTreeSet<PathBuf>,
    /// The directory into which cargo writes: inside a tree, it is not a source.
    output: Option<PathBuf>,
    /// The directory in which cargo keeps published crates.
    published: Option<PathBuf>,
}

impl Sources {
    /// The sources of the executables of `builder`, and the template.
    pub(super) async fn of(builder: &Builder, template: &Path) -> Result<Self> {
        let mut sources = match builder.source() {
            Source::Directory(directory) => Self { trees: [canonical(directory)?].into(), ..Self::default() },
            Source::Cargo { root, .. } => {
                let metadata = metadata(root).await?;
                metadata.sources(builder.packages())?
            }
        };
        sources.files.insert(canonical(template)?);
        Ok(sources)
    }

    /// Whether a change of `path` may change a function.
    pub(super) fn contain(&self, path: &Path) -> bool {
        self.files.contains(path)
            || self.trees.iter().any(|tree| path.strip_prefix(tree).is_ok_and(is_lasting)) && !self.is_written(path)
    }

    /// Adds the files that are not sources yet, and returns them.
    pub(super) fn add(&mut self, files: BTreeSet<PathBuf>) -> Vec<PathBuf> {
        let is_new = |file: &PathBuf| {
            let is_published = self.published.as_ref().is_some_and(|published| file.starts_with(published));
            !self.contain(file) && !self.is_written(file) && !is_published
        };
        let new: Vec<_> = files.into_iter().filter(is_new).collect();
        self.files.extend(new.iter().cloned());
        new
    }

    /// Whether cargo writes the file.
    fn is_written(&self, path: &Path) -> bool {
        self.output.as_ref().is_some_and(|output| path.starts_with(output))
    }
}

/// Whether the file is not a temporary one of an editor or of version control.
fn is_lasting(path: &Path) -> bool {
    let passes = |name: &str| name.starts_with(['.', '#']) || name.ends_with('~');
    let is_probe_of_vim = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    !path.components().any(|component| component.as_os_str().to_str().is_some_and(passes))
        && !path.file_name().is_some_and(|name| name.to_str().is_some_and(is_probe_of_vim))
}

/// A part of the output of `cargo metadata`.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    /// The directory of the dependency, unless it is a published crate.
    path: Option<PathBuf>,
}

async fn metadata(root: &Path) -> Result<Metadata> {
    let mut command = Command::new(build::cargo());
    command.current_dir(root).args(["metadata", "--no-deps", "--format-version=1"]).kill_on_drop(true);
    let output = command.output().await.map_err(build::cannot_start)?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo metadata does not list the sources of the functions: {}", said.trim());
    serde_json::from_slice(&output.stdout).context("reading the output of cargo metadata")
}

impl Metadata {
    /// The directories of `packages`, and of their dependencies in the workspace.
    fn sources<'a>(&self, packages: impl Iterator<Item = &'a str>) -> Result<Sources> {
        let mut trees = BTreeSet::new();
        let mut open: Vec<&Package> = Vec::new();
        for name in packages {
            open.extend(self.packages.iter().filter(|package| package.name == name));
        }
        while let Some(package) = open.pop() {
            if trees.insert(canonical(package.directory())?) {
                let paths = package.dependencies.iter().filter_map(|dependency| dependency.path.as_deref());
                for path in paths {
                    open.extend(self.packages.iter().filter(|package| package.directory() == path));
                }
            }
        }
        let root = canonical(&self.workspace_root)?;
        let files = ["Cargo.toml", "Cargo.lock"].map(|name| root.join(name)).into();
        // Missing before the first build.
        let output = Some(canonical(&self.target_directory).unwrap_or_else(|_| self.target_directory.clone()));
        let home = env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
        let published = home.and_then(|home| canonical(&home.join("registry")).ok());
        Ok(Sources { trees, files, output, published })
    }
}

impl Package {
    fn directory(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }
}

/// The path without symbolic links, as in events.
fn canonical(path: &Path) -> Result<PathBuf> {
    fs::canonicalize(path).with_context(|| format!("looking for {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_editors_version_control_and_cargo_are_no_sources() {
        let sources = Sources {
            trees: [PathBuf::from("/w/a")].into(),
            files: [PathBuf::from("/w/Cargo.toml")].into(),
            output: Some(PathBuf::from("/w/a/target")),
            ..Sources::default()
        };
        for source in ["a/src/main.rs", "a/src/words.txt", "a/2026/words.txt", "a/Cargo.toml", "Cargo.toml"] {
            assert!(sources.contain(&Path::new("/w").join(source)), "{source}");
        }
        for other in [
            "README.md",
            "b/src/main.rs",
            "a/src/.main.rs.swp",
            "a/src/main.rs~",
            "a/4913",
            "a/.git/index",
            "a/target/debug/x",
        ] {
            assert!(!sources.contain(&Path::new("/w").join(other)), "{other}");
        }
    }

    #[test]
    fn an_included_file_is_new_unless_it_is_watched_already() {
        let mut sources = Sources {
            trees: [PathBuf::from("/w/a")].into(),
            output: Some(PathBuf::from("/w/target")),
            published: Some(PathBuf::from("/home/.cargo/registry")),
            ..Sources::default()
        };
        let files = ["/w/a/src/main.rs", "/w/target/out/x.rs", "/home/.cargo/registry/src/y.rs", "/w/words.txt"];
        let files = BTreeSet::from(files.map(PathBuf::from));
        assert_eq!(sources.add(files.clone()), [PathBuf::from("/w/words.txt")]);
        assert!(sources.contain(Path::new("/w/words.txt")));
        assert!(sources.add(files).is_empty());
    }
}
