//! The check of least privilege.

use std::{path::Path, process::Command};

/// What the check says of a template and a record: a line for each thing that stands against least privilege.
pub fn least_privilege(template: &Path, record: &Path) -> Vec<String> {
    let check = harness::executables().join("least-privilege");
    let output =
        Command::new(check).arg("--template").arg(template).arg(record).output().expect("the check can be run");
    let lines: Vec<_> = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    assert_eq!(output.status.success(), lines.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    lines
}
