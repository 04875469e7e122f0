//! Clocks that are off: `libfaketime` stands between an instance and its system's clock, and the instance knows nothing of it.
//!
//! <https://github.com/wolfcw/libfaketime>

use std::{fs, path::PathBuf};

/// The library for programs with threads, below the directory of the machine's architecture.
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";

/// Says what is missing.
pub(super) fn is_possible() -> Result<(), String> {
    library().map(drop).ok_or_else(|| {
        format!("needs {LIBRARY} in a directory of /usr/lib: install the package libfaketime of Debian or Ubuntu")
    })
}

/// The variables that put a process's clock forward, or back where `millis` are negative. How much time has passed, and so
/// every timeout, is as it was.
pub(super) fn variables(millis: i64) -> Vec<(&'static str, String)> {
    let Some(library) = library() else { return Vec::new() };
    let sign = if millis < 0 { '-' } else { '+' };
    let seconds = format!("{sign}{}.{:03}", millis.unsigned_abs() / 1000, millis.unsigned_abs() % 1000);
    vec![
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME", seconds),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ]
}

fn library() -> Option<PathBuf> {
    let directories = fs::read_dir("/usr/lib").ok()?;
    directories.filter_map(Result::ok).map(|directory| directory.path().join(LIBRARY)).find(|path| path.is_file())
}
