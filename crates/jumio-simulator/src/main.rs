//! `jumio-simulator`: the simulator as a program. Everything it does is in the library.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser;
use jumio_simulator::program;

/// Jumio on localhost (SIMULATED): for trying an integration without an account. Send no real documents.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(flatten)]
    options: program::Options,
    /// Print one JSON object {"baseUrl", "clientId", "clientSecret", "urls"} on the first line
    #[arg(long)]
    json: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match program::run(cli.options, cli.json).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where even that cannot be written, the exit code still tells.
            let _ = writeln!(io::stderr(), "jumio-simulator: {}", chain(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
