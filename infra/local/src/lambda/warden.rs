//! A helper process that outlives the runtime for the moment it takes to kill the functions.
//!
//! A function that is busy when the runtime is killed with `kill -9` would go on running. The warden holds the read end
//! of a pipe from the runtime: however the runtime ends, the pipe closes, and the warden kills every process group it
//! was told of, and deletes the directory that was to last no longer.

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

/// The argument that makes the runtime's own executable a warden.
pub const ARGUMENT: &str = "__warden";

/// The runtime's side of the pipe.
#[derive(Clone, Debug)]
pub struct Warden(Arc<Mutex<(Child, Option<ChildStdin>)>>);

impl Warden {
    /// Starts `executable`, which must be this program, as a warden.
    ///
    /// # Errors
    /// Where the process cannot be started.
    pub fn start(executable: &Path) -> Result<Self> {
        let mut process = Command::new(executable)
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            // Ctrl-C goes to the whole foreground group, and the warden has to see the end of it.
            .process_group(0)
            .spawn()
            .context("starting the process that watches over the functions")?;
        let pipe = process.stdin.take();
        Ok(Self(Arc::new(Mutex::new((process, pipe)))))
    }

    /// Makes a directory that ends with the runtime.
    ///
    /// # Errors
    /// Where there is no place for it.
    pub fn temporary_directory(&self) -> Result<PathBuf> {
        let directory = tempfile::Builder::new().prefix("local-").tempdir().context("making a temporary directory")?;
        let path = directory.keep();
        self.tell(&format!("/{}\n", path.display()));
        Ok(path)
    }

    /// From now on the process group `group` dies with the runtime.
    pub fn watch(&self, group: u32) {
        self.tell(&format!("+{group}\n"));
    }

    /// The process group `group` has ended.
    pub fn forget(&self, group: u32) {
        self.tell(&format!("-{group}\n"));
    }

    fn tell(&self, line: &str) {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A warden that is gone leaves the runtime without its safety net, not without its function.
        if let Some(pipe) = &mut guard.1 {
            let _ = pipe.write_all(line.as_bytes());
        }
    }

    /// Kills every function, and returns when they have been killed.
    pub fn end(&self) {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        guard.1 = None;
        let _ = guard.0.wait();
    }
}

/// The warden's own main function: reads until the pipe closes, then kills.
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
