use std::{
    io::{BufRead as _, BufReader},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use rustix::process::{Pid, Signal, kill_process_group};

/// A `ChromeDriver` on its own port. Dropping it ends it and its browser.
#[derive(Debug)]
pub(crate) struct Driver {
    child: Child,
    /// The URL, such as `http://127.0.0.1:40123`.
    pub(crate) url: String,
}

impl Driver {
    /// Starts a driver. The browser's temporary files are in `directory`.
    pub(crate) fn start(directory: &Path) -> Self {
        // ChromeDriver chooses a port that is free on IPv4, and ends if the same port is taken on IPv6.
        (0..5).find_map(|_| Self::try_start(directory)).expect("chromedriver finds a port")
    }

    fn try_start(directory: &Path) -> Option<Self> {
        let child = Command::new("chromedriver")
            .arg("--port=0")
            .env("TMPDIR", directory)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed: Debian's packages chromium and chromium-driver");
        let mut driver = Self { child, url: String::new() };
        let stdout = driver.child.stdout.take().expect("stdout is piped");
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let port = lines.find_map(|line| line.strip_prefix(STARTED).map(str::to_owned))?;
        // Discards the rest of its output, so that it never waits for a reader.
        thread::spawn(move || lines.for_each(drop));
        driver.url = format!("http://127.0.0.1:{}", port.trim_end_matches('.'));
        Some(driver)
    }
}

const STARTED: &str = "ChromeDriver was started successfully on port ";

impl Drop for Driver {
    fn drop(&mut self) {
        // The driver may have ended already.
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}
