//! The command line.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use clap::{
    Parser,
    builder::styling::{AnsiColor, Styles},
};
use url::Url;

use crate::logs::Format;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const BUILDING: &str = "Building";
const DATA: &str = "Data";
const SERVING: &str = "Serving";
const OBSERVING: &str = "Observing";

/// The end of `-h`.
const SHORT: &str = "See `--help` for details and examples.";

/// The end of `--help`.
const LONG: &str = r#"Examples:
  cargo run                               build, and serve on http://localhost:8000
  cargo run -- --watch                    and build again after each change
  cargo run -- --memory --port 0          no data kept, any free port: for tests
  cargo run -- --log json 2> log.jsonl    for jq '.lines[]?'
  RUST_LOG=debug cargo run                with all log lines of the functions

Services on the port:
  /…                              the routes of the HTTP API
  /<stage>                        the WebSocket API
  /ws, /ws/chat/<room>/           the same, at the paths of the edge; the second is that of the original service
  /<stage>/@connections/<id>      the connection management API
  /<bucket>/…                     S3: aws s3 ls s3://<bucket> --endpoint-url http://localhost:8000
  POST / with x-amz-target        DynamoDB: aws dynamodb … --endpoint-url http://localhost:8000
  /2015-03-31/functions/…         Lambda: aws lambda invoke --function-name login … --endpoint-url …
  /_local/iam                     the rights of the functions, their use, and the refused calls
  /_local/calls                   with --record-calls: every invocation with its calls, their order and their units
  /_local/faults                  with --faults: PUT a plan, GET it with the number of times that each rule has fired

Plans of faults:
  {"seed": 42, "rules": [{"fault": "lose_answer", "operation": "PutItem", "probability": 0.1}, …]}
  Of the rules that cover a call, the first one that fires wins. The same seed and the same order of calls give the
  same faults.
  fault, on calls       kill_before, kill_after, throttle, fail_before, fail_after, lose_answer, slow, unprocessed,
                        conflict, gone
  fault, elsewhere      duplicate (an event), cut (a socket), forget_disconnect, skew (the clock of a new instance)
  function              its handler, or its binary if the handler is `bootstrap`
  service               dynamodb, secrets, connections or s3
  operation             such as UpdateItem; the method, for connections and s3
  call                  the number of the call in its invocation, from 1
  probability, times    of each strike, and the most strikes
  millis                the delay of slow, the error of skew

Output and data:
  stdout        one line, when all services answer: listening on http://127.0.0.1:8000
  stderr        everything else
  .local/       dynamodb.sqlite, s3/ with the objects, and secrets.json with the generated secrets; delete it for a
                fresh start

Environment:
  RUST_LOG                         the log level of the functions, such as debug or chat=trace; default: info
  NO_COLOR, CLICOLOR_FORCE         colours never, colours even without a terminal
  SSL_CERT_FILE, SSL_CERT_DIR      passed on to the functions, like PATH and RUST_BACKTRACE; no others are"#;

/// Runs template.yaml on this machine: its functions, APIs, tables and buckets.
///
/// Every function is the real binary behind a local API Gateway, on an embedded DynamoDB and S3, with only the rights
/// that the template grants. No data leaves this machine.
#[derive(Clone, Debug, Parser)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[command(name = "local", styles = STYLES, after_help = SHORT, after_long_help = LONG)]
pub struct Options {
    /// The template [default: template.yaml here or in a directory above]
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,

    /// Values for the template's parameters, as for `sam deploy`: RegistrationsPerHour=1000
    #[arg(long, value_name = "NAME=VALUE", num_args = 1.., value_parser = parameter)]
    pub parameter_overrides: Vec<(String, String)>,

    /// Build again after each change, and send the next events to the new build
    ///
    /// Sockets stay open, and running invocations finish. A failed build has no effect. With --functions, replaced
    /// executables in that directory are used in place of the old ones.
    #[arg(long, conflicts_with = "no_build", help_heading = BUILDING)]
    pub watch: bool,

    /// Build and run the functions optimised
    #[arg(long, help_heading = BUILDING)]
    pub release: bool,

