//! The executables of the workspace.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// The root of the workspace, which has `template.yaml`.
///
/// # Panics
/// Unless this crate is two levels below it.
#[must_use]
pub fn workspace() -> &'static Path {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    root.unwrap_or_else(|| panic!("{} is not two levels below the workspace's root", env!("CARGO_MANIFEST_DIR")))
}

/// Builds every executable of the workspace in the caller's own profile, and returns their directory.
///
/// The first call in a process builds; the others wait for it and share its result.
///
/// # Panics
/// If an executable does not build.
pub fn executables() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| build(!cfg!(debug_assertions)).unwrap_or_else(|error| panic!("{error:#}")))
}

/// Builds every executable of the workspace, and returns their directory.
///
/// # Errors
/// If one does not build; cargo has written the reason to stderr.
pub fn build(release: bool) -> Result<PathBuf> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["build", "--workspace", "--bins", "--message-format=json-render-diagnostics"])
        .args(release.then_some("--release"))
        .current_dir(workspace())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = command.output().context("starting cargo")?;
    ensure!(output.status.success(), "the executables of the workspace do not build");
    let built = String::from_utf8_lossy(&output.stdout);
    let messages = built.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut of_runtime = messages.filter(|message| message.pointer("/target/name").is_some_and(|name| name == "local"));
    let runtime = of_runtime.find_map(|message| message.get("executable")?.as_str().map(PathBuf::from));
    let directory = runtime.as_deref().and_then(Path::parent);
    directory.map(Path::to_owned).context("the workspace has no executable named `local`")
}
