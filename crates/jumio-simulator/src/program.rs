//! The simulator as a program: its options, what it prints, and when it ends. `jumio-simulator` and `jumio sim` are both
//! this.

use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use jumio_model::endpoint::Role;
use serde_json::{Map, Value, json};

use crate::builder::Builder;
use crate::callbacks::{CallbackStatuses, Callbacks};
use crate::duration;
use crate::error::StartError;
use crate::scenario::{Scenario, ScenarioError};
use crate::settings::RateLimits;
use crate::simulator::Simulator;
use crate::sites::Services;
use crate::variants::Variant;

/// What can be chosen on the command line.
#[derive(Debug, Clone, clap::Args)]
#[non_exhaustive]
pub struct Options {
    /// Port; 0 takes the port of the state folder's last run, else a free one
    #[arg(long, default_value_t = 8888)]
    pub port: u16,
    /// Address to listen at; anything but this machine's own is reachable for others, and then the control API is off
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub listen: IpAddr,
    /// Let other machines use the control API below /_sim/, too: whoever reaches it can read and change everything
    #[arg(long)]
    pub open_control: bool,
    /// Keep everything in this folder, and go on from it at the next start; without it all is gone at the end
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// The client id that is accepted, in place of that of the state folder or of a new one
    #[arg(long, value_name = "ID", requires = "client_secret")]
    pub client_id: Option<String>,
    /// The client secret that is accepted; of the simulator alone, so it may be seen
    #[arg(long, value_name = "SECRET", requires = "client_id")]
    pub client_secret: Option<String>,
    /// From finalize to PROCESSED, such as 500ms, 2s or 1m
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = duration::read)]
    pub processing_delay: Duration,
    /// How long after PROCESSED the details are still 404
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration::read)]
    pub details_404_for: Duration,
    /// Play this scenario; may be given more than once, the later one counts
    #[arg(long, value_name = "FILE")]
    pub scenario: Vec<PathBuf>,
    /// Answer an open question so, such as second-finalize=conflict; may be given more than once
    #[arg(long, value_name = "NAME=VALUE")]
    pub variant: Vec<Variant>,
    /// How the five services are told apart: one-port, port-each or by-host
    #[arg(long, value_name = "HOW", default_value = "one-port", value_parser = services)]
    pub services: Services,
    /// Keep Jumio's published rate limits, and answer 429 above them
    #[arg(long)]
    pub rate_limits: bool,
    /// Never send a callback
    #[arg(long, conflicts_with = "all_callbacks")]
    pub no_callbacks: bool,
    /// Report the statuses in between, too, and not only the end
    #[arg(long)]
    pub all_callbacks: bool,
    /// What the chance of faults is drawn from: the same calls are struck with the same number
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub seed: u64,
}

/// Why the program ended by itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// It did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A scenario cannot be played.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// It could not say that it is ready, or cannot be told to end.
    #[error("cannot use the standard output or the signals of this system")]
    System(#[from] io::Error),
}

/// Runs a simulator until the process is asked to end (Ctrl-C, or the signal that services get), then stops it in good
/// order. With `as_json` the first and only line of output is an object with `baseUrl`, `clientId`, `clientSecret` and `urls`, the
/// address of each service.
///
/// # Errors
///
/// [`ProgramError`] where it does not start.
pub async fn run(options: Options, as_json: bool) -> Result<(), ProgramError> {
    // Taken first: a signal that comes while it starts must not be missed.
    let ended = ended()?;
    let simulator = options.builder()?.start().await?;
    announce(&simulator, as_json)?;
    ended.await;
    simulator.stop().await;
    Ok(())
}

impl Options {
    fn builder(self) -> Result<Builder, ScenarioError> {
        let mut builder = Simulator::builder()
            .port(self.port)
            .listen(self.listen)
            .processing_delay(self.processing_delay)
            .details_404_for(self.details_404_for)
            .services(self.services)
            .seed(self.seed);
        for file in &self.scenario {
            builder = builder.scenario(Scenario::load(file)?);
        }
        for variant in self.variant {
            builder = builder.variant(variant);
        }
        if self.rate_limits {
            builder = builder.rate_limits(RateLimits::Published);
        }
        if self.open_control {
            builder = builder.open_control();
        }
        if let Some(folder) = self.state_dir {
            builder = builder.state_dir(folder);
        }
        if let (Some(id), Some(secret)) = (self.client_id, self.client_secret) {
            builder = builder.credentials(id, secret);
        }
        if self.no_callbacks {
            builder = builder.callbacks(Callbacks::off());
        }
        if self.all_callbacks {
            builder = builder.callbacks(Callbacks::once().statuses(CallbackStatuses::All));
        }
        Ok(builder)
    }
}

fn services(text: &str) -> Result<Services, &'static str> {
    match text {
        "one-port" => Ok(Services::OnePort),
        "port-each" => Ok(Services::PortEach),
        "by-host" => Ok(Services::ByHost),
        _ => Err("must be one-port, port-each or by-host"),
    }
}

fn announce(simulator: &Simulator, as_json: bool) -> io::Result<()> {
    let base = simulator.base_url();
    let (id, secret) = (simulator.client_id(), simulator.client_secret());
    let mut out = io::stdout().lock();
    if as_json {
        let urls: Map<String, Value> =
            Role::ALL.into_iter().map(|role| (role.name().to_owned(), json!(simulator.service_url(role)))).collect();
        writeln!(out, "{}", json!({ "baseUrl": base, "clientId": id, "clientSecret": secret, "urls": urls }))?;
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
