//! A store for tests on paused time: while a call is under way, the clock stands still, as if the database took no time. Without
//! that, the runtime would take the wait for the disk for idleness, and let hours go by in it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use jumio_flow::{
    AuditEntry, CallbackKey, CallbackToLend, Claim, Delivered, Ended, EndedFlow, FeedEntry, FeedId, FeedStore, Filter,
    FlowKey, FlowRecord, FlowStore, Hint, HintId, Inserted, Lease, LentCallback, LentStore, Listed, NewFlow, Owner,
    PaceStore, Rate, StoreError, StoredHint, Turn, UnboundHint, Upkeep,
};

/// Runs this while paused time stands still.
pub(crate) async fn hold<F: Future>(work: F) -> F::Output {
    let (release, held) = std::sync::mpsc::channel::<()>();
    // Paused time does not go on by itself while a blocking task runs.
    let holder = tokio::task::spawn_blocking(move || held.recv().is_err());
    let done = work.await;
    drop(release);
    holder.await.unwrap();
    done
}

pub(crate) struct Steady<S>(pub(crate) Arc<S>);

#[async_trait]
impl<S: FlowStore> FlowStore for Steady<S> {
    async fn insert(&self, new: NewFlow, now: DateTime<Utc>) -> Result<Inserted, StoreError> {
        hold(self.0.insert(new, now)).await
    }
    async fn bind_site(&self, profile: &str, site: &str) -> Result<(), StoreError> {
        hold(self.0.bind_site(profile, site)).await
    }
    async fn forget_site(&self, profile: &str) -> Result<Option<String>, StoreError> {
        hold(self.0.forget_site(profile)).await
    }
    async fn load(&self, key: &FlowKey) -> Result<Option<FlowRecord>, StoreError> {
        hold(self.0.load(key)).await
    }
    async fn list(&self, filter: &Filter) -> Result<Listed, StoreError> {
        hold(self.0.list(filter)).await
    }
    async fn claim(&self, key: &FlowKey, owner: &Owner, now: DateTime<Utc>, l: Duration) -> Result<Claim, StoreError> {
        hold(self.0.claim(key, owner, now, l)).await
    }
    async fn claim_due(
        &self,
        profile: &str,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Option<(Lease, FlowRecord)>, StoreError> {
        hold(self.0.claim_due(profile, owner, now, lease)).await
    }
    async fn renew(&self, lease: &Lease, now: DateTime<Utc>, length: Duration) -> Result<bool, StoreError> {
        hold(self.0.renew(lease, now, length)).await
    }
    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        hold(self.0.release(lease)).await
    }
    async fn commit(&self, lease: &Lease, turn: Turn<'_>, now: DateTime<Utc>) -> Result<bool, StoreError> {
        hold(self.0.commit(lease, turn, now)).await
    }
    async fn hints(&self, key: &FlowKey) -> Result<Vec<StoredHint>, StoreError> {
        hold(self.0.hints(key)).await
    }
    async fn knows_key(&self, key: &CallbackKey) -> Result<bool, StoreError> {
        hold(self.0.knows_key(key)).await
    }
    async fn deliver(&self, hint: &Hint, now: DateTime<Utc>) -> Result<Delivered, StoreError> {
        hold(self.0.deliver(hint, now)).await
    }
}

#[async_trait]
impl<S: FlowStore> FeedStore for Steady<S> {
    async fn take_outcomes(
        &self,
        profile: &str,
        now: DateTime<Utc>,
        lease: Duration,
        most: usize,
    ) -> Result<Vec<FeedEntry>, StoreError> {
        hold(self.0.take_outcomes(profile, now, lease, most)).await
    }
    async fn acknowledge(&self, id: FeedId, now: DateTime<Utc>) -> Result<(), StoreError> {
        hold(self.0.acknowledge(id, now)).await
    }
    async fn put_off(&self, id: FeedId, until: DateTime<Utc>) -> Result<(), StoreError> {
        hold(self.0.put_off(id, until)).await
    }
}

#[async_trait]
impl<S: FlowStore> LentStore for Steady<S> {
    async fn lend(&self, callbacks: &[CallbackToLend], now: DateTime<Utc>) -> Result<bool, StoreError> {
        hold(self.0.lend(callbacks, now)).await
    }
    async fn take_lent(
        &self,
        now: DateTime<Utc>,
        grace: Duration,
        lease: Duration,
        most: usize,
    ) -> Result<Vec<LentCallback>, StoreError> {
        hold(self.0.take_lent(now, grace, lease, most)).await
    }
    async fn settle_lent(&self, id: i64, again: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        hold(self.0.settle_lent(id, again)).await
    }
}

#[async_trait]
impl<S: FlowStore> PaceStore for Steady<S> {
    async fn reserve(&self, bucket: &str, rate: Rate, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        hold(self.0.reserve(bucket, rate, now)).await
    }
}

#[async_trait]
impl<S: FlowStore> Upkeep for Steady<S> {
    async fn unbound_hints(&self, before: DateTime<Utc>, most: usize) -> Result<Vec<UnboundHint>, StoreError> {
        hold(self.0.unbound_hints(before, most)).await
    }
    async fn drop_hints(&self, ids: &[HintId]) -> Result<(), StoreError> {
        hold(self.0.drop_hints(ids)).await
    }
    async fn ended(&self, ended: &Ended) -> Result<Vec<EndedFlow>, StoreError> {
        hold(self.0.ended(ended)).await
    }
    async fn claim_unopened(
        &self,
        key: &FlowKey,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        hold(self.0.claim_unopened(key, owner, now, lease)).await
    }
    async fn erase(&self, lease: &Lease, by: Option<&AuditEntry>, now: DateTime<Utc>) -> Result<bool, StoreError> {
        hold(self.0.erase(lease, by, now)).await
    }
    async fn mark(&self, job: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        hold(self.0.mark(job)).await
    }
    async fn move_mark(&self, job: &str, from: Option<DateTime<Utc>>, to: DateTime<Utc>) -> Result<bool, StoreError> {
        hold(self.0.move_mark(job, from, to)).await
    }
    async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        hold(self.0.record(entry)).await
    }
    async fn audit(&self, key: &FlowKey) -> Result<Vec<AuditEntry>, StoreError> {
        hold(self.0.audit(key)).await
    }
}