    /// Do not build: run the functions of the last build
    #[arg(long, help_heading = BUILDING)]
    pub no_build: bool,

    /// Do not build: run the executables in this directory
    ///
    /// They are named as Metadata.BuildProperties.Binary in the template.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["no_build", "release"], help_heading = BUILDING)]
    pub functions: Option<PathBuf>,

    /// Keep no data: it ends with the process
    #[arg(long, conflicts_with = "data", help_heading = DATA)]
    pub memory: bool,

    /// The directory of the data [default: .local beside the template]
    #[arg(long, value_name = "DIR", help_heading = DATA)]
    pub data: Option<PathBuf>,

    /// The port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 8000, help_heading = SERVING)]
    pub port: u16,

    /// Listen on this address of the machine too
    ///
    /// Containers of Docker on Linux reach 172.17.0.1, not 127.0.0.1. Everybody who reaches the address may do
    /// everything.
    #[arg(long, value_name = "ADDRESS", help_heading = SERVING)]
    pub listen: Option<IpAddr>,

    /// The address at which clients reach the runtime, for links to files, forms and the socket of the page
    ///
    /// For an Android emulator the host is 10.0.2.2; a tunnel has an https URL. The port 0 is that of the runtime. A
    /// proxy must pass on `Host` and the path, because links are signed with them. The runtime answers to this host
    /// too. Functions call the services at 127.0.0.1 nevertheless.
    #[arg(long, value_name = "URL", value_parser = public_url, help_heading = SERVING)]
    pub public_url: Option<Url>,

    /// Answer to this host name too, besides localhost, IP addresses and host.docker.internal
    ///
    /// Pages of other sites could reach this machine through names of their own, so other names are refused.
    #[arg(long, value_name = "NAME", num_args = 1.., value_parser = host, help_heading = SERVING)]
    pub allow_host: Vec<String>,

    /// Seconds without a frame after which a socket is closed
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = seconds, help_heading = SERVING)]
    pub socket_idle: Duration,

    /// Seconds after which every socket is closed
    #[arg(long, value_name = "SECONDS", default_value = "7200", value_parser = seconds, help_heading = SERVING)]
    pub socket_duration: Duration,

    /// Seconds without an event after which an instance of a function is ended
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = seconds, help_heading = SERVING)]
    pub instance_idle: Duration,

    /// The interval between deletions of expired items and objects; DynamoDB itself takes days, and S3 a day
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds, help_heading = DATA)]
    pub ttl_sweep: Duration,

    /// The format of the log on stderr
    ///
    /// With json, the functions log JSON too, and their lines are in the array `lines` of their invocation.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, help_heading = OBSERVING)]
    pub log: Format,

    /// Record the calls of each invocation to services, for /_local/calls
    ///
    /// Each call then takes 50 ms, so that the record distinguishes concurrent calls from consecutive ones.
    #[arg(long, help_heading = OBSERVING)]
    pub record_calls: bool,

    /// For tests only: inject faults after the plan at /_local/faults
    ///
    /// Instances die before or after a call, services fail, throttle or are slow, answers get lost, events come twice,
    /// sockets are cut, clocks are wrong. There are no faults before the first plan.
    #[arg(long, help_heading = OBSERVING)]
    pub faults: bool,

    /// Append every kind of call that a function makes, allowed or refused, to this file
    #[arg(long, value_name = "FILE", help_heading = OBSERVING)]
    pub iam_record: Option<PathBuf>,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("NAME=VALUE is needed")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn host(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains(['/', ':']) {
        return Err("a name without scheme and port is needed, such as laptop.local".to_owned());
    }
    Ok(text.to_owned())
}

fn public_url(text: &str) -> Result<Url, String> {
    let base = |url: &Url| {
        let is_bare =
            url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        matches!(url.scheme(), "http" | "https") && is_bare && url.has_host()
    };
    Url::parse(text)
        .ok()
        .filter(base)
        .ok_or_else(|| "an http or https URL without a path is needed, such as http://10.0.2.2:8000".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "a number of seconds is needed".to_owned())?;
    if (0.001..=31_536_000.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("must be from a millisecond to a year".to_owned())
    }
}
