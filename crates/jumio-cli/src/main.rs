//! The `jumio` command: reads the command line, runs one command, ends with its exit code.

mod args;
mod connect;
mod credentials;
mod database;
mod documents;
mod exit_code;
mod follow;
mod gate;
mod list;
mod log;
mod place;
mod prove;
mod receiver;
mod report;
mod resume;
mod sanitize;
mod session;
mod simulated;
mod simulator;
mod stop;
mod vocabulary;
mod wording;

use std::ffi::OsStr;
use std::process::ExitCode;

use args::{Cli, Command};
use database::Database;
use exit_code::Exit;
use report::{Console, Report};
use stop::Stop;

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::read() {
        Ok(cli) => Box::pin(run(cli)).await.into(),
        Err(error) => refuse(&error),
    }
}

async fn run(cli: Cli) -> Exit {
    log::start(cli.common.log);
    let simulated = match &cli.command {
        Command::Prove(prove) => prove.place.simulator,
        Command::Resume(resume) => resume.place.simulator,
        Command::List => false,
        Command::Sim(_) => true,
    };
    let console = Console::new(cli.common.json, simulated);
    match command(cli, console).await {
        Ok(exit) => exit,
        Err(stop) => report::stop(&console, &stop),
    }
}

async fn command(cli: Cli, console: Console) -> Result<Exit, Stop> {
    let database = || Database::locate(cli.common.db.as_deref());
    let mut report = Report::new(console);
    match cli.command {
        Command::Prove(args) => Box::pin(prove::prove(*args, &database()?, &mut report)).await,
        Command::Resume(args) => Box::pin(resume::resume(*args, &database()?, &mut report)).await,
        Command::List => list::list(&database()?, &console).await,
        Command::Sim(options) => {
            let ran = Box::pin(jumio_simulator::program::run(*options, cli.common.json)).await;
            ran.map(|()| Exit::Passed).map_err(|error| Stop::internal(&error))
        }
    }
}

/// Help, the version, or a command line that cannot be read.
fn refuse(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // A closed stdout is nobody's problem.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    if std::env::args_os().any(|arg| arg == OsStr::new("--json")) {
        let text = error.render().to_string();
        let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let message =
            lines.first().map_or("the command line cannot be read", |line| line.trim_start_matches("error: "));
        let stop = Stop::bad_input(message).advise(lines.get(1..).unwrap_or_default().join(" "));
        return report::stop(&Console::new(true, false), &stop).into();
    }
    let _ = error.print();
    Exit::BadInput.into()
}
