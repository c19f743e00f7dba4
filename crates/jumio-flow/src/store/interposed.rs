//! For tests: a store with something of the test's own around each of its calls, such as a delay, a failure, a death.

use std::future::Future;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::FlowStore;
use super::error::StoreError;
use super::feed::{FeedEntry, FeedId, FeedStore};
use super::hint::{Delivered, Hint, HintId, StoredHint};
use super::keys::{CallbackKey, FlowKey, Owner};
use super::lent::{CallbackToLend, LentCallback, LentStore};
use super::pace::{PaceStore, Rate};
use super::record::{Claim, Filter, FlowRecord, Inserted, Lease, Listed, NewFlow, Turn};
use super::upkeep::{AuditEntry, Ended, EndedFlow, UnboundHint, Upkeep};

/// What stands around the calls of a store.
pub trait Interpose: Send + Sync {
    /// Makes the call, which has this name, with whatever is to be done before and after it.
    fn around<F>(&self, call: &'static str, work: F) -> impl Future<Output = F::Output> + Send
    where
        F: Future + Send,
        F::Output: Send;
}

/// A store, and what stands around its calls.
///
/// ```
/// use std::future::Future;
///
/// use jumio_flow::{FlowKey, FlowStore as _, Interpose, Interposed, MemoryStore};
///
/// struct Slow;
///
/// impl Interpose for Slow {
///     async fn around<F: Future<Output: Send> + Send>(&self, _: &'static str, work: F) -> F::Output {
///         tokio::time::sleep(std::time::Duration::from_millis(1)).await;
///         work.await
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jumio_flow::StoreError> {
/// let store = Interposed { store: MemoryStore::new(), by: Slow };
/// assert!(store.load(&FlowKey::new("nobody's")).await?.is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[allow(clippy::exhaustive_structs, reason = "two parts, and nothing else")]
pub struct Interposed<S, B> {
    /// The store.
    pub store: S,
    /// What stands around it.
    pub by: B,
}

#[async_trait]
impl<S: FlowStore, B: Interpose> FlowStore for Interposed<S, B> {
    async fn insert(&self, new: NewFlow, now: DateTime<Utc>) -> Result<Inserted, StoreError> {
        self.by.around("insert", self.store.insert(new, now)).await
    }
    async fn bind_site(&self, profile: &str, site: &str) -> Result<(), StoreError> {
        self.by.around("bind_site", self.store.bind_site(profile, site)).await
    }
    async fn forget_site(&self, profile: &str) -> Result<Option<String>, StoreError> {
        self.by.around("forget_site", self.store.forget_site(profile)).await
    }
    fn is_durable(&self) -> bool {
        self.store.is_durable()
    }
    async fn load(&self, key: &FlowKey) -> Result<Option<FlowRecord>, StoreError> {
        self.by.around("load", self.store.load(key)).await
    }
    async fn export(&self, by: &AuditEntry) -> Result<Option<FlowRecord>, StoreError> {
        self.by.around("export", self.store.export(by)).await
    }
    async fn list(&self, filter: &Filter) -> Result<Listed, StoreError> {
        self.by.around("list", self.store.list(filter)).await
    }
    async fn claim(
        &self,
        key: &FlowKey,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        self.by.around("claim", self.store.claim(key, owner, now, lease)).await
    }
    async fn claim_due(
        &self,
        profile: &str,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Option<(Lease, FlowRecord)>, StoreError> {
        self.by.around("claim_due", self.store.claim_due(profile, owner, now, lease)).await
    }
    async fn renew(&self, lease: &Lease, now: DateTime<Utc>, length: Duration) -> Result<bool, StoreError> {
        self.by.around("renew", self.store.renew(lease, now, length)).await
    }
    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        self.by.around("release", self.store.release(lease)).await
    }
    async fn commit(&self, lease: &Lease, turn: Turn<'_>, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.by.around("commit", self.store.commit(lease, turn, now)).await
    }
    async fn hints(&self, key: &FlowKey) -> Result<Vec<StoredHint>, StoreError> {
        self.by.around("hints", self.store.hints(key)).await
    }
    async fn knows_key(&self, key: &CallbackKey) -> Result<bool, StoreError> {
        self.by.around("knows_key", self.store.knows_key(key)).await
    }
    async fn knows_keys(&self, keys: &[CallbackKey]) -> Result<Vec<bool>, StoreError> {
        self.by.around("knows_keys", self.store.knows_keys(keys)).await
    }
    async fn deliver(&self, hint: &Hint, now: DateTime<Utc>) -> Result<Delivered, StoreError> {
        self.by.around("deliver", self.store.deliver(hint, now)).await
    }
    async fn deliver_all(&self, hints: &[Hint], now: DateTime<Utc>) -> Vec<Result<Delivered, StoreError>> {
        self.by.around("deliver_all", self.store.deliver_all(hints, now)).await
    }
    async fn deliver_known(&self, hints: &[Hint], now: DateTime<Utc>) -> Vec<Result<Option<Delivered>, StoreError>> {
        self.by.around("deliver_known", self.store.deliver_known(hints, now)).await
    }
}

#[async_trait]
impl<S: FeedStore, B: Interpose> FeedStore for Interposed<S, B> {
    async fn take_outcomes(
        &self,
        profile: &str,
        now: DateTime<Utc>,
        lease: Duration,
        most: usize,
    ) -> Result<Vec<FeedEntry>, StoreError> {
        self.by.around("take_outcomes", self.store.take_outcomes(profile, now, lease, most)).await
    }
    async fn acknowledge(&self, id: FeedId, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.by.around("acknowledge", self.store.acknowledge(id, now)).await
    }
    async fn put_off(&self, id: FeedId, until: DateTime<Utc>) -> Result<(), StoreError> {
        self.by.around("put_off", self.store.put_off(id, until)).await
    }
}

#[async_trait]
impl<S: LentStore, B: Interpose> LentStore for Interposed<S, B> {
    async fn lend(&self, callbacks: &[CallbackToLend], now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.by.around("lend", self.store.lend(callbacks, now)).await
    }
    async fn take_lent(
        &self,
        now: DateTime<Utc>,
        grace: Duration,
        lease: Duration,
        most: usize,
    ) -> Result<Vec<LentCallback>, StoreError> {
        self.by.around("take_lent", self.store.take_lent(now, grace, lease, most)).await
    }
    async fn settle_lent(&self, id: i64, again: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        self.by.around("settle_lent", self.store.settle_lent(id, again)).await
    }
}

#[async_trait]
impl<S: PaceStore, B: Interpose> PaceStore for Interposed<S, B> {
    async fn reserve(&self, bucket: &str, rate: Rate, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        self.by.around("reserve", self.store.reserve(bucket, rate, now)).await
    }
}

#[async_trait]
impl<S: Upkeep, B: Interpose> Upkeep for Interposed<S, B> {
    async fn unbound_hints(&self, before: DateTime<Utc>, most: usize) -> Result<Vec<UnboundHint>, StoreError> {
        self.by.around("unbound_hints", self.store.unbound_hints(before, most)).await
    }
    async fn drop_hints(&self, ids: &[HintId]) -> Result<(), StoreError> {
        self.by.around("drop_hints", self.store.drop_hints(ids)).await
    }
    async fn forget_hints(&self, before: DateTime<Utc>, most: usize) -> Result<usize, StoreError> {
        self.by.around("forget_hints", self.store.forget_hints(before, most)).await
    }
    async fn ended(&self, ended: &Ended) -> Result<Vec<EndedFlow>, StoreError> {
        self.by.around("ended", self.store.ended(ended)).await
    }
    async fn claim_unopened(
        &self,
        key: &FlowKey,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        self.by.around("claim_unopened", self.store.claim_unopened(key, owner, now, lease)).await
    }
    async fn erase(&self, lease: &Lease, by: Option<&AuditEntry>, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.by.around("erase", self.store.erase(lease, by, now)).await
    }
    async fn mark(&self, job: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.by.around("mark", self.store.mark(job)).await
    }
    async fn move_mark(&self, job: &str, from: Option<DateTime<Utc>>, to: DateTime<Utc>) -> Result<bool, StoreError> {
        self.by.around("move_mark", self.store.move_mark(job, from, to)).await
    }
    async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        self.by.around("record", self.store.record(entry)).await
    }
    async fn audit(&self, key: &FlowKey) -> Result<Vec<AuditEntry>, StoreError> {
        self.by.around("audit", self.store.audit(key)).await
    }
}
