//! Callbacks that never came: a wrong callback URL costs hours for every result and is otherwise noticed by nobody.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::FlowStore;
use super::error::StoreError;
use super::keys::FlowKey;
use super::upkeep::Ended;
use crate::job::{self, AtTheEnd};
use crate::machine::{Ending, Flow, Plan};

/// How many flows are looked at in one go.
const PAGE: usize = 256;
/// The mark up to which a store's flows were looked at, before the profile.
const MARK: &str = "missed-callbacks/";

/// What a sweep found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Missed {
    /// How many flows came to a decision or expired in the time that was looked at: Jumio calls back for each. One that was
    /// refused, cancelled or given up is not among them, nor one whose transaction another system opened.
    pub ended: usize,
    /// Those of them for which no callback ever came.
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

    /// The flows that ended in this stretch of time, which ends where the grace begins. Marks nothing and reports nothing.
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
        // Whatever ended in this time and moved later, for a person's word or another look, is found as well, and counted by its end.
        let mut all = Ended::before(DateTime::<Utc>::MAX_UTC).since(since);
        all.profile.clone_from(&self.profile);
        let mut found = Missed::default();
        let uncalled: HashSet<_> = self.keys(all.clone().uncalled()).await?.into_iter().collect();
        let mut seen = HashSet::new();
        for key in self.keys(all).await? {
            // One that moved meanwhile was named once more.
            if !seen.insert(key.clone()) {
                continue;
            }
            let record = match self.store.load(&key).await {
                Ok(record) => record,
                // What cannot be read tells nothing, and others do.
                Err(error) if error.is_of_one_flow() => continue,
                Err(error) => return Err(error),
            };
            let called_for = record.and_then(|record| callback_is_due_since(&record.flow));
            if called_for.is_some_and(|at| since <= at && at < before) {
                found.ended += 1;
                found.missed.extend(Some(key).filter(|key| uncalled.contains(key)));
            }
        }
        Ok(found)
    }

    fn report(found: &Missed) {
        // Read as a metric by whoever listens for one: docs/decisions/metrics-by-tracing.md.
        let count = u64::try_from(found.missed.len()).unwrap_or(u64::MAX);
        tracing::event!(
            target: "jumio_flow::metrics",
            tracing::Level::DEBUG,
            { "monotonic_counter.jumio.callback.missed" = count },
            "callbacks that never came"
        );
        if !found.missed.is_empty() {
            let (missed, ended) = (found.missed.len(), found.ended);
            tracing::warn!(missed, ended, "flows ended without a callback; look at the callback URL");
        }
    }

    /// Looks at what ended since the last look of any process over this store, and reports it: each flow once, also where
    /// processes start anew or several sweep. `None` where another one was faster, or nothing is to be looked at yet.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; nothing was reported, and the next look takes it in.
    pub async fn advance(&self, every: Duration) -> Result<Option<Missed>, StoreError> {
        let name = format!("{MARK}{}", self.profile.as_deref().unwrap_or("*"));
        let (marked, before) = (self.store.mark(&name).await?, self.latest());
        let since = marked.unwrap_or_else(|| earlier(before, every));
        if since >= before {
            return Ok(None);
        }
        let found = self.between(since, before).await?;
        if !self.store.move_mark(&name, marked, before).await? {
            return Ok(None);
        }
        Self::report(&found);
        Ok(Some(found))
    }

    /// Looks at once and then so often, until `shutdown` completes: see [`advance`](Self::advance). A store that fails is
    /// asked again.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store says that asking again is in vain ([`StoreError::is_final`]), as from
    /// [`Flows::run`](crate::Flows::run).
    pub async fn run(&self, every: Duration, shutdown: impl Future<Output = ()>) -> Result<(), StoreError> {
        let failed = ("callbacks that never came could not be looked for", every);
        job::run(failed, AtTheEnd::CutOff, shutdown, || async { self.advance(every).await.map(|_| every) }).await
    }

    async fn keys(&self, which: Ended) -> Result<Vec<FlowKey>, StoreError> {
        let (mut which, mut keys) = (which.limit(PAGE), Vec::new());
        loop {
            let page = self.store.ended(&which).await?;
            let (last, is_short) = (page.last().cloned(), page.len() < PAGE);
            keys.extend(page.into_iter().map(|flow| flow.key));
            // What ends from now on is the next pass's.
            let Some(last) = last.filter(|_| !is_short) else { return Ok(keys) };
            which = which.after(&last);
        }
    }
}

/// Since when Jumio has a reason to call this system back: the transaction is ours, and came to an end there.
fn callback_is_due_since(flow: &Flow) -> Option<DateTime<Utc>> {
    let is_an_end = |ending: &Ending| matches!(ending, Ending::Decided { .. } | Ending::Expired { .. });
    let is_ours = !matches!(flow.spec().plan, Plan::Adopted { .. }) && flow.ending().is_some_and(is_an_end);
    let first = flow.outcomes().into_iter().find(|outcome| is_an_end(outcome.ending));
    first.filter(|_| is_ours).map(|outcome| outcome.at)
}

fn earlier(now: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    let by = TimeDelta::from_std(by).ok();
    by.and_then(|by| now.checked_sub_signed(by)).unwrap_or(DateTime::<Utc>::MIN_UTC)
}
