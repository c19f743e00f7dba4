//! The loop that takes entries out of a store's feed and hands them on, again and again until somebody has them.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use crate::store::FlowStore;
use crate::store::error::StoreError;
use crate::store::feed::FeedEntry;
use crate::store::record::FlowRecord;

/// How many entries are handed on between two looks at the order to stop.
const MOST_IN_A_PASS: usize = 32;
/// How long a sink may take for one entry: longer than any request should last.
const LONGEST: Duration = Duration::from_secs(60);
/// How long an entry belongs to whoever took it: that, and time to say so. After a crash it comes again so late.
const LEASE: Duration = Duration::from_secs(120);
/// How often an idle feed looks for outcomes that another process left in the store.
const LOOK_AROUND: Duration = Duration::from_secs(1);
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

/// Takes outcomes in: the application's end of the feed.
#[async_trait]
pub trait OutcomeSink: Send + Sync {
    /// Takes an outcome in, durably: once this says `Ok`, the feed forgets it. The same one may come again, with the same
    /// [`id`](FeedEntry::id); the outcomes of one flow come in order.
    ///
    /// # Errors
    ///
    /// Anything: the outcome comes again later. The text is logged, so it must not name a person.
    async fn take(&self, outcome: &Delivery) -> Result<(), Box<dyn Error + Send + Sync>>;
}

/// Hands the outcomes of one profile to a sink, at least once. Several processes may do so over one store: each entry goes
/// to one of them.
///
/// ```
/// use std::sync::Arc;
/// use jumio_flow::{MemoryStore, OutcomeFeed, outcome_channel};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jumio_flow::StoreError> {
/// let store = Arc::new(MemoryStore::new()); // the one that the flows are in
/// let (sink, mut outcomes) = outcome_channel(16);
/// let feed = OutcomeFeed::new(store, "eu");
/// tokio::spawn(async move { feed.run(&sink, std::future::pending()).await });
/// # tokio::spawn(async move {
/// while let Some(outcome) = outcomes.recv().await {
///     println!("{}: {:?}", outcome.entry.key, outcome.record.flow.ending());
///     outcome.acknowledge(); // once it is durable on this side, too
/// }
/// # });
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct OutcomeFeed {
    store: Arc<dyn FlowStore>,
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

    /// Hands on what is there until `shutdown` completes, and finishes what it has begun. A store that fails is asked again;
    /// that, and a sink that refuses, is logged.
    pub async fn run(&self, sink: &dyn OutcomeSink, shutdown: impl Future<Output = ()>) {
        tokio::pin!(shutdown);
        loop {
            let handed = match self.pass(sink).await {
                Ok(handed) => handed,
                Err(error) => {
                    tracing::error!("the store gave no outcomes: {error}");
                    0
                }
            };
            let pause = if handed == 0 { LOOK_AROUND } else { Duration::ZERO };
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Hands on what is there now, once each and at most 32; how many the sink took.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what was handed on and not acknowledged comes again.
    pub async fn pass(&self, sink: &dyn OutcomeSink) -> Result<usize, StoreError> {
        let mut handed = 0;
        for _ in 0..MOST_IN_A_PASS {
            // One by one: an entry that waits behind slow ones would need a lease as long as theirs together.
            let taken = self.store.take_outcomes(&self.profile, (self.clock)(), LEASE, 1).await?;
            let Some(entry) = taken.into_iter().next() else { break };
            handed += usize::from(self.hand_on(entry, sink).await?);
        }
        Ok(handed)
    }

    async fn hand_on(&self, entry: FeedEntry, sink: &dyn OutcomeSink) -> Result<bool, StoreError> {
        let (id, key, attempts) = (entry.id, entry.key.clone(), entry.attempts);
        let Some(record) = self.store.load(&key).await? else {
            // Erased between the two: there is nothing to hand on any more.
            self.store.acknowledge(id, (self.clock)()).await?;
            return Ok(false);
        };
        let delivery = Delivery { entry, record };
        let error = match tokio::time::timeout(LONGEST, sink.take(&delivery)).await {
            Ok(Ok(())) => {
                self.store.acknowledge(id, (self.clock)()).await?;
                return Ok(true);
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer came in time".to_owned(),
        };
        tracing::warn!(flow = %key, attempts, "an outcome could not be handed on: {error}");
        self.store.put_off(id, (self.clock)() + wait_after(attempts)).await?;
        Ok(false)
    }
}

fn wait_after(attempts: u32) -> TimeDelta {
    let before = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let wait = WAITS.get(before).or(WAITS.last());
    TimeDelta::seconds(wait.copied().unwrap_or(1))
}
