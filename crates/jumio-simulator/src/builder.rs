//! How a simulator is set up before it starts.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::callbacks::Callbacks;
use crate::error::StartError;
use crate::faults::Fault;
use crate::log;
use crate::scenario::Scenario;
use crate::settings::{Control, RateLimits, Settings, WebClient};
use crate::simulator::Simulator;
use crate::sites::Services;
use crate::variants::Variant;

/// Sets up a [`Simulator`]. Without any choice: a free port, state in memory, new credentials, one second of processing.
///
/// ```
/// use std::time::Duration;
/// use jumio_simulator::{Callbacks, Simulator};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// let simulator = Simulator::builder()
///     .state_dir(folder) // survives a kill, and is at the same address afterwards
///     .processing_delay(Duration::from_millis(50))
///     .callbacks(Callbacks::off())
///     .start()
///     .await?;
/// let address = simulator.base_url().to_owned();
/// drop(simulator);
///
/// let again = Simulator::builder().state_dir(folder).start().await?;
/// assert_eq!(again.base_url(), address);
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing runs before `start`"]
pub struct Builder {
    pub(crate) port: u16,
    pub(crate) listen: IpAddr,
    pub(crate) state_dir: Option<PathBuf>,
    pub(crate) credentials: Option<(String, String)>,
    pub(crate) settings: Settings,
    pub(crate) faults: Vec<Fault>,
    pub(crate) services: Services,
    pub(crate) seed: u64,
    pub(crate) log_entries: usize,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            port: 0,
            listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
            state_dir: None,
            credentials: None,
            settings: Settings::default(),
            faults: Vec::new(),
            services: Services::default(),
            seed: 0,
            log_entries: log::ENTRIES,
        }
    }
}

impl Builder {
    /// The port. 0, the default, takes the port of the state folder's last run, else a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The address to listen at. Default: 127.0.0.1. Anything but this machine's own can be reached by others: nothing here
    /// is encrypted, and the control API is off there unless it is [opened](Self::open_control).
    pub fn listen(mut self, address: IpAddr) -> Self {
        self.listen = address;
        self
    }

    /// Keeps everything in this folder, which is made if it is not there: credentials, keys, port, transactions, uploads.
    /// Each change is there before it is answered, so a kill at any moment loses nothing that anybody was told.
    pub fn state_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.state_dir = Some(folder.into());
        self
    }

    /// The client id and secret that are accepted, in place of those of the state folder or of new ones.
    pub fn credentials(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.credentials = Some((id.into(), secret.into()));
        self
    }

    /// From finalize to PROCESSED, by the simulator's clock. Default: 1 second.
    pub fn processing_delay(mut self, delay: Duration) -> Self {
        self.settings.timing.processing = delay;
        self
    }

    /// How long after PROCESSED the details are still 404, as seen live (protocol 7.10). Default: not at all.
    pub fn details_404_for(mut self, delay: Duration) -> Self {
        self.settings.timing.details_404 = delay;
        self
    }

    /// Which callbacks are sent, and how. Default: each terminal status, once.
    pub fn callbacks(mut self, callbacks: Callbacks) -> Self {
        self.settings.callbacks = callbacks;
        self
    }

    /// How long a callback's receiver may take. Default: 10 seconds; Jumio's own limit is not known.
    pub fn callback_timeout(mut self, timeout: Duration) -> Self {
        self.settings.callback_timeout = timeout;
        self
    }

    /// Which form the hosted page's redirects and messages have. Default: that of today's client.
    pub fn web_client(mut self, client: WebClient) -> Self {
        self.settings.web_client = client;
        self
    }

    /// From the end of a transaction until what is personal in it is wiped. Default: 360 days, as documented.
    pub fn retention(mut self, retention: Duration) -> Self {
        self.settings.timing.retention = retention;
        self
    }

    /// Whether Jumio's five services share one port. Default: they do.
    pub fn services(mut self, services: Services) -> Self {
        self.services = services;
        self
    }

    /// Whether the published rate limits are kept. Default: they are not, so that no test suite waits.
    pub fn rate_limits(mut self, rate_limits: RateLimits) -> Self {
        self.settings.rate_limits = rate_limits;
        self
    }

    /// The answer to an open question; may be called again for others.
    ///
    /// ```
    /// use jumio_simulator::Simulator;
    /// use jumio_simulator::variants::{SecondFinalize, UploadReply};
    ///
    /// let builder = Simulator::builder().variant(SecondFinalize::Conflict).variant(UploadReply::Empty);
    /// # let _ = builder;
    /// ```
    pub fn variant(mut self, variant: impl Into<Variant>) -> Self {
        self.settings.variants.set(variant.into());
        self
    }

    /// A scenario to play; may be called again for more. Where several apply to a transaction, the later one counts.
    ///
    /// ```
    /// use jumio_simulator::{Scenario, Simulator};
    ///
    /// let scenario = Scenario::parse("blurred", "[outcome.labels]\nusability = \"BLURRED\"")?;
    /// let builder = Simulator::builder().scenario(scenario);
    /// # let _ = builder;
    /// # Ok::<(), jumio_simulator::ScenarioError>(())
    /// ```
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        let settings = &mut self.settings;
        scenario.workflows.iter().cloned().for_each(|workflow| settings.workflows.add(workflow));
        self.faults.extend(scenario.faults.iter().cloned());
        if let Some(callbacks) = scenario.callbacks.clone() {
            settings.callbacks = callbacks;
        }
        if scenario.is_for_all() {
            scenario.set_variants(&mut settings.variants);
            scenario.set_timing(&mut settings.timing);
        }
        settings.scenarios.push(Arc::new(scenario));
        self
    }

    /// Something that is to go wrong; may be called again for more.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Lets other machines use the control API below `/_sim/`, too, for a simulator in a container. Whoever reaches it can
    /// read the calls and change everything. Pages of other sites are kept out all the same. Default: only this machine, and
    /// nobody where it [listens](Self::listen) elsewhere.
    pub fn open_control(mut self) -> Self {
        self.settings.control = Control::Open;
        self
    }

    /// What the chance of faults is drawn from: with the same seed the same calls are struck. Default: 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many of the last calls the request log keeps. Default: 10,000, and bodies of 16 MiB together.
    pub fn request_log(mut self, calls: usize) -> Self {
        self.log_entries = calls;
        self
    }

    /// Starts it. It runs on a thread of its own and is ready when this returns.
    ///
    /// # Errors
    ///
    /// [`StartError`] where the port or the state folder cannot be used.
    pub async fn start(self) -> Result<Simulator, StartError> {
        Simulator::start_with(self).await
    }
}

/// Shows no credentials.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("port", &self.port)
            .field("state_dir", &self.state_dir)
            .field("settings", &self.settings)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}
