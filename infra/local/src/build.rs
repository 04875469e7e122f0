//! Building the functions, or finding them built.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Command,
};

use crate::{options::Options, template::Function};

/// The executable of every function.
///
/// # Errors
/// Where a function does not build or its executable is missing.
pub async fn executables(options: &Options, root: &Path, functions: Vec<Function>) -> Result<Vec<(Function, PathBuf)>> {
    let directory = match &options.functions {
        Some(directory) => Some(directory.clone()),
        None if options.no_build => Some(built_last(options.release)?),
        None => None,
    };
    let Some(directory) = directory else {
        return cargo_build(options, root, functions).await;
    };
    functions
        .into_iter()
        .map(|function| {
            let executable = directory.join(&function.binary);
            ensure!(
                executable.is_file(),
                "{}: there is no executable {}; build it first",
                function.name,
                executable.display()
            );
            Ok((function, executable))
        })
        .collect()
}

/// Cargo puts the functions beside the runtime itself.
fn built_last(release: bool) -> Result<PathBuf> {
    let own = std::env::current_exe().context("looking for the directory of this program")?;
    let profile = own.parent().context("this program is in no directory")?;
    Ok(if release { profile.with_file_name("release") } else { profile.to_owned() })
}

/// A message of `cargo build --message-format=json`; the others have no executable.
#[derive(Deserialize)]
struct Message {
    reason: String,
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

async fn cargo_build(options: &Options, root: &Path, functions: Vec<Function>) -> Result<Vec<(Function, PathBuf)>> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).args(["build", "--bins", "--message-format=json-render-diagnostics"]);
    for function in &functions {
        command.args(["-p", &function.package]);
    }
    if options.release {
        command.arg("--release");
    }
    // Ctrl-C while building ends the build as well.
    let mut process = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().context("starting cargo build")?;
    let output = process.stdout.take().context("reading what cargo build says")?;
    let mut lines = BufReader::new(output).lines();
    let mut built = BTreeMap::new();
    while let Some(line) = lines.next_line().await.context("reading what cargo build says")? {
        let Ok(message) = serde_json::from_str::<Message>(&line) else {
            continue;
        };
        if let (true, Some(target), Some(executable)) =
            (message.reason == "compiler-artifact", message.target, message.executable)
        {
            built.insert(target.name, executable);
        }
    }
    let status = process.wait().await.context("waiting for cargo build")?;
    ensure!(status.success(), "the functions do not build: cargo build says why above");
    functions
        .into_iter()
        .map(|function| match built.get(&function.binary) {
            Some(executable) => Ok((function, executable.clone())),
            None => bail!("{}: package {} has no binary {}", function.name, function.package, function.binary),
        })
        .collect()
}
