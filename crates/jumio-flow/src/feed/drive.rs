//! The loop that takes entries out of a store's feed and hands them on, again and again until somebody has them.

use std::error::Error;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use crate::job::{self, AtTheEnd};
use crate::store::FlowStore;
use crate::store::error::StoreError;
use crate::store::feed::{FeedEntry, FeedId};
use crate::store::record::FlowRecord;

/// What is logged where the store fails.
pub(super) const NO_OUTCOMES: &str = "the store gave no outcomes";
/// How many entries a pass hands on at most.
const MOST_IN_A_PASS: usize = 32;
/// How long a sink may take for one entry: longer than any request should last.
pub(super) const LONGEST: Duration = Duration::from_secs(60);
/// How long an entry belongs to whoever took it: that, and time to say so. After a crash it comes again so late.
pub(super) const LEASE: Duration = Duration::from_secs(120);
/// How often an idle feed looks for outcomes that another process left in the store.
pub(super) const LOOK_AROUND: Duration = Duration::from_secs(1);
/// How long a failed entry waits, by how often it failed; the last one from then on.
const WAITS: [i64; 8] = [1, 5, 30, 120, 600, 1_800, 3_600, 21_600];

/// An outcome on its way to the application.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Delivery {
    /// Which of the flow's outcomes it is, and how often it was handed out.
    pub entry: FeedEntry,
    /// The flow as it is now: where an outcome changed meanwhile, its later one.
    pub record: FlowRecord,
}

impl Delivery {
    /// By what this outcome is told from every other one, whatever store it is in: remember it, to count each once. The same
    /// each time that it is handed out, and after a backup was put back. Letters, digits and `_`; says nothing of a person.
    pub fn id(&self) -> String {
        let (flow, profile) = (&self.record.key, &self.record.profile);
        let mut digest = Sha256::new();
        // A flow's name may be taken again in another store; the moment at which it was added is not.
        for text in [flow.as_str(), profile] {
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text);
        }
        digest.update(self.record.created_at.timestamp_millis().to_be_bytes());
        digest.update(self.entry.sequence.to_be_bytes());
        let hex = digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>();
        format!("outcome_{hex}")
    }
}

/// Takes outcomes in: the application's end of the feed.
#[async_trait]
pub trait OutcomeSink: Send + Sync {
    /// Takes an outcome in, durably: once this says `Ok`, the feed forgets it. The same one may come again, with the same
    /// [`id`](Delivery::id); the outcomes of one flow come in order.
    ///
    /// # Errors
    ///
    /// Anything: the outcome comes again later. The text is logged, so it must not name a person. A panic counts as an error.
    async fn take(&self, outcome: &Delivery) -> Result<(), Box<dyn Error + Send + Sync>>;
}

