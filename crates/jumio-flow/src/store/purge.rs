//! The purge: a job that erases what ended long ago, and hints that nobody came for.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::FlowStore;
use super::error::StoreError;
use super::keys::{FlowKey, Owner};
use super::record::{Claim, FlowRecord};
use super::upkeep::{AuditEntry, Ended, EndedFlow};
use crate::job::{self, AtTheEnd};

/// How many are looked up in one go.
const BATCH: usize = 100;
/// How long a hint waits for a flow to bind it: far longer than a lost reply takes to be found out.
const HINT_AGE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How long a guard may take for one flow.
const LEASE: Duration = Duration::from_secs(120);

/// Asked of each flow before it is erased.
#[async_trait]
pub trait PurgeGuard: Send + Sync {
    /// Whether it may go; `false` where somebody must keep it, such as a legal hold. What else belongs to the flow is deleted
    /// here, as [`DeleteFiles`](crate::DeleteFiles) does with its files: afterwards nobody knows the flow any more. May be
    /// asked again about the same flow.
    ///
    /// # Errors
    ///
    /// Anything: the flow stays, and is asked about in the next pass. The text is logged, so it must not name a person.
    async fn may_go(&self, record: &FlowRecord) -> Result<bool, Box<dyn Error + Send + Sync>>;
}

/// What a pass came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Purged {
    /// Flows that were erased.
    pub flows: usize,
    /// Flows that stay because the application has not acknowledged an outcome of theirs. Alert when there are any.
    pub unacknowledged: usize,
    /// Flows that stay because the guard said so.
    pub kept: usize,
    /// Flows that stay until the next pass: held by a host, moved meanwhile, not readable, or the guard failed.
    pub later: usize,
    /// Hints that were dropped.
    pub hints: usize,
}

