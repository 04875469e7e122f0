//! A local runtime as a process: its start, its log and its end.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    sync::oneshot,
    time::{sleep, timeout},
};

/// How long a runtime may take to listen.
const START: Duration = Duration::from_mins(1);
/// How long a runtime may take to end in good order.
const STOP: Duration = Duration::from_secs(10);
/// The pause between two looks at whether a runtime has ended.
const LOOK: Duration = Duration::from_millis(5);
/// The time that the last lines of a log may take through the pipe.
const LAST_WORDS: Duration = Duration::from_millis(100);
/// The lines of the log that a failing test prints. The test's own message precedes them and must stay visible.
const PRINTED_LINES: usize = 50;

/// A running local runtime.
///
/// Dropping it ends it in good order. If that happens because a test has failed, the end of the runtime's log is
/// printed.
#[derive(Debug)]
pub struct Runtime {
    child: Child,
    program: PathBuf,
    url: String,
    log: Log,
}

impl Runtime {
    /// Starts a runtime by its command line and waits until it listens.
    ///
    /// # Errors
    /// If the command cannot be started, or the runtime ends or takes a minute before it listens; with its log.
    pub async fn start(command: &mut Command) -> Result<Self> {
        Self::start_with(command.stderr(Stdio::piped())).await
    }

    /// Starts a runtime and discards its log. Collecting it would take processor time from a measurement.
    ///
    /// # Errors
    /// If the command cannot be started, or the runtime ends or takes a minute before it listens.
    pub async fn start_without_log(command: &mut Command) -> Result<Self> {
        Self::start_with(command.stderr(Stdio::null())).await
    }

    async fn start_with(command: &mut Command) -> Result<Self> {
        let program = PathBuf::from(command.get_program());
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {}", program.display()))?;
        let log = Log::default();
        if let Some(stderr) = child.stderr.take() {
            log.collect(stderr);
        }
        let line = first_line(child.stdout.take().context("stdout is piped")?);
        let mut runtime = Self { child, program, url: String::new(), log };
        let line = match timeout(START, line).await {
            Ok(Ok(line)) => line,
            Ok(Err(_)) => {
                sleep(LAST_WORDS).await;
                bail!("the local runtime has ended before it listened:\n{}", runtime.log());
            }
            Err(_) => bail!("the local runtime does not listen after {START:?}:\n{}", runtime.log()),
        };
        let url = line.trim_end().strip_prefix("listening on ");
        url.with_context(|| format!("the local runtime's first line is {line:?}"))?.clone_into(&mut runtime.url);
        Ok(runtime)
    }

    /// The URL of the runtime, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The id of the runtime's process, which is the parent of those of the functions.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The log until now, in whole lines.
    #[must_use]
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.lock()).into_owned()
    }

    /// Sends a signal to the runtime.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        kill_process(Pid::from_child(&self.child), signal).map_err(Into::into)
    }

    /// Waits until the runtime ends by itself.
    ///
    /// # Errors
    /// If its process cannot be waited for.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            sleep(LOOK).await;
        }
    }

    /// Ends the runtime by `kill -9`: none of its own code runs any more.
    ///
    /// # Errors
    /// If its process cannot be killed.
    pub fn kill(&mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }

    /// Ends the runtime by SIGTERM, and kills it if that takes too long.
    fn stop(&mut self) {
        let has_ended = |child: &mut Child| !matches!(child.try_wait(), Ok(None));
        if has_ended(&mut self.child) {
            return;
        }
        // If the signal cannot be sent, the deadline below ends the process.
        let _ = self.signal(Signal::TERM);
        let deadline = Instant::now() + STOP;
        while Instant::now() < deadline {
            if has_ended(&mut self.child) {
                return;
            }
            thread::sleep(LOOK);
        }
        let _ = self.kill();
    }

    /// The last lines of the log, and the path of a file that has all of them.
    fn excerpt(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        let hidden = lines.len().saturating_sub(PRINTED_LINES);
        let whole = keep(&log, &self.program).map_or_else(|error| error.to_string(), |file| file.display().to_string());
        let shown = lines.get(hidden..).unwrap_or_default().join("\n");
        format!("--- the runtime's log after {hidden} lines (all of it: {whole})\n{shown}\n---")
    }
}

impl Drop for Runtime {
    #[expect(clippy::print_stderr, reason = "the output of a failed test")]
    fn drop(&mut self) {
        self.stop();
        if thread::panicking() {
            eprintln!("{}", self.excerpt());
        }
    }
}

/// Writes a log to a new file that stays, in a directory beside the program.
fn keep(log: &str, program: &Path) -> io::Result<PathBuf> {
    let directory = program.with_file_name("logs");
    fs::create_dir_all(&directory)?;
    let mut file = tempfile::Builder::new().suffix(".log").tempfile_in(directory)?;
    file.write_all(log.as_bytes())?;
    Ok(file.into_temp_path().keep()?)
}

/// The lines that a runtime has written to stderr.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn collect(&self, stderr: impl Read + Send + 'static) {
        let log = self.clone();
        thread::spawn(move || {
            let (mut stderr, mut line) = (BufReader::new(stderr), Vec::new());
            while let Ok(1..) = stderr.read_until(b'\n', &mut line) {
                log.lock().append(&mut line);
            }
        });
    }
}

/// The first line of a stream. The sender is dropped without a value if the stream ends before it.
fn first_line(stdout: impl Read + Send + 'static) -> oneshot::Receiver<String> {
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || {
        let mut line = String::new();
        if matches!(BufReader::new(stdout).read_line(&mut line), Ok(1..)) {
            // A receiver that is gone has timed out.
            let _ = sender.send(line);
        }
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell script in the place of a runtime.
    fn script(text: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", text]);
        command
    }

    #[tokio::test]
    async fn a_runtime_is_known_by_its_url_and_its_log() {
        let mut runtime =
            Runtime::start(&mut script("echo one >&2; echo listening on http://here; read _")).await.unwrap();
        assert_eq!(runtime.url(), "http://here");
        assert_eq!(runtime.ended().await.unwrap().code(), Some(1));
        while runtime.log() != "one\n" {
            sleep(LOOK).await;
        }
    }

    #[tokio::test]
    async fn a_program_that_does_not_listen_is_an_error() {
        let error = Runtime::start(&mut script("exit 3")).await.unwrap_err();
        assert!(error.to_string().contains("has ended before it listened"), "{error}");
        let error = Runtime::start(&mut script("echo hello; sleep 60")).await.unwrap_err();
        assert!(error.to_string().contains("first line is \"hello\\n\""), "{error}");
    }
}
