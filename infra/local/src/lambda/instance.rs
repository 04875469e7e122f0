//! One process of a function, serving one event at a time.

use std::{
    collections::BTreeMap,
    io,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::body::Bytes;
use rustix::process::{Pid, Signal, kill_process_group};
use template::function_arn;
use tokio::{
    process::{Child, Command},
    sync::oneshot,
};
use tokio_util::sync::CancellationToken;

use super::{
    executable::Executable,
    failure::Failure,
    output::Output,
    runtime_api::{RuntimeApi, Work},
    warden::Warden,
};
use crate::{calls::Invocations, faults::Faults, iam::Iam};

/// The longest initialisation, as on the platform.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);

/// The number of tries to start an executable that is still open for writing, and the pause between them.
const BUSY_TRIES: u32 = 20;
const BUSY_PAUSE: Duration = Duration::from_millis(10);

/// Everything that is needed to start an instance.
#[derive(Clone, Debug)]
pub(super) struct Launch {
    pub(super) function: String,
    /// The function's name in logs and plans of faults.
    pub(super) label: String,
    pub(super) executable: Arc<Executable>,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) iam: Arc<Iam>,
    pub(super) invocations: Option<Arc<Invocations>>,
    pub(super) faults: Option<Arc<Faults>>,
    pub(super) warden: Warden,
}

/// A running instance.
#[derive(Debug)]
pub(super) struct Instance {
    process: Child,
    group: u32,
    /// Identifies the instance to the services.
    access_key: String,
    api: RuntimeApi,
    /// The means by which it was started.
    pub(super) launch: Arc<Launch>,
    pub(super) output: Output,
    pub(super) idle_since: Instant,
}

/// An instance that did not start, and its output.
#[derive(Debug)]
pub(super) struct Stillborn {
    pub(super) failure: Failure,
    pub(super) lines: Vec<String>,
}

impl Instance {
    /// Starts the process and waits until it asks for its first event.
    pub(super) async fn start(launch: &Arc<Launch>, request_id: &str) -> Result<Self, Stillborn> {
        let mut instance = Self::spawn(launch).await.map_err(|error| Stillborn {
            failure: Failure::new("Runtime.InvalidEntrypoint", format!("RequestId: {request_id} Error: {error}")),
            lines: vec![cannot_start(launch, &error)],
        })?;
        let outcome = tokio::select! {
            biased;
            failure = instance.api.init_fails() => Err(failure),
            () = instance.api.asks_again(0) => Ok(()),
            status = instance.process.wait() => Err(match status {
                Ok(status) => Failure::exited(request_id, status),
                Err(error) => Failure::new("Runtime.Unknown", error.to_string()),
            }),
            () = tokio::time::sleep(INIT_TIMEOUT) => Err(Failure::timed_out(request_id, INIT_TIMEOUT)),
        };
        match outcome {
            Ok(()) => Ok(instance),
            Err(failure) => Err(Stillborn { failure, lines: instance.end().await }),
        }
    }

    async fn spawn(launch: &Arc<Launch>) -> std::io::Result<Self> {
        let api = RuntimeApi::listen(function_arn(&launch.function)).await?;
        let (output, stdout, stderr) = Output::new()?;
        let credentials = launch.iam.issue(&launch.function);
        let clock = launch.faults.as_ref().map(|faults| faults.clock(&launch.label));
        let mut command = Command::new(launch.executable.as_ref().as_ref());
        command
            .env_clear()
            .envs(&launch.variables)
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .env("AWS_ACCESS_KEY_ID", &credentials.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key)
            .env("AWS_SESSION_TOKEN", credentials.session_token)
            .envs(clock.unwrap_or_default())
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .process_group(0)
            .kill_on_drop(true);
        let process = spawn_when_written(&mut command).await?;
        let group = process.id().unwrap_or_default();
        launch.warden.watch(group);
        let (launch, access_key) = (Arc::clone(launch), credentials.access_key_id);
        Ok(Self { process, group, access_key, api, launch, output, idle_since: Instant::now() })
    }

