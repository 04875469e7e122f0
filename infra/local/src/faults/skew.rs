//! Wrong clocks: `libfaketime` answers an instance's questions for the time in place of the system.
//!
//! <https://github.com/wolfcw/libfaketime>

use std::{fs, path::PathBuf};

/// The library for programs with threads, below the directory of the machine's architecture.
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";

/// Fails if the library is missing, with a sentence that says so.
pub(super) fn is_possible() -> Result<(), String> {
    library().map(drop).ok_or_else(|| {
        format!("needs {LIBRARY} in a directory of /usr/lib: install the package libfaketime of Debian or Ubuntu")
    })
}

/// The variables that put a process's clock forward, or back if `millis` is negative. The monotonic clock, and so every
/// timeout, stays right.
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
