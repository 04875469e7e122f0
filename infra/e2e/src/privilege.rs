use std::{path::Path, process::Command};

/// Runs the check of least privilege on a template and a record of calls. Returns a line for each finding.
pub fn least_privilege(template: &Path, record: &Path) -> Vec<String> {
    let check = harness::executables().join("least-privilege");
    let output =
        Command::new(check).arg("--template").arg(template).arg(record).output().expect("the check can be run");
    let lines: Vec<_> = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    assert_eq!(output.status.success(), lines.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    lines
}