    /// Whether the process is running.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// Serves one event. After a fatal failure, the instance must be ended.
    pub(super) async fn invoke(&mut self, request_id: &str, trace: &str, payload: Bytes, timeout: Duration) -> Invoked {
        let (reply, mut answer) = oneshot::channel();
        let work = Work { request_id: request_id.to_owned(), trace: trace.to_owned(), payload, timeout, reply };
        let invocations = self.launch.invocations.clone();
        let kill = invocations.as_ref().map(|invocations| invocations.begin(&self.access_key, &self.launch.label));
        self.api.give(work).await;
        let invoked = tokio::select! {
            biased;
            Ok(result) = &mut answer => Invoked { result, fatal: false },
            status = self.dies(kill) => Invoked {
                result: Err(match status {
                    Ok(status) => Failure::exited(request_id, status),
                    Err(error) => Failure::new("Runtime.Unknown", error.to_string()),
                }),
                fatal: true,
            },
            () = tokio::time::sleep(timeout) => Invoked {
                result: Err(Failure::timed_out(request_id, timeout)),
                fatal: true,
            },
        };
        if let Some(invocations) = &invocations {
            invocations.end(&self.access_key);
        }
        invoked
    }

    /// Waits for the end of the process, and kills it if the token asks for that.
    async fn dies(&mut self, kill: Option<CancellationToken>) -> io::Result<ExitStatus> {
        let Some(kill) = kill else { return self.process.wait().await };
        tokio::select! {
            status = self.process.wait() => status,
            () = kill.cancelled() => {
                self.kill();
                self.process.wait().await
            }
        }
    }

    fn kill(&self) {
        if let Some(group) = i32::try_from(self.group).ok().and_then(Pid::from_raw) {
            // Fails if the process has died by itself and had no children.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    /// Waits until the instance is ready for another event. Returns false if it will not be.
    pub(super) async fn settles(&mut self, asked_before: u64, patience: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.api.asks_again(asked_before) => true,
            _ = self.process.wait() => false,
            () = tokio::time::sleep(patience) => false,
        }
    }

    /// The number of times that the instance has asked for an event.
    pub(super) fn times_asked(&self) -> u64 {
        self.api.times_asked()
    }

    /// The peak memory of the process in kilobytes, on systems with `/proc`.
    pub(super) fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.group)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.trim().parse().ok()
    }

    /// Kills the process, and returns its last lines.
    pub(super) async fn end(mut self) -> Vec<String> {
        self.kill();
        self.launch.warden.forget(self.group);
        let _ = self.process.wait().await;
        self.output.take().await
    }
}

/// Starts a process. A file that has just been written cannot be executed while another process, started at the same
/// moment, still holds the handle for writing.
async fn spawn_when_written(command: &mut Command) -> io::Result<Child> {
    for _ in 0..BUSY_TRIES {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => tokio::time::sleep(BUSY_PAUSE).await,
            other => return other,
        }
    }
    command.spawn()
}

/// The error of an executable that does not start, with its remedy.
fn cannot_start(launch: &Launch, error: &io::Error) -> String {
    let remedy = match error.kind() {
        io::ErrorKind::NotFound => "; build it, or install the interpreter or library that it needs",
        io::ErrorKind::PermissionDenied => "; it must be executable: chmod +x",
        io::ErrorKind::ExecutableFileBusy => "; another program is writing to it",
        _ if error.raw_os_error() == Some(rustix::io::Errno::NOEXEC.raw_os_error()) => {
            "; it was built for another system or processor than this machine's"
        }
        _ => "",
    };
    format!("{}: {error}{remedy}", launch.executable.as_ref().as_ref().display())
}

/// The outcome of one event.
#[derive(Debug)]
pub(super) struct Invoked {
    pub(super) result: Result<Bytes, Failure>,
    /// Whether the instance must be ended.
    pub(super) fatal: bool,
}
