//! What is put under load: a deployed system, or a local runtime of this run's own.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Child,
    time::timeout,
};

/// How long the local runtime may take to start.
const START: Duration = Duration::from_secs(30);
/// The stage of the WebSocket API in the template.
const STAGE: &str = "prod";

/// Which system.
#[derive(Args, Clone, Debug)]
#[group(id = "target")]
pub struct Options {
    /// The HTTP API of a deployed system; without it, a local runtime is started
    #[arg(long, value_name = "URL", requires = "websocket_url", global = true)]
    pub url: Option<String>,

    /// The WebSocket API of a deployed system
    #[arg(long, value_name = "URL", requires = "url", global = true)]
    pub websocket_url: Option<String>,

    /// Do not build: run the executables in this directory, the local runtime among them
    #[arg(long, value_name = "DIR", conflicts_with = "url", global = true)]
    pub functions: Option<PathBuf>,
}

/// A system that answers. A local one ends when this is dropped.
#[derive(Debug)]
pub struct Target {
    /// The HTTP API, without a slash at its end.
    pub http: String,
    /// The WebSocket API.
    pub websocket: String,
    runtime: Option<Child>,
}

impl Target {
    /// The system that the options name.
    ///
    /// # Errors
    /// Where the local runtime does not build or start.
    pub async fn start(options: &Options) -> Result<Self> {
        if let (Some(http), Some(websocket)) = (&options.url, &options.websocket_url) {
            let [http, websocket] = [http, websocket].map(|url| url.trim_end_matches('/').to_owned());
            return Ok(Self { http, websocket, runtime: None });
        }
        let directory = executables(options)?;
        let mut runtime = tokio::process::Command::new(directory.join("local"))
            .args(["--parameter-overrides", "RegistrationsPerHour=1000000", "RequestsPerSecond=1000000"])
            .args(["--memory", "--port", "0", "--functions"])
            .arg(&directory)
            .arg("--template")
            .arg(workspace().join("template.yaml"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting the local runtime in {}", directory.display()))?;
        let stdout = runtime.stdout.take().context("the runtime's output is piped")?;
        let mut line = String::new();
        timeout(START, BufReader::new(stdout).read_line(&mut line))
            .await
            .context("waiting for the local runtime")??;
        let Some(http) = line.trim_end().strip_prefix("listening on ").map(str::to_owned) else {
            bail!("the local runtime has ended; start it with cargo run to see why");
        };
        let websocket = format!("{}/{STAGE}", http.replacen("http", "ws", 1));
        Ok(Self { http, websocket, runtime: Some(runtime) })
    }

    /// The process of the local runtime, the parent of those of the functions.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.runtime.as_ref().and_then(Child::id)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let id = self.process().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        if let Some(id) = id {
            // It ends its functions; where it cannot, its warden does.
            let _ = kill_process(id, Signal::TERM);
        }
    }
}

/// The directory with the release builds of everything.
///
/// # Errors
/// Where they do not build.
pub fn executables(options: &Options) -> Result<PathBuf> {
    if let Some(directory) = &options.functions {
        return std::path::absolute(directory).with_context(|| format!("looking for {}", directory.display()));
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--workspace", "--bins", "--quiet"])
        .current_dir(workspace())
        .stdin(Stdio::null())
        .status()
        .context("starting cargo")?;
    ensure!(status.success(), "the functions do not build");
    // This program is among what was built.
    let own = env::current_exe().context("looking for this program's own executable")?;
    let target = own.parent().and_then(Path::parent).context("an executable is in a directory")?;
    Ok(target.join("release"))
}

/// The root of the workspace, where the template is.
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."))
}