/// Erases flows that ended and did not change for a while, however they ended. Each goes in a transaction of its own with its
/// entry in the audit, so a pass that is cut off is simply begun again; several may run at once.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use jumio_flow::{MemoryStore, Purge};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jumio_flow::StoreError> {
/// let store = Arc::new(MemoryStore::new()); // the one that the flows are in
/// let day = Duration::from_secs(24 * 60 * 60);
/// let purge = Purge::new(store, 30 * day).hints_after(7 * day);
/// assert_eq!(purge.pass().await?.flows, 0);
/// # let ended = async {};
/// purge.run(Duration::from_secs(3600), ended).await?; // and again every hour until then
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Purge {
    store: Arc<dyn FlowStore>,
    age: Duration,
    hint_age: Duration,
    profile: Option<String>,
    actor: String,
    even_unacknowledged: bool,
    even_unreadable: bool,
    guard: Option<Arc<dyn PurgeGuard>>,
    clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

impl Purge {
    /// Erases flows of this store so long after they ended.
    pub fn new(store: Arc<dyn FlowStore>, age: Duration) -> Self {
        let (profile, actor) = (None, "purge".to_owned());
        let (guard, clock) = (None, Arc::new(Utc::now));
        let (even_unacknowledged, even_unreadable) = (false, false);
        Self { store, age, hint_age: HINT_AGE, profile, actor, even_unacknowledged, even_unreadable, guard, clock }
    }

    /// Drops hints that no flow has bound for so long; 30 days where it is not set. [`HandOver`](crate::HandOver) is done
    /// with them long before.
    #[must_use]
    pub fn hints_after(mut self, age: Duration) -> Self {
        self.hint_age = age;
        self
    }

    /// Erases flows of this profile only.
    #[must_use]
    pub fn of_profile(mut self, profile: impl Into<String>) -> Self {
        self.profile = Some(profile.into());
        self
    }

    /// Who stands in the audit; `purge` where nobody is named.
    #[must_use]
    pub fn actor(mut self, actor: impl Into<String>) -> Self {
        self.actor = actor.into();
        self
    }

    /// Erases flows also where the application has not acknowledged their outcome, and will never have it.
    #[must_use]
    pub fn even_unacknowledged(mut self) -> Self {
        self.even_unacknowledged = true;
        self
    }

    /// Erases flows also where their state cannot be read: the key that sealed it is lost, or the row is damaged. No guard is
    /// asked about them, and what files they have nobody knows. Hints that were used up and lead to no flow any more go then, too,
    /// once they are as old: which of them were theirs nobody knows either.
    #[must_use]
    pub fn even_unreadable(mut self) -> Self {
        self.even_unreadable = true;
        self
    }

    /// Asks this before each flow goes.
    #[must_use]
    pub fn guard(mut self, guard: impl PurgeGuard + 'static) -> Self {
        self.guard = Some(Arc::new(guard));
        self
    }

    /// Takes the time from here: for tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Makes a pass every so often until `shutdown` completes, the first at once. What a pass erased, and what failed, is
    /// logged.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the store says that asking again is in vain ([`StoreError::is_final`]), as from
    /// [`Flows::run`](crate::Flows::run).
    pub async fn run(&self, every: Duration, shutdown: impl Future<Output = ()>) -> Result<(), StoreError> {
        let failed = ("a purge was cut off and goes on later", every);
        job::run(failed, AtTheEnd::CutOff, shutdown, || async {
            let Purged { flows, unacknowledged, kept, later, hints } = self.pass().await?;
            tracing::info!(flows, unacknowledged, kept, later, hints, "a purge has passed");
            Ok(every)
        })
        .await
    }

    /// Erases everything that is old enough now.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; what was erased before it stays so.
    pub async fn pass(&self) -> Result<Purged, StoreError> {
        let now = (self.clock)();
        let mut purged = Purged::default();
        let mut ended = Ended::before(before(now, self.age)).limit(BATCH);
        ended.profile.clone_from(&self.profile);
        loop {
            let page = self.store.ended(&ended).await?;
            let Some(last) = page.last() else { break };
            // What stays is not named again, nor looked over.
            ended = ended.after(last);
            for flow in page {
                self.one(flow, ended.before, &mut purged).await?;
            }
        }
        purged.hints = self.hints(now).await?;
        if self.even_unreadable {
            purged.hints += self.hints_that_nobody_knows_of(ended.before).await?;
        }
        Ok(purged)
    }

    async fn one(&self, flow: EndedFlow, before: DateTime<Utc>, purged: &mut Purged) -> Result<(), StoreError> {
        if !flow.acknowledged && !self.even_unacknowledged {
            purged.unacknowledged += 1;
            return Ok(());
        }
        // A holder is one piece of work, so each has a name of its own.
        let owner = Owner::random().map_err(|error| StoreError::unavailable("purge a flow", error))?;
        let (lease, record) = match self.store.claim(&flow.key, &owner, (self.clock)(), LEASE).await {
            Ok(Claim::Taken(lease, record)) => (lease, record),
            // Another purge was faster.
            Ok(Claim::Missing) => return Ok(()),
            Ok(Claim::Held { .. }) => {
                purged.later += 1;
                return Ok(());
            }
            Err(error) if !error.is_of_one_flow() => return Err(error),
            Err(error) if self.even_unreadable => {
                tracing::warn!(flow = %flow.key, "a flow is purged that cannot be read: {error}");
                return self.unreadable(&flow.key, &owner, purged).await;
            }
            Err(error) => {
                tracing::error!(flow = %flow.key, "a flow cannot be purged: {error}");
                purged.later += 1;
                return Ok(());
            }
        };
        if !record.flow.is_over() || record.updated_at >= before {
            purged.later += 1;
            return self.store.release(&lease).await;
        }
        match self.may_go(&flow.key, &record).await {
            Some(true) => {
                let now = (self.clock)();
                let entry = AuditEntry::new(flow.key, &*self.actor, "delete", now).because("its time was over");
                let gone = self.store.erase(&lease, Some(&entry), now).await?;
                *(if gone { &mut purged.flows } else { &mut purged.later }) += 1;
                Ok(())
            }
            answer => {
                *(if answer.is_some() { &mut purged.kept } else { &mut purged.later }) += 1;
                self.store.release(&lease).await
            }
        }
    }

    async fn unreadable(&self, key: &FlowKey, owner: &Owner, purged: &mut Purged) -> Result<(), StoreError> {
        let now = (self.clock)();
        let gone = match self.store.claim_unopened(key, owner, now, LEASE).await? {
            Some(lease) => {
                let entry = AuditEntry::new(key.clone(), &*self.actor, "delete", now);
                let entry = entry.because("its time was over, and it could not be read");
                self.store.erase(&lease, Some(&entry), now).await?
            }
            None => false,
        };
        *(if gone { &mut purged.flows } else { &mut purged.later }) += 1;
        Ok(())
    }

    /// What the guard says; `None` where it failed.
    async fn may_go(&self, key: &FlowKey, record: &FlowRecord) -> Option<bool> {
        let Some(guard) = &self.guard else { return Some(true) };
        match tokio::time::timeout(LEASE / 2, guard.may_go(record)).await {
            Ok(Ok(may_go)) => Some(may_go),
            Ok(Err(error)) => {
                tracing::warn!(flow = %key, "a flow was not purged: {error}");
                None
            }
            Err(_) => {
                tracing::warn!(flow = %key, "a flow was not purged: the guard did not answer in time");
                None
            }
        }
    }

    /// A flow that cannot be read does not say which transactions it gave up, so that their hints did not go with it.
    async fn hints_that_nobody_knows_of(&self, before: DateTime<Utc>) -> Result<usize, StoreError> {
        let mut forgotten = 0;
        loop {
            match self.store.forget_hints(before, BATCH).await? {
                0 => return Ok(forgotten),
                some => forgotten += some,
            }
        }
    }

    async fn hints(&self, now: DateTime<Utc>) -> Result<usize, StoreError> {
        let age = self.hint_age;
        let mut dropped = 0;
        loop {
            let page = self.store.unbound_hints(before(now, age), BATCH).await?;
            if page.is_empty() {
                return Ok(dropped);
            }
            let ids: Vec<_> = page.iter().map(|hint| hint.id).collect();
            self.store.drop_hints(&ids).await?;
            dropped += ids.len();
        }
    }
}

/// So long ago.
fn before(now: DateTime<Utc>, age: Duration) -> DateTime<Utc> {
    let age = TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX);
    now.checked_sub_signed(age).unwrap_or(DateTime::<Utc>::MIN_UTC)
}
