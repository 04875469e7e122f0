//! A helper process that outlives the runtime until it has killed the functions.
//!
//! Without it, a busy function would survive a `kill -9` of the runtime. The warden holds the read end of a pipe from
//! the runtime. However the runtime ends, the pipe closes; then the warden kills every registered process group and
//! deletes the temporary directories.

use std::{
    collections::HashSet,
    fs,
    io::{self, BufRead as _, Write as _},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process_group};

/// The argument with which the runtime's own executable becomes a warden.
pub const ARGUMENT: &str = "__warden";

/// The runtime's side of the pipe.
#[derive(Clone, Debug)]
pub struct Warden(Arc<Mutex<(Child, Option<ChildStdin>)>>);

impl Warden {
    /// Starts `executable`, which must be this program, as a warden.
    ///
    /// # Errors
    /// If the process cannot be started.
    pub fn start(executable: &Path) -> Result<Self> {
        let mut process = Command::new(executable)
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            // Ctrl-C kills the whole foreground group, and the warden must outlive it.
            .process_group(0)
            .spawn()
            .context("starting the process that kills the functions at the end")?;
        let pipe = process.stdin.take();
        Ok(Self(Arc::new(Mutex::new((process, pipe)))))
    }

    /// Makes a directory that is deleted at the end of the runtime.
    ///
    /// # Errors
    /// If the directory cannot be made.
    pub fn temporary_directory(&self) -> Result<PathBuf> {
        let directory = tempfile::Builder::new().prefix("local-").tempdir().context("making a temporary directory")?;
        let path = directory.keep();
        self.tell(&format!("/{}\n", path.display()));
        Ok(path)
    }

    /// Registers a process group, which is killed at the end of the runtime.
    pub fn watch(&self, group: u32) {
        self.tell(&format!("+{group}\n"));
    }

    /// Removes a process group that has ended.
    pub fn forget(&self, group: u32) {
        self.tell(&format!("-{group}\n"));
    }

    fn tell(&self, line: &str) {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Without a warden the runtime has no safety net, but works.
        if let Some(pipe) = &mut guard.1 {
            let _ = pipe.write_all(line.as_bytes());
        }
    }

    /// Kills every function, and returns when they are dead.
    pub fn end(&self) {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        guard.1 = None;
        let _ = guard.0.wait();
    }
}

/// The main function of the warden: reads until the pipe closes, then kills.
///
/// # Errors
/// Never in practice; a pipe that cannot be read counts as closed.
pub fn main() -> io::Result<()> {
    let mut groups = HashSet::new();
    let mut directories = Vec::new();
    for line in io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        match line.split_at_checked(1) {
            Some(("+", group)) => groups.insert(group.to_owned()),
            Some(("-", group)) => groups.remove(group),
            Some(("/", directory)) => {
                directories.push(directory.to_owned());
                continue;
            }
            _ => continue,
        };
    }
    for group in groups.iter().filter_map(|group| group.parse().ok()).filter_map(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    for directory in directories {
        let _ = fs::remove_dir_all(directory);
    }
    Ok(())
}