/// Hands the outcomes of one profile on, at least once: to a sink, or through a [`channel`](Self::channel). Several processes
/// may do so over one store: each entry goes to one of them.
///
/// ```
/// use std::error::Error;
/// use std::sync::Arc;
/// use jumio_flow::{Delivery, MemoryStore, OutcomeFeed, OutcomeSink};
///
/// struct Print;
///
/// #[async_trait::async_trait]
/// impl OutcomeSink for Print {
///     async fn take(&self, outcome: &Delivery) -> Result<(), Box<dyn Error + Send + Sync>> {
///         println!("{}: {:?}", outcome.entry.key, outcome.record.flow.ending());
///         Ok(())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jumio_flow::StoreError> {
/// let store = Arc::new(MemoryStore::new()); // the one that the flows are in
/// # let ended = async {};
/// OutcomeFeed::new(store, "eu").run(&Print, ended).await?; // until then
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct OutcomeFeed {
    pub(super) store: Arc<dyn FlowStore>,
    profile: String,
    clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

impl OutcomeFeed {
    /// The feed of this profile's flows.
    pub fn new(store: Arc<dyn FlowStore>, profile: impl Into<String>) -> Self {
        Self { store, profile: profile.into(), clock: Arc::new(Utc::now) }
    }

    /// Takes the time from here: for tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Hands on what is there until `shutdown` completes, one after the other, and finishes the one that it has begun. A store
    /// that fails is asked again; that, and a sink that refuses or panics, is logged.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store says that asking again is in vain ([`StoreError::is_final`]), as from
    /// [`Flows::run`](crate::Flows::run).
    pub async fn run(&self, sink: &dyn OutcomeSink, shutdown: impl Future<Output = ()>) -> Result<(), StoreError> {
        job::run((NO_OUTCOMES, LOOK_AROUND), AtTheEnd::Finished, shutdown, || async {
            Ok(if self.next(sink).await?.is_some() { Duration::ZERO } else { LOOK_AROUND })
        })
        .await
    }

    /// Hands on what is there now, once each and at most 32; how many the sink took.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what was handed on and not acknowledged comes again.
    pub async fn pass(&self, sink: &dyn OutcomeSink) -> Result<usize, StoreError> {
        let mut handed = 0;
        for _ in 0..MOST_IN_A_PASS {
            let Some(taken) = self.next(sink).await? else { break };
            handed += usize::from(taken);
        }
        Ok(handed)
    }

    /// Hands the next entry on, and says whether the sink took it; `None` where there is none now.
    async fn next(&self, sink: &dyn OutcomeSink) -> Result<Option<bool>, StoreError> {
        let Some(taken) = self.take().await? else { return Ok(None) };
        let Some(delivery) = taken else { return Ok(Some(false)) };
        let FeedEntry { id, attempts, .. } = delivery.entry;
        let error = match tokio::time::timeout(LONGEST, unpanicked(sink.take(&delivery))).await {
            Ok(Some(Ok(()))) => {
                self.store.acknowledge(id, self.now()).await?;
                return Ok(Some(true));
            }
            Ok(Some(Err(error))) => error.to_string(),
            Ok(None) => "the sink panicked".to_owned(),
            Err(_) => "no answer came in time".to_owned(),
        };
        tracing::warn!(flow = %delivery.entry.key, attempts, "an outcome could not be handed on: {error}");
        self.put_off(id, attempts).await?;
        Ok(Some(false))
    }

    /// Takes the next entry out of the store, with its flow; `None` inside where there is nothing of it to hand on now.
    ///
    /// One by one: an entry that waits behind slow ones would need a lease as long as theirs together.
    pub(super) async fn take(&self) -> Result<Option<Option<Delivery>>, StoreError> {
        let taken = self.store.take_outcomes(&self.profile, self.now(), LEASE, 1).await?;
        let Some(entry) = taken.into_iter().next() else { return Ok(None) };
        match self.store.load(&entry.key).await {
            Ok(Some(record)) => Ok(Some(Some(Delivery { entry, record }))),
            // Erased between the two: there is nothing to hand on any more.
            Ok(None) => {
                self.store.acknowledge(entry.id, self.now()).await?;
                Ok(Some(None))
            }
            // One flow that cannot be read must not keep the others waiting.
            Err(error) if error.is_of_one_flow() => {
                tracing::error!(flow = %entry.key, "an outcome cannot be handed on: {error}");
                self.put_off(entry.id, entry.attempts).await?;
                Ok(Some(None))
            }
            Err(error) => Err(error),
        }
    }

    /// An entry comes again, the later the more often it failed.
    pub(super) async fn put_off(&self, id: FeedId, attempts: u32) -> Result<(), StoreError> {
        self.store.put_off(id, self.now() + wait_after(attempts)).await
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }
}

/// What comes of it; `None` where it panics. What it left half done is the sink's own: it gets the same entry again.
async fn unpanicked<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(polled) => polled.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

fn wait_after(attempts: u32) -> TimeDelta {
    let before = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let wait = WAITS.get(before).or(WAITS.last());
    TimeDelta::seconds(wait.copied().unwrap_or(1))
}
