//! Proves least privilege by a record that local runtimes have written with `--iam-record` during all journeys: each
//! call was granted, and each grant was needed. Prints each finding in a line.

use std::{collections::BTreeSet, fs, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::Parser;
use local::iam::{Call, proof};
use template::{Secrets, Template};

/// Checks the policies of a template against the calls that its functions have made.
#[derive(Parser)]
#[command(name = "least-privilege")]
struct Options {
    /// The template
    #[arg(long, value_name = "FILE", default_value = "template.yaml")]
    template: PathBuf,

    /// The file that the local runtime has written with --iam-record
    record: PathBuf,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(findings) if findings.is_empty() => ExitCode::SUCCESS,
        Ok(findings) => {
            for finding in findings {
                anstream::println!("{finding}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<Vec<String>> {
    let source = fs::read_to_string(&options.template).with_context(|| options.template.display().to_string())?;
    let template = Template::parse(&source, &mut Secrets::in_memory())?;
    let record = fs::read_to_string(&options.record).with_context(|| options.record.display().to_string())?;
    let calls: BTreeSet<Call> = record.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    Ok(proof::findings(&template.functions, &calls))
}
