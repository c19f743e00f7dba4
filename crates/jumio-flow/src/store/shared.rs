//! A store behind an [`Arc`] is a store: several hosts, and the outcome feed, may share one.

use std::sync::Arc;
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

#[async_trait]
impl<S: FlowStore + ?Sized> FlowStore for Arc<S> {
    async fn insert(&self, new: NewFlow, now: DateTime<Utc>) -> Result<Inserted, StoreError> {
        (**self).insert(new, now).await
    }
    async fn bind_site(&self, profile: &str, site: &str) -> Result<(), StoreError> {
        (**self).bind_site(profile, site).await
    }
    async fn forget_site(&self, profile: &str) -> Result<Option<String>, StoreError> {
        (**self).forget_site(profile).await
    }
    fn is_durable(&self) -> bool {
        (**self).is_durable()
    }
    async fn load(&self, key: &FlowKey) -> Result<Option<FlowRecord>, StoreError> {
        (**self).load(key).await
    }
    async fn export(&self, by: &AuditEntry) -> Result<Option<FlowRecord>, StoreError> {
        (**self).export(by).await
    }
    async fn list(&self, filter: &Filter) -> Result<Listed, StoreError> {
        (**self).list(filter).await
    }
    async fn claim(
        &self,
        key: &FlowKey,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        (**self).claim(key, owner, now, lease).await
    }
    async fn claim_due(
        &self,
        profile: &str,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Option<(Lease, FlowRecord)>, StoreError> {
        (**self).claim_due(profile, owner, now, lease).await
    }
    async fn renew(&self, lease: &Lease, now: DateTime<Utc>, length: Duration) -> Result<bool, StoreError> {
        (**self).renew(lease, now, length).await
    }
    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        (**self).release(lease).await
    }
    async fn commit(&self, lease: &Lease, turn: Turn<'_>, now: DateTime<Utc>) -> Result<bool, StoreError> {
        (**self).commit(lease, turn, now).await
    }
    async fn hints(&self, key: &FlowKey) -> Result<Vec<StoredHint>, StoreError> {
        (**self).hints(key).await
    }
    async fn knows_key(&self, key: &CallbackKey) -> Result<bool, StoreError> {
        (**self).knows_key(key).await
    }
    async fn knows_keys(&self, keys: &[CallbackKey]) -> Result<Vec<bool>, StoreError> {
        (**self).knows_keys(keys).await
    }
    async fn deliver(&self, hint: &Hint, now: DateTime<Utc>) -> Result<Delivered, StoreError> {
        (**self).deliver(hint, now).await
    }
    async fn deliver_all(&self, hints: &[Hint], now: DateTime<Utc>) -> Vec<Result<Delivered, StoreError>> {
        (**self).deliver_all(hints, now).await
    }
    async fn deliver_known(&self, hints: &[Hint], now: DateTime<Utc>) -> Vec<Result<Option<Delivered>, StoreError>> {
        (**self).deliver_known(hints, now).await
    }
}

#[async_trait]
impl<S: FeedStore + ?Sized> FeedStore for Arc<S> {
    async fn take_outcomes(
        &self,
        profile: &str,
        now: DateTime<Utc>,
        lease: Duration,
        most: usize,
    ) -> Result<Vec<FeedEntry>, StoreError> {
        (**self).take_outcomes(profile, now, lease, most).await
    }
    async fn acknowledge(&self, id: FeedId, now: DateTime<Utc>) -> Result<(), StoreError> {
        (**self).acknowledge(id, now).await
    }
    async fn put_off(&self, id: FeedId, until: DateTime<Utc>) -> Result<(), StoreError> {
        (**self).put_off(id, until).await
    }
}

#[async_trait]
impl<S: LentStore + ?Sized> LentStore for Arc<S> {
    async fn lend(&self, callbacks: &[CallbackToLend], now: DateTime<Utc>) -> Result<bool, StoreError> {
        (**self).lend(callbacks, now).await
    }
    async fn take_lent(
        &self,
        now: DateTime<Utc>,
        grace: Duration,
        lease: Duration,
        most: usize,
    ) -> Result<Vec<LentCallback>, StoreError> {
        (**self).take_lent(now, grace, lease, most).await
    }
    async fn settle_lent(&self, id: i64, again: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        (**self).settle_lent(id, again).await
    }
}

#[async_trait]
impl<S: PaceStore + ?Sized> PaceStore for Arc<S> {
    async fn reserve(&self, bucket: &str, rate: Rate, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        (**self).reserve(bucket, rate, now).await
    }
}

#[async_trait]
impl<S: Upkeep + ?Sized> Upkeep for Arc<S> {
    async fn unbound_hints(&self, before: DateTime<Utc>, most: usize) -> Result<Vec<UnboundHint>, StoreError> {
        (**self).unbound_hints(before, most).await
    }
    async fn drop_hints(&self, ids: &[HintId]) -> Result<(), StoreError> {
        (**self).drop_hints(ids).await
    }
    async fn forget_hints(&self, before: DateTime<Utc>, most: usize) -> Result<usize, StoreError> {
        (**self).forget_hints(before, most).await
    }
    async fn ended(&self, ended: &Ended) -> Result<Vec<EndedFlow>, StoreError> {
        (**self).ended(ended).await
    }
    async fn claim_unopened(
        &self,
        key: &FlowKey,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        (**self).claim_unopened(key, owner, now, lease).await
    }
    async fn erase(&self, lease: &Lease, by: Option<&AuditEntry>, now: DateTime<Utc>) -> Result<bool, StoreError> {
        (**self).erase(lease, by, now).await
    }
    async fn mark(&self, job: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        (**self).mark(job).await
    }
    async fn move_mark(&self, job: &str, from: Option<DateTime<Utc>>, to: DateTime<Utc>) -> Result<bool, StoreError> {
        (**self).move_mark(job, from, to).await
    }
    async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        (**self).record(entry).await
    }
    async fn audit(&self, key: &FlowKey) -> Result<Vec<AuditEntry>, StoreError> {
        (**self).audit(key).await
    }
}
