//! The command line.
#![allow(clippy::print_stdout, reason = "its purpose is the table")]

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use clap::{Parser, Subcommand, builder::RangedU64ValueParser};
use harness::workspace;
use load::{
    bench::{
        cold_start,
        instructions::{self, Baseline},
    },
    plot,
    report::Report,
    scenario::{
        connect,
        fanout::{self, Plan},
        overload, rest,
    },
    target::{self, Target},
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Puts the chat under load and measures it.
///
/// Builds and starts a local runtime; with --url and --websocket-url, measures a deployed system. Latencies are those
/// of the clients. Processor time is that of one delivery, call or handshake, and known for a local system only.
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    scenario: Scenario,

    #[command(flatten)]
    target: target::Options,

    /// Seconds of each level of load
    #[arg(long, default_value_t = 10, global = true)]
    seconds: u32,

    /// Directory of the JSON file and the plot [default: target/load]
    #[arg(long, value_name = "DIR", global = true)]
    output: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Scenario {
    /// Calls over REST, by each user one after another
    Rest {
        /// Number of concurrent users: a step each
        #[arg(long, value_delimiter = ',', default_value = "1,2,4,8,16")]
        people: Vec<usize>,
    },
    /// Messages at a steady rate to one room, in which all members listen
    Room {
        /// Number of members
        #[arg(long, default_value_t = 100)]
        members: usize,
        /// Messages each second: a step each, until one is too slow
        #[arg(long, value_delimiter = ',', default_value = "5,10,20,40,60,80,100,120")]
        rates: Vec<u32>,
    },
    /// Many small rooms that talk concurrently
    Rooms {
        /// Number of rooms
        #[arg(long, default_value_t = 100)]
        rooms: usize,
        /// Number of members of each
        #[arg(long, default_value_t = 5)]
        members: usize,
        /// Messages each second, to all rooms together: a step each, until one is too slow
        #[arg(long, value_delimiter = ',', default_value = "50,100,200,400,600,800,1000")]
        rates: Vec<u32>,
    },
    /// Many small rooms in which one operation in five is a reaction, and the others are messages
    Reactions {
        /// Number of rooms
        #[arg(long, default_value_t = 100)]
        rooms: usize,
        /// Number of members of each
        #[arg(long, default_value_t = 5)]
        members: usize,
        /// Operations each second, to all rooms together: a step each, until one is too slow
        #[arg(long, value_delimiter = ',', default_value = "50,100,200,400,600")]
        rates: Vec<u32>,
    },
    /// Sockets that open
    Connect {
        /// Number of sockets
        #[arg(long, default_value_t = 2000)]
        sockets: usize,
        /// Number of concurrent handshakes: a step each
        #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
        at_once: Vec<usize>,
    },
    /// Every function's start: its time, its memory, the sizes of its executable and archive
    ColdStart {
        /// Number of starts of each function
        #[arg(long, default_value_t = 20)]
        runs: u64,
    },
    /// Every function's instructions, counted by valgrind: fails if they are more than the baseline
    Instructions {
        /// Make these counts the baseline
        #[arg(long)]
        accept: bool,
        /// Only these functions
        #[arg(long, value_delimiter = ',', conflicts_with = "accept")]
        only: Vec<String>,
        /// Directory of the profiles, for `callgrind_annotate`
        #[arg(long, value_name = "DIR")]
        profiles: Option<PathBuf>,
    },
    /// The load that the machine sustains, and five times that: fails if a call ends other than in success, 429 or 503
    /// with Retry-After, if memory grows, or if an acknowledged message is missing
    Overload,
    /// A room that all members read, then one in which one member's socket is not read: long messages, so that its
    /// buffers fill
    Stall {
        /// Number of members
        #[arg(long, default_value_t = 11, value_parser = RangedU64ValueParser::<usize>::new().range(2..))]
        members: usize,
        /// Messages each second: a step each
        #[arg(long, value_delimiter = ',', default_value = "100")]
        rates: Vec<u32>,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    allow_many_sockets();
    match &options.scenario {
        Scenario::ColdStart { runs } => return cold_start(&options, *runs).await,
        Scenario::Instructions { accept, only, profiles } => {
            return instructions(&options, *accept, only, profiles.as_deref()).await;
        }
        _ => {}
    }
    let target = Target::start(&options.target).await?;
    let report = run(&target, &options).await?;
    println!("{}", report.table());
    write(&options, &format!("{}.json", report.scenario), &report)?;
    if report.steps.len() > 1 {
        let file = options.output().join(&report.scenario).with_extension("svg");
        plot::write(&report, &file).context("drawing the plot")?;
        println!("{}", file.display());
    }
    Ok(())
}

impl Options {
    fn output(&self) -> PathBuf {
        self.output.clone().unwrap_or_else(|| workspace().join("target/load"))
    }
}

async fn cold_start(options: &Options, runs: u64) -> Result<()> {
    let starts = cold_start::run(&target::executables(&options.target)?, runs).await?;
    println!("{}", cold_start::table(&starts));
    write(options, "cold-start.json", &starts)
}

fn write(options: &Options, name: &str, value: &impl serde::Serialize) -> Result<()> {
    let file = options.output().join(name);
    fs::create_dir_all(options.output())
        .and_then(|()| fs::write(&file, json(value)?))
        .context("writing the JSON file")?;
    println!("{}", file.display());
    Ok(())
}

async fn instructions(options: &Options, accept: bool, only: &[String], profiles: Option<&Path>) -> Result<()> {
    const AGAIN: u32 = 3;
    let directory = target::executables(&options.target)?;
    let file = instructions::baseline();
    let compiler = instructions::compiler()?;
    let mut counted = instructions::count(&directory, only, profiles).await?;
    if accept {
        instructions::confirm(&directory, &mut counted).await?;
        println!("{}", instructions::table(&counted));
        return fs::write(&file, json(&Baseline { compiler, functions: counted })?).context("writing the baseline");
    }
    let baseline = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let baseline: Baseline = serde_json::from_str(&baseline).context("reading the baseline")?;
    if compiler != baseline.compiler {
        println!("{}", instructions::table(&counted));
        bail!(
            "the baseline was counted with {}, and this is {compiler}; use the compiler of rust-toolchain.toml, \
             or make a new baseline with --accept",
            baseline.compiler
        );
    }
    instructions::recount(&directory, &baseline.functions, &mut counted, AGAIN).await?;
    println!("{}", instructions::table(&counted));
    let worse = instructions::worse(&baseline.functions, &counted);
    ensure!(worse.is_empty(), "{}\nif this is intended: --accept", worse.join("\n"));
    Ok(())
}

fn json(value: &impl serde::Serialize) -> std::io::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

async fn run(target: &Target, options: &Options) -> Result<Report> {
    let seconds = options.seconds;
    let plan = |name: String, rooms: usize, members: usize, rates: &[u32]| Plan {
        name,
        rooms,
        members,
        silent: 0,
        rates: rates.to_owned(),
        seconds,
        length: 0,
        reactions: 0,
    };
    match &options.scenario {
        Scenario::Rest { people } => rest::run(target, people, Duration::from_secs(seconds.into())).await,
        Scenario::Room { members, rates } => {
            fanout::run(target, &plan(format!("room-{members}"), 1, *members, rates)).await
        }
        Scenario::Rooms { rooms, members, rates } => {
            fanout::run(target, &plan(format!("rooms-{rooms}"), *rooms, *members, rates)).await
        }
        Scenario::Reactions { rooms, members, rates } => {
            let plan = plan(format!("reactions-{rooms}"), *rooms, *members, rates);
            fanout::run(target, &Plan { reactions: 5, ..plan }).await
        }
        Scenario::Overload => overload::run(target, Duration::from_secs(seconds.into())).await,
        Scenario::Connect { sockets, at_once } => connect::run(target, *sockets, at_once).await,
        Scenario::Stall { members, rates } => {
            let reading = Plan { length: 4_000, ..plan("stall".to_owned(), 1, *members, rates) };
            let stalled = Plan { members: members - 1, silent: 1, ..reading.clone() };
            let mut report = fanout::run(target, &reading).await?;
            report.steps.extend(fanout::run(target, &stalled).await?.steps);
            Ok(report)
        }
        Scenario::ColdStart { .. } | Scenario::Instructions { .. } => bail!("a bench needs no system"),
    }
    .context("putting the system under load")
}

/// Raises the limit of open files for this process, and for the local runtime that it starts.
fn allow_many_sockets() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // If that is refused, a scenario with fewer sockets still runs.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}
