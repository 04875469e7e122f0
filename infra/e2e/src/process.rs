//! One local runtime, from its start to its end.

use std::{
    env,
    ffi::OsString,
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{sync::oneshot, time::timeout};

use crate::binaries;

const START: Duration = Duration::from_mins(1);
const STOP: Duration = Duration::from_secs(10);
/// How many lines of its log a failing test shows: what the test itself says comes before them, and must not get lost.
const SHOWN_LINES: usize = 50;

/// A local runtime. It ends when this is dropped, and tells the end of its log where that happens in a failing test.
pub(crate) struct Process {
    child: Child,
    /// Such as `http://127.0.0.1:40123`.
    pub(crate) url: String,
    log: Arc<Mutex<Vec<u8>>>,
}

impl Process {
    /// Starts a runtime with data in a directory, or in memory, and waits until every route answers; at the port 0 it takes
    /// a free one.
    pub(crate) async fn start(data: Option<&Path>, port: u16) -> Self {
        let mut options = match data {
            Some(directory) => vec!["--data".into(), directory.as_os_str().to_owned()],
            None => vec!["--memory".into()],
        };
        // One file for all journeys: together they prove least privilege.
        options.extend(env::var_os("IAM_RECORD").into_iter().flat_map(|record| ["--iam-record".into(), record]));
        Self::start_with(&options, &[], port).await
    }

    /// Starts a runtime with options and variables, and waits until every route answers; at the port 0 it takes a free one.
    pub(crate) async fn start_with(options: &[OsString], variables: &[(&str, &str)], port: u16) -> Self {
        let mut command = Command::new(binaries::local_runtime());
        command
            .args(["--no-build", "--port", &port.to_string()])
            // All the people of a journey come from one address.
            .args(["--parameter-overrides", "RegistrationsPerHour=1000000"])
            .args(options)
            .envs(variables.iter().copied())
            .current_dir(binaries::workspace())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the local runtime can be started");
        let log = collect(child.stderr.take().expect("stderr is piped"));
        let address = first_line(child.stdout.take().expect("stdout is piped"));
        let mut process = Self { child, url: String::new(), log };
        process.url = match timeout(START, address).await {
            Ok(Ok(line)) => line
                .trim_end()
                .strip_prefix("listening on ")
                .unwrap_or_else(|| panic!("the runtime's first line is {line:?}"))
                .to_owned(),
            Ok(Err(_)) => panic!("the local runtime ended before it listened"),
            Err(elapsed) => panic!("the local runtime does not listen: {elapsed}"),
        };
        process
    }

    /// `kill -9`: nothing of the runtime's own code runs any more.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("the runtime can be killed");
        self.child.wait().expect("the runtime can be waited for");
    }

    /// What the runtime has logged until now.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.lock().unwrap()).into_owned()
    }

    fn stop(&mut self) {
        let ended = |child: &mut Child| !matches!(child.try_wait(), Ok(None));
        if ended(&mut self.child) {
            return;
        }
        // Where the signal cannot be sent, the deadline below ends the process.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let deadline = Instant::now() + STOP;
        while Instant::now() < deadline {
            if ended(&mut self.child) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        self.kill();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
        if thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let hidden = lines.len().saturating_sub(SHOWN_LINES);
            let whole = keep(&log).map_or_else(|error| error.to_string(), |path| path.display().to_string());
            eprintln!(
                "--- the runtime's log after {hidden} lines (all of it: {whole})\n{}\n---",
                lines[hidden..].join("\n")
            );
        }
    }
}

/// Writes a log to a file that stays, beside the programs.
fn keep(log: &str) -> io::Result<PathBuf> {
    let directory = binaries::local_runtime().with_file_name("logs");
    fs::create_dir_all(&directory)?;
    let mut file = tempfile::Builder::new().suffix(".log").tempfile_in(directory)?;
    file.write_all(log.as_bytes())?;
    Ok(file.into_temp_path().keep()?)
}

fn collect(mut stderr: impl Read + Send + 'static) -> Arc<Mutex<Vec<u8>>> {
    let log = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::clone(&log);
    thread::spawn(move || {
        let mut chunk = [0; 4096];
        while let Ok(length @ 1..) = stderr.read(&mut chunk) {
            written.lock().unwrap().extend_from_slice(&chunk[..length]);
        }
    });
    log
}

/// The first line, as soon as it is there. Dropped without a value where the stream ends before it.
fn first_line(stdout: impl Read + Send + 'static) -> oneshot::Receiver<String> {
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || {
        let mut line = String::new();
        if matches!(BufReader::new(stdout).read_line(&mut line), Ok(1..)) {
            let _ = sender.send(line);
        }
    });
    receiver
}
