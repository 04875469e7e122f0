//! Starts a local system with the options that a test needs.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::Path,
    process::Command,
    sync::Mutex,
};

use harness::Runtime;
use tempfile::TempDir;

use super::{Place, Server};

/// A local system that is not started yet.
#[derive(Debug)]
#[must_use]
pub struct Local<'a> {
    because: &'a str,
    on_disk: bool,
    record: Option<OsString>,
    launch: Launch,
}

/// The part of a runtime's command line that tests choose.
#[derive(Debug, Default)]
pub(super) struct Launch {
    options: Vec<OsString>,
    variables: Vec<(&'static str, &'static str)>,
}

impl<'a> Local<'a> {
    pub(super) fn new(because: &'a str) -> Self {
        // All journeys record into one file, because together they prove least privilege.
        let record = env::var_os("IAM_RECORD");
        Self { because, on_disk: false, record, launch: Launch::default() }
    }

    /// Keeps its data on disk, so that it can be killed and started again.
    pub fn on_disk(self) -> Self {
        Self { on_disk: true, ..self }
    }

    /// Lets things go wrong by a plan, which is empty at first: [`Server::plans`].
    pub fn faults(self) -> Self {
        self.with(["--faults"])
    }

    /// Records the calls of each invocation, for [`Server::cost`].
    pub fn recording_calls(self) -> Self {
        self.with(["--record-calls"])
    }

    /// Ends each instance after this many seconds without an event.
    pub fn instance_idle(self, seconds: f64) -> Self {
        self.with(["--instance-idle", &seconds.to_string()])
    }

    /// Listens at another address too, at which clients reach it.
    pub fn reached_at(self, address: &str) -> Self {
        self.with(["--listen", address, "--public-url", &format!("http://{address}:0")])
    }

    /// Gives parameters of the template other values: `Name=Value`.
    pub fn parameters(self, parameters: &[&str]) -> Self {
        self.with(["--parameter-overrides"].iter().chain(parameters))
    }

    /// Logs everything, as `text` or as `json`.
    pub fn logging(mut self, format: &str) -> Self {
        self.launch.variables.push(("RUST_LOG", "debug"));
        self.log(format)
    }

    /// Logs as on AWS, as `text` or as `json`.
    pub fn log(self, format: &str) -> Self {
        self.with(["--log", format])
    }

    /// Runs another template, and records its calls in a file of its own.
    pub fn template(self, template: &Path, record: &Path) -> Self {
        Self { record: Some(record.into()), ..self }.with([OsStr::new("--template"), template.as_os_str()])
    }

    fn with(mut self, options: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.launch.options.extend(options.into_iter().map(|option| option.as_ref().to_owned()));
        self
    }

    /// Starts the system and waits until it listens. `None` if the journeys run against a deployed system.
    pub async fn start(self) -> Option<Server> {
        if env::var_os("HTTP_URL").is_some() {
            eprintln!("left out on a deployed system: {}", self.because);
            return None;
        }
        let data = self.on_disk.then(|| TempDir::new().expect("there is a place for temporary files"));
        let mut launch = self.launch;
        match &data {
            Some(data) => launch.options.extend(["--data".into(), data.path().into()]),
            None => launch.options.push("--memory".into()),
        }
        launch.options.extend(self.record.into_iter().flat_map(|record| ["--iam-record".into(), record]));
        let runtime = Mutex::new(launch.start(0).await);
        Some(Server::at(Place::Local { runtime, launch, data }))
    }
}

impl Launch {
    /// Starts a runtime; at the port 0 it takes a free one.
    async fn start(&self, port: u16) -> Runtime {
        let mut command = Command::new(harness::executables().join("local"));
        command
            .args(["--no-build", "--port", &port.to_string()])
            .arg("--parameter-overrides")
            .args(harness::parameters())
            .args(&self.options)
            .envs(self.variables.iter().copied())
            .current_dir(harness::workspace());
        Runtime::start(&mut command).await.unwrap_or_else(|error| panic!("{error:#}"))
    }
}

impl Server {
    /// Ends a local system by `kill -9`. Calls fail until [`Server::restarts`].
    pub fn is_killed(&self) {
        self.runtime().kill().expect("the runtime can be killed");
    }

    /// Starts a killed system with the data that it left, at the same URL.
    pub async fn restarts(&self) {
        let Place::Local { launch, data: Some(_), .. } = &self.0.place else {
            panic!("only a system on disk outlives its process");
        };
        let port = self.url().rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        let restarted = launch.start(port.expect("a local URL names its port")).await;
        *self.runtime() = restarted;
    }
}
