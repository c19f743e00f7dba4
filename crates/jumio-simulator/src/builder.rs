//! How a simulator is set up before it starts.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::StartError;
use crate::faults::Fault;
use crate::settings::{Callbacks, Settings, WebClient};
use crate::simulator::Simulator;

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
///     .callbacks(Callbacks::Off)
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
#[derive(Default)]
pub struct Builder {
    pub(crate) port: u16,
    pub(crate) state_dir: Option<PathBuf>,
    pub(crate) credentials: Option<(String, String)>,
    pub(crate) settings: Settings,
    pub(crate) faults: Vec<Fault>,
}

impl Builder {
    /// The port on 127.0.0.1. 0, the default, takes the port of the state folder's last run, else a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
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
        self.settings.processing_delay = delay;
        self
    }

    /// How long after PROCESSED the details are still 404, as seen live (protocol 7.10). Default: not at all.
    pub fn details_404_for(mut self, delay: Duration) -> Self {
        self.settings.details_404_for = delay;
        self
    }

    /// Whether and how often the end of a transaction is reported. Default: once.
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

    /// Something that is to go wrong; may be called again for more.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
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
