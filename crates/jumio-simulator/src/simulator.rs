//! The handle of a running simulator.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jumio_model::endpoint::Role;
use tokio::sync::{oneshot, watch};

use crate::builder::Builder;
use crate::error::StartError;
use crate::faults::Fault;
use crate::log::Requests;
use crate::record::TransactionRecord;
use crate::server::{self, Stop};
use crate::shared::Shared;

/// A running simulator. It ends when this is dropped: at once, as if it were killed. [`stop`](Self::stop) lets calls that
/// are being answered finish first.
pub struct Simulator {
    shared: Arc<Shared>,
    stop: watch::Sender<Stop>,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    /// A simulator to be set up.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// One on a free port, with state in memory.
    ///
    /// # Errors
    ///
    /// [`StartError`] where no port is free.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    pub(crate) async fn start_with(builder: Builder) -> Result<Self, StartError> {
        let (ready, started) = oneshot::channel();
        let (stop, stopped) = watch::channel(Stop::No);
        let thread = thread::Builder::new()
            .name("jumio-simulator".to_owned())
            .spawn(move || server::run(builder, ready, stopped))
            .map_err(StartError::Thread)?;
        let shared = started
            .await
            .map_err(|_| StartError::Thread(io::Error::other("the thread ended before it was ready")))??;
        Ok(Self { shared, stop, thread: Some(thread) })
    }

    /// The address of all five of Jumio's services here, such as `http://127.0.0.1:8888`, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// The address of one of Jumio's services here: the same for all of them, unless each has a port of its own.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use jumio_model::endpoint::Role;
    /// use jumio_simulator::{Services, Simulator};
    ///
    /// let simulator = Simulator::builder().services(Services::PortEach).start().await?;
    /// assert_ne!(simulator.service_url(Role::Auth), simulator.service_url(Role::Api));
    /// # Ok(())
    /// # }
    /// ```
    pub fn service_url(&self, role: Role) -> String {
        self.shared.sites.base(role, None).into_owned()
    }

    /// The client id for the token call.
    pub fn client_id(&self) -> &str {
        &self.shared.client_id
    }

    /// The client secret for the token call.
    pub fn client_secret(&self) -> &str {
        &self.shared.client_secret
    }

    /// Every transaction with its calls, oldest first, as they stand now.
    pub fn transactions(&self) -> Vec<TransactionRecord> {
        self.shared.records()
    }

    /// The last calls, with what came and what was answered, for assertions such as
    /// `simulator.requests().of("upload_document").exactly(1)`.
    pub fn requests(&self) -> Requests {
        let log = &self.shared.log;
        Requests::new(log.after(0, usize::MAX), log.forgotten())
    }

    /// Moves the simulator's clock forward for good, with all that becomes due by that: processing ends, tokens and
    /// sessions expire.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let simulator = jumio_simulator::Simulator::start().await?;
    /// simulator.advance(Duration::from_secs(31 * 60))?; // every untouched transaction is TOKEN_EXPIRED now
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Where the state folder cannot be written.
    pub fn advance(&self, by: Duration) -> io::Result<()> {
        self.shared.advance(by)
    }

    /// Adds something that is to go wrong.
    pub fn inject(&self, fault: Fault) {
        self.shared.faults.add(fault);
    }

    /// Forgets every fault that is still to come.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// How many calls faults have struck so far. A call counts from the moment it is struck: one that a delay holds is under way.
    pub fn struck(&self) -> u64 {
        self.shared.faults.struck()
    }

    /// Stops it in good order: takes no new connection, answers what it is working on for up to five seconds, and is gone
    /// when this returns.
    pub async fn stop(mut self) {
        self.stop.send_replace(Stop::InGoodOrder);
        // The thread lets go of its end when it is done.
        self.stop.closed().await;
        self.join();
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            // If it panicked there is nothing left to stop.
            let _ = thread.join();
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop.send_replace(Stop::AtOnce);
        self.join();
    }
}

/// Shows no credentials.
impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}
