//! The command line.

use std::{path::PathBuf, time::Duration};

use clap::Parser;

/// Runs the whole system on this machine: every function of template.yaml as the real binary behind a local API
/// Gateway, on an embedded DynamoDB.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "local",
    after_help = "\
When everything answers, one line goes to standard output: `listening on http://127.0.0.1:8000`. Everything else goes
to standard error.

On that one port:
  /…                       the routes of the HTTP API
  /<stage>?room_name=1     the WebSocket API
  /ws/chat/1/              the same socket, as the original service had it
  /<stage>/@connections    the connection management API
  POST / (x-amz-target)    DynamoDB: aws dynamodb list-tables --endpoint-url http://localhost:8000
  /_local/iam              the rights that the functions have, those used, and calls refused

Set RUST_LOG=debug to see more of what the functions log."
)]
pub struct Options {
    /// The port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 8000)]
    pub port: u16,

    /// Keep nothing: the data ends with the process
    #[arg(long, conflicts_with = "data")]
    pub memory: bool,

    /// Where the data is kept [default: .local beside the template]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// Build and run the functions optimised
    #[arg(long)]
    pub release: bool,

    /// Do not build: run the functions as they were built last
    #[arg(long)]
    pub no_build: bool,

    /// Do not build: run the executables in this directory
    #[arg(long, value_name = "DIR", conflicts_with_all = ["no_build", "release"])]
    pub functions: Option<PathBuf>,

    /// The template [default: template.yaml here or in a directory above]
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,

    /// After how many seconds without a frame a socket is closed
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = seconds)]
    pub socket_idle: Duration,

    /// After how many seconds every socket is closed
    #[arg(long, value_name = "SECONDS", default_value = "7200", value_parser = seconds)]
    pub socket_duration: Duration,

    /// How often expired items are deleted, which takes DynamoDB itself a few days
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub ttl_sweep: Duration,

    /// Add every kind of call that a function makes, allowed or refused, to this file
    #[arg(long, value_name = "FILE")]
    pub iam_record: Option<PathBuf>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "a number of seconds is needed".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
