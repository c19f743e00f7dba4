//! What keeps a store small and accountable: unbound hints that grew old, flows that are erased, and who did what.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use jumio_model::WorkflowStatus;

use super::error::StoreError;
use super::hint::HintId;
use super::keys::{FlowKey, Owner};
use super::record::Lease;

/// A hint for a transaction or a callback key that no flow of this store has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnboundHint {
    /// Its number.
    pub id: HintId,
    /// The transaction that it names; `None` where it came with a callback key, which a store keeps as a digest only.
    pub execution: Option<String>,
    /// What it says.
    pub status: Option<WorkflowStatus>,
    /// When it came.
    pub received_at: DateTime<Utc>,
}

impl UnboundHint {
    /// A hint that a store kept.
    pub fn new(
        id: HintId,
        execution: Option<String>,
        status: Option<WorkflowStatus>,
        received_at: DateTime<Utc>,
    ) -> Self {
        Self { id, execution, status, received_at }
    }
}

/// Something that somebody did to a flow. Kept for good, also when the flow is erased.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuditEntry {
    /// The flow.
    pub key: FlowKey,
    /// Who did it: a person's login, a job's name. Kept in the clear.
    pub actor: String,
    /// What was done: `start`, `resume`, `resolve`, `restart`, `cancel`, `refresh`, `erase` (at Jumio), `export`, `delete` (here).
    pub action: String,
    /// Why. Kept in the clear, so it must not name the applicant.
    pub reason: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

impl AuditEntry {
    /// An entry without a reason.
    pub fn new(key: FlowKey, actor: impl Into<String>, action: impl Into<String>, at: DateTime<Utc>) -> Self {
        Self { key, actor: actor.into(), action: action.into(), reason: None, at }
    }

    /// Says why.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// Which flows that ended to name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ended {
    /// Only of this profile.
    pub profile: Option<String>,
    /// Only those that did not change since then.
    pub before: DateTime<Utc>,
    /// Only those that changed at that time or later.
    pub since: Option<DateTime<Utc>>,
    /// Only those that had a transaction, and for which no hint ever came that says anything: a browser's return says nothing.
    pub uncalled: bool,
    /// Only those behind this place in their order.
    pub after: Option<EndedPlace>,
    /// At most so many.
    pub most: usize,
}

impl Ended {
    /// All that ended before then.
    pub fn before(before: DateTime<Utc>) -> Self {
        Self { profile: None, before, since: None, uncalled: false, after: None, most: usize::MAX }
    }

    /// Only of this profile.
    #[must_use]
    pub fn of_profile(mut self, profile: impl Into<String>) -> Self {
        self.profile = Some(profile.into());
        self
    }

    /// Only those that changed at that time or later.
    #[must_use]
    pub fn since(mut self, since: DateTime<Utc>) -> Self {
        self.since = Some(since);
        self
    }

    /// Only those that had a transaction, and for which no hint ever came.
    #[must_use]
    pub fn uncalled(mut self) -> Self {
        self.uncalled = true;
        self
    }

    /// Only those behind this one: the next page. One that changes meanwhile moves to the end, and none is passed over for it.
    #[must_use]
    pub fn after(mut self, flow: &EndedFlow) -> Self {
        self.after = Some(flow.place);
        self
    }

    /// At most so many.
    #[must_use]
    pub fn limit(mut self, most: usize) -> Self {
        self.most = most;
        self
    }
}

/// Where a flow stands among those that ended: when it last changed, and a number that tells it from others of that moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct EndedPlace {
    /// When it last changed.
    pub changed_at: DateTime<Utc>,
    /// Its number in the store.
    pub number: i64,
}

impl EndedPlace {
    /// A place.
    pub fn new(changed_at: DateTime<Utc>, number: i64) -> Self {
        Self { changed_at, number }
    }
}

/// A flow that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndedFlow {
    /// Its name.
    pub key: FlowKey,
    /// Whether the application acknowledged all its outcomes.
    pub acknowledged: bool,
    /// Where it stands among the others.
    pub place: EndedPlace,
}

impl EndedFlow {
    /// A flow that ended.
    pub fn new(key: FlowKey, acknowledged: bool, place: EndedPlace) -> Self {
        Self { key, acknowledged, place }
    }
}

/// The upkeep of a store. Every call is atomic, and durable when it returns.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// At most so many of the hints that no flow has bound and that came before then, the oldest first. Whoever hands them
    /// to an older receiver does so before [`drop_hints`](Self::drop_hints): then a crash between the two hands them on
    /// twice, and loses none.
    async fn unbound_hints(&self, before: DateTime<Utc>, most: usize) -> Result<Vec<UnboundHint>, StoreError>;

    /// Drops these hints, unless a flow has bound them meanwhile.
    async fn drop_hints(&self, ids: &[HintId]) -> Result<(), StoreError>;

    /// Forgets at most so many of the hints that were used up before then and whose address no flow has any more; how many it
    /// were. They are left by transactions that a flow gave up whose state could not be read when it was erased.
    async fn forget_hints(&self, before: DateTime<Utc>, most: usize) -> Result<usize, StoreError>;

    /// The flows that ended and did not change since then, the longest ago first, by their [`EndedPlace`]. Also those whose state cannot be read.
    async fn ended(&self, ended: &Ended) -> Result<Vec<EndedFlow>, StoreError>;

    /// Takes a flow that is over and that nobody holds, to erase it: its state is not opened, so that a lost key or a damaged row
    /// is no reason to keep it for ever. `None` where there is no such flow.
    async fn claim_unopened(
        &self,
        key: &FlowKey,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Option<Lease>, StoreError>;

    /// Erases a flow: its state, its hints (also those of transactions that it gave up) and its entries in the feed. Its key stays taken, so that a repeated start does
    /// not begin it anew; its audit stays, and this entry is added to it. `false`, and no change at all, where the lease was
    /// lost.
    async fn erase(&self, lease: &Lease, by: Option<&AuditEntry>, now: DateTime<Utc>) -> Result<bool, StoreError>;

    /// How far a job came; `None` where it never began.
    async fn mark(&self, job: &str) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// Says that a job came so far; `false`, and no change, where its mark is not `from` any more: another process was faster.
    async fn move_mark(&self, job: &str, from: Option<DateTime<Utc>>, to: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Appends to the audit.
    async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError>;

    /// What was done to a flow, the oldest first.
    async fn audit(&self, key: &FlowKey) -> Result<Vec<AuditEntry>, StoreError>;
}
