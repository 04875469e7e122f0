//! The system under load: a deployed one, or a local runtime that this run starts.

use std::{path::PathBuf, process::Command};

use anyhow::{Context as _, Result};
use clap::Args;
use harness::{Runtime, workspace};

/// The stage of the WebSocket API in the template.
const STAGE: &str = "prod";

/// The options that name a system.
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
    runtime: Option<Runtime>,
}

impl Target {
    /// Returns the system that the options name, once it answers.
    ///
    /// # Errors
    /// If the local runtime does not build or start.
    pub async fn start(options: &Options) -> Result<Self> {
        if let (Some(http), Some(websocket)) = (&options.url, &options.websocket_url) {
            let [http, websocket] = [http, websocket].map(|url| url.trim_end_matches('/').to_owned());
            return Ok(Self { http, websocket, runtime: None });
        }
        let directory = executables(options)?;
        let mut command = Command::new(directory.join("local"));
        command
            .args(["--parameter-overrides", "RegistrationsPerHour=1000000", "RequestsPerSecond=1000000"])
            .args(["--memory", "--port", "0", "--functions"])
            .arg(&directory)
            .arg("--template")
            .arg(workspace().join("template.yaml"));
        let runtime = Runtime::start_without_log(&mut command).await?;
        let http = runtime.url().to_owned();
        let websocket = format!("{}/{STAGE}", http.replacen("http", "ws", 1));
        Ok(Self { http, websocket, runtime: Some(runtime) })
    }

    /// The process id of the local runtime, the parent of the functions' processes. `None` for a deployed system.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.runtime.as_ref().map(Runtime::id)
    }
}

/// Returns the directory with the executables: the named one, or that of a release build, which is made now.
///
/// # Errors
/// If they do not build.
pub fn executables(options: &Options) -> Result<PathBuf> {
    if let Some(directory) = &options.functions {
        return std::path::absolute(directory).with_context(|| format!("looking for {}", directory.display()));
    }
    harness::build(true)
}
