//! Starts the system, prints its address, and ends it on Ctrl-C or SIGTERM.

use std::{io::Write as _, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::Parser as _;
use local::{lambda::warden, logs, options::Options, system};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(warden::ARGUMENT) {
        return warden::main().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
    }
    let options = Options::parse();
    logs::init(options.log);
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            logs::error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")?;
    runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt()).context("listening for Ctrl-C")?;
        let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
        let serving = async {
            let system = system::start(options).await?;
            let mut stdout = std::io::stdout();
            writeln!(stdout, "listening on {}", system.url)
                .and_then(|()| stdout.flush())
                .context("printing the address")?;
            Ok::<_, anyhow::Error>(system)
        };
        let system = tokio::select! {
            system = serving => system?,
            _ = interrupt.recv() => return Ok(()),
            _ = terminate.recv() => return Ok(()),
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tokio::select! {
            () = system.say_goodbye() => {}
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        system.end();
        Ok(())
    })
}
