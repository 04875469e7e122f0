//! The memory of a local system, from `/proc`.

use std::fs;

use crate::cpu::{Stat, numbered};

/// Returns the resident memory of the local runtime with this process id and of its functions, in bytes. Counts shared
/// pages for each process. Returns 0 for a deployed system.
#[must_use]
pub fn of(runtime: Option<u32>) -> u64 {
    let Some(runtime) = runtime else { return 0 };
    let is_ours = |process: &u32| {
        let parent = || Stat::read(format!("/proc/{process}/stat")).map(|stat| stat.parent);
        *process == runtime || parent() == Some(runtime)
    };
    numbered("/proc").into_iter().filter(is_ours).map(resident).sum()
}

/// See proc(5).
fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let kilobytes =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok());
    kilobytes.unwrap_or(0_u64) * 1024
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_process_has_memory() {
        assert!(super::of(Some(std::process::id())) > 1024 * 1024);
        assert_eq!(super::of(None), 0);
    }
}
