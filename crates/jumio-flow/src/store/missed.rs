//! Callbacks that never came: a wrong callback URL costs hours for every result and is otherwise noticed by nobody.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::FlowStore;
use super::error::StoreError;
use super::keys::FlowKey;
use super::upkeep::Ended;

/// How many flows are looked at in one go.
const PAGE: usize = 256;

/// What a sweep found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Missed {
    /// How many flows ended in the time that was looked at.
    pub ended: usize,
    /// Those of them that had a transaction, and for which no callback ever came.
    pub missed: Vec<FlowKey>,
}

/// Looks for flows that came to their end by polling alone. Jumio documents no second attempt at a callback (protocol 6.4), so
/// one in a while is ordinary; most of them is a wrong URL, a proxy that refuses, or an address that is not let through.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use jumio_flow::{MemoryStore, MissedCallbacks};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jumio_flow::StoreError> {
/// let store = Arc::new(MemoryStore::new()); // the one that the flows are in
/// let sweep = MissedCallbacks::new(store, Duration::from_secs(3600));
/// let day = sweep.pass(Duration::from_secs(24 * 3600)).await?;
/// assert!(day.missed.is_empty(), "{} of {} results came without a callback", day.missed.len(), day.ended);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MissedCallbacks {
    store: Arc<dyn FlowStore>,
    grace: Duration,
    profile: Option<String>,
    clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

impl MissedCallbacks {
    /// Gives a callback so long after the flow's end: a flow that polls may be faster than its callback.
    pub fn new(store: Arc<dyn FlowStore>, grace: Duration) -> Self {
        Self { store, grace, profile: None, clock: Arc::new(Utc::now) }
    }

    /// Looks at flows of this profile only.
    #[must_use]
    pub fn of_profile(mut self, profile: impl Into<String>) -> Self {
        self.profile = Some(profile.into());
        self
    }

    /// Takes the time from here: for tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The flows that ended in this stretch of time, which ends where the grace begins.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn pass(&self, stretch: Duration) -> Result<Missed, StoreError> {
        let before = self.latest();
        self.between(earlier(before, stretch), before).await
    }

    /// Where the grace begins.
    fn latest(&self) -> DateTime<Utc> {
        earlier((self.clock)(), self.grace)
    }

    async fn between(&self, since: DateTime<Utc>, before: DateTime<Utc>) -> Result<Missed, StoreError> {
        let mut all = Ended::before(before).since(since);
        all.profile.clone_from(&self.profile);
        let ended = self.count(&all).await?;
        let missed = self.keys(&all.uncalled()).await?;
        // Read as a metric by whoever listens for one: docs/decisions/metrics-by-tracing.md.
        let count = u64::try_from(missed.len()).unwrap_or(u64::MAX);
        tracing::event!(
            target: "jumio_flow::metrics",
            tracing::Level::DEBUG,
            { "monotonic_counter.jumio.callback.missed" = count },
            "callbacks that never came"
        );
        if !missed.is_empty() {
            let missed = missed.len();
            tracing::warn!(missed, ended, "flows ended without a callback; look at the callback URL");
        }
        Ok(Missed { ended, missed })
    }

    /// A pass at once and then one in each stretch of time, until `shutdown` completes. Each begins where the one before ended;
    /// what a store that failed did not tell is in the next.
    pub async fn run(&self, every: Duration, shutdown: impl Future<Output = ()>) {
        tokio::pin!(shutdown);
        let mut since = earlier(self.latest(), every);
        loop {
            let before = self.latest();
            match self.between(since, before).await {
                Ok(_) => since = before,
                Err(error) => tracing::error!("callbacks that never came could not be looked for: {error}"),
            }
            tokio::select! {
                () = &mut shutdown => return,
                () = tokio::time::sleep(every) => {}
            }
        }
    }

    async fn count(&self, which: &Ended) -> Result<usize, StoreError> {
        Ok(self.keys(which).await?.len())
    }

    async fn keys(&self, which: &Ended) -> Result<Vec<FlowKey>, StoreError> {
        let mut keys = Vec::new();
        loop {
            let page = self.store.ended(&which.clone().page(keys.len(), PAGE)).await?;
            let is_last = page.len() < PAGE;
            keys.extend(page.into_iter().map(|flow| flow.key));
            if is_last {
                return Ok(keys);
            }
        }
    }
}

fn earlier(now: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    let by = TimeDelta::from_std(by).ok();
    by.and_then(|by| now.checked_sub_signed(by)).unwrap_or(DateTime::<Utc>::MIN_UTC)
}
