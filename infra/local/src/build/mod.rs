//! Builds the functions, or finds their executables.

pub mod watch;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use template::Function;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, BufReader},
    process::Command,
};

use crate::{
    logs::{self, Format},
    options::Options,
};

/// Provides the executables of the functions.
#[derive(Debug)]
pub struct Builder {
    functions: Vec<Wanted>,
    source: Source,
}

/// The source of executables.
#[derive(Debug)]
pub enum Source {
    /// `cargo build`, of a workspace.
    Cargo {
        /// A directory of the workspace.
        root: PathBuf,
        /// Whether to build optimised.
        release: bool,
    },
    /// A directory into which others build.
    Directory(PathBuf),
}

#[derive(Debug)]
struct Wanted {
    name: String,
    package: String,
    binary: String,
}

impl Builder {
    /// Chooses the source of the executables.
    ///
    /// # Errors
    /// If the directory of this program is unknown.
    pub fn new(options: &Options, root: &Path, functions: &[Function]) -> Result<Self> {
        let source = match &options.functions {
            Some(directory) => Source::Directory(directory.clone()),
            None if options.no_build => Source::Directory(built_last(options.release)?),
            None => Source::Cargo { root: root.to_owned(), release: options.release },
        };
        let wanted = |function: &Function| Wanted {
            name: function.name.clone(),
            package: function.package.clone(),
            binary: function.binary.clone(),
        };
        Ok(Self { functions: functions.iter().map(wanted).collect(), source })
    }

    /// The source of the executables.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The packages of all functions.
    pub fn packages(&self) -> impl Iterator<Item = &str> {
        self.functions.iter().map(|function| function.package.as_str())
    }

    /// The executables of all functions, by the names of their binaries. Cargo shows its progress unless the build runs
    /// `again`.
    ///
    /// # Errors
    /// If a function does not build or its executable is missing.
    pub async fn build(&self, again: bool) -> Result<BTreeMap<String, PathBuf>> {
        match &self.source {
            Source::Cargo { root, release } => self.cargo_build(root, *release, again).await,
            Source::Directory(directory) => self.look_into(directory),
        }
    }

    fn look_into(&self, directory: &Path) -> Result<BTreeMap<String, PathBuf>> {
        let found = self.functions.iter().map(|function| {
            let executable = directory.join(&function.binary);
            ensure!(
                executable.is_file(),
                "{}: there is no executable {}; build it first, or start without --functions and --no-build",
                function.name,
                executable.display()
            );
            Ok((function.binary.clone(), executable))
        });
        found.collect()
    }

    async fn cargo_build(&self, root: &Path, release: bool, again: bool) -> Result<BTreeMap<String, PathBuf>> {
        let mut command = Command::new(cargo());
        // The whole workspace, so that features unify as for its tests and no crate is compiled twice.
        command.current_dir(root).args(["build", "--workspace", "--message-format=json-render-diagnostics"]);
        let binaries: BTreeSet<&str> = self.functions.iter().map(|function| function.binary.as_str()).collect();
        for binary in binaries {
            command.args(["--bin", binary]);
        }
        if release {
            command.arg("--release");
        }
        if again {
            command.arg("--quiet");
        }
        if logs::format() == Format::Json {
            command.stderr(Stdio::piped());
        }
        // Ctrl-C ends the build too.
        let mut process = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().map_err(cannot_start)?;
        let stdout = process.stdout.take().context("reading the output of cargo build")?;
        let (built, ()) = tokio::try_join!(artifacts(stdout), pass_on(process.stderr.take()))
            .context("reading the output of cargo build")?;
        let status = process.wait().await.context("waiting for cargo build")?;
        ensure!(
            status.success(),
            "the functions do not build; cargo says why above (the template names executables in CodeUri and \
             Metadata.BuildProperties.Binary)"
        );
        Ok(built)
    }
}

/// The cargo that runs this program, or the one on the path.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The error of a cargo that does not start, with its remedy.
pub(crate) fn cannot_start(error: std::io::Error) -> anyhow::Error {
    if error.kind() == std::io::ErrorKind::NotFound {
        return anyhow::anyhow!(
            "cargo is not on the PATH; install Rust from https://rustup.rs, or run the last build with --no-build"
        );
    }
    anyhow::Error::new(error).context("starting cargo")
}

/// The directory of the last build: cargo puts the functions beside the runtime itself.
fn built_last(release: bool) -> Result<PathBuf> {
    let own = env::current_exe().context("looking for the directory of this program")?;
    let profile = own.parent().context("this program is in no directory")?;
    Ok(if release { profile.with_file_name("release") } else { profile.to_owned() })
}

/// A message of `cargo build --message-format=json`. Only those of artifacts have an executable.
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

/// The executables in cargo's messages, by the names of their targets.
async fn artifacts(stdout: impl AsyncRead + Unpin) -> std::io::Result<BTreeMap<String, PathBuf>> {
    let mut lines = BufReader::new(stdout).lines();
    let mut built = BTreeMap::new();
    while let Some(line) = lines.next_line().await? {
        let Ok(message) = serde_json::from_str::<Message>(&line) else {
            continue;
        };
        if let (true, Some(target), Some(executable)) =
            (message.reason == "compiler-artifact", message.target, message.executable)
        {
            built.insert(target.name, executable);
        }
    }
    Ok(built)
}

/// Logs cargo's messages for people, if the log has a format of its own.
async fn pass_on(stderr: Option<impl AsyncRead + Unpin>) -> std::io::Result<()> {
    let Some(stderr) = stderr else { return Ok(()) };
    let mut lines = BufReader::new(stderr).lines();
    while let Some(line) = lines.next_line().await? {
        logs::note(&line);
    }
    Ok(())
}
