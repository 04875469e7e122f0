//! One `ChromeDriver`, from its start to its end.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
    thread,
};

use rustix::process::{Pid, Signal, kill_process_group};

/// A `ChromeDriver` on a port of its own. It ends when this is dropped, and its browser with it.
#[derive(Debug)]
pub(crate) struct Driver {
    child: Child,
    /// Such as `http://127.0.0.1:40123`.
    pub(crate) url: String,
}

impl Driver {
    pub(crate) fn start() -> Self {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed: Debian's packages chromium and chromium-driver");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines().map_while(Result::ok);
        let started = lines.find_map(|line| line.strip_prefix(STARTED).map(str::to_owned));
        let started = started.expect("chromedriver says on which port it listens");
        // Nobody reads what else it says, and it must not wait for a reader.
        thread::spawn(move || lines.for_each(drop));
        Self { child, url: format!("http://127.0.0.1:{}", started.trim_end_matches('.')) }
    }
}

const STARTED: &str = "ChromeDriver was started successfully on port ";

impl Drop for Driver {
    fn drop(&mut self) {
        // One that has ended already is no matter.
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}
