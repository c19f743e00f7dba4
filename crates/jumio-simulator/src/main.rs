//! `jumio-simulator`: the simulator as a program. Everything it does is in the library; here are its options and what it
//! prints.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use jumio_simulator::{Callbacks, Simulator};
use serde_json::json;

/// Jumio on localhost (SIMULATED): for trying an integration without an account. Send no real documents.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// Port on 127.0.0.1; 0 takes the port of the state folder's last run, else a free one
    #[arg(long, default_value_t = 8888)]
    port: u16,
    /// Keep everything in this folder, and go on from it at the next start; without it all is in memory
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,
    /// Print one JSON object {"baseUrl", "clientId", "clientSecret"} on the first line
    #[arg(long)]
    json: bool,
    /// From finalize to PROCESSED, such as 500ms, 2s or 1m
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = duration)]
    processing_delay: Duration,
    /// How long after PROCESSED the details are still 404
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration)]
    details_404_for: Duration,
    /// Never send a callback
    #[arg(long)]
    no_callbacks: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where even that cannot be written, the exit code still tells.
            let _ = writeln!(io::stderr(), "jumio-simulator: {}", chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    // Taken first: a signal that comes while it starts must not be missed.
    let ended = ended()?;
    let mut builder = Simulator::builder()
        .port(options.port)
        .processing_delay(options.processing_delay)
        .details_404_for(options.details_404_for);
    if let Some(folder) = options.state_dir {
        builder = builder.state_dir(folder);
    }
    if options.no_callbacks {
        builder = builder.callbacks(Callbacks::Off);
    }
    let simulator = builder.start().await?;
    announce(&simulator, options.json)?;
    ended.await;
    simulator.stop().await;
    Ok(())
}

fn announce(simulator: &Simulator, as_json: bool) -> io::Result<()> {
    let base = simulator.base_url();
    let (id, secret) = (simulator.client_id(), simulator.client_secret());
    let mut out = io::stdout().lock();
    if as_json {
        writeln!(out, "{}", json!({ "baseUrl": base, "clientId": id, "clientSecret": secret }))?;
    } else {
        writeln!(out, "SIMULATED: this is Jumio's API played on this machine. Send no real documents.")?;
        writeln!(out)?;
        writeln!(out, "  address        {base}")?;
        writeln!(out, "  client id      {id}")?;
        writeln!(out, "  client secret  {secret}")?;
        writeln!(out)?;
        writeln!(out, "An access token:")?;
        writeln!(out, "  curl -u {id}:{secret} -d grant_type=client_credentials {base}/oauth2/token")?;
        writeln!(out, "What happened so far:")?;
        writeln!(out, "  curl {base}/_sim/transactions")?;
        writeln!(out, "Ctrl-C stops it.")?;
    }
    out.flush()
}

/// Comes when the program is asked to end.
#[cfg(unix)]
fn ended() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Comes when the program is asked to end.
#[cfg(not(unix))]
fn ended() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let millis = match unit {
        "ms" => Some(1),
        "s" => Some(1000),
        "m" => Some(60 * 1000),
        "h" => Some(60 * 60 * 1000),
        _ => None,
    };
    number
        .parse::<u64>()
        .ok()
        .zip(millis)
        .and_then(|(number, millis)| number.checked_mul(millis))
        .map(Duration::from_millis)
        .ok_or_else(|| "write a whole number and one of ms, s, m, h, such as 500ms".to_owned())
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

#[cfg(test)]
mod tests {
    use super::{Duration, duration};

    #[test]
    fn times_have_a_unit() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for text in ["", "5", "s", "-1s", "1.5s", "1 s", "99999999999999999999s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
