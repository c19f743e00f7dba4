//! [`SqlStore`]: the calls of the trait, each on a task of its own.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use jumio_flow::{
    AuditEntry, CallbackKey, CallbackToLend, Claim, Delivered, Ended, EndedFlow, FeedEntry, FeedId, FeedStore, Filter,
    FlowKey, FlowRecord, FlowStore, Hint, HintId, Inserted, Lease, LentCallback, LentStore, Listed, NewFlow, Owner,
    PaceStore, Rate, StoreError, StoredHint, Turn, UnboundHint, Upkeep,
};

use super::hint_group::HintGroup;
use super::problem::DatabaseError;
use super::row::digest;
use super::rows::MOST_ROWS;
use super::session::Core;
use super::undelivered::Undelivered;

/// Flows in a database: `Sqlite` or `Postgres`, which say how it is opened.
///
/// Names, profiles, subjects, transaction ids, times and the audit are in the clear; states and callback keys are sealed.
///
/// Needs a tokio runtime. A call that was begun is carried out even if its future is dropped: each runs on a task of its own,
/// so a caller that is dropped, or not polled for a while, keeps no one waiting; a flow that it was about to get is given back.
pub struct SqlStore<D> {
    pub(crate) core: Arc<Core>,
    database: PhantomData<fn() -> D>,
}

impl<D> SqlStore<D> {
    pub(crate) fn over(core: Core) -> Self {
        Self { core: Arc::new(core), database: PhantomData }
    }

    /// Seals anew every state that is not sealed with the codec's current key, and says how many there were. Afterwards no
    /// older key is needed. Workers may go on meanwhile; one that still seals with an older key makes work that the next
    /// call finds.
    ///
    /// # Errors
    ///
    /// [`StoreError::Sealed`] for a state whose key the codec does not have; those before it are sealed anew.
    pub async fn reseal(&self) -> Result<Reseal, StoreError> {
        let flows = self.run(|core| async move { core.reseal_all().await }).await?;
        Ok(Reseal { flows })
    }

    /// Takes hints in, a group with each call.
    async fn deliver_groups<F>(
        &self,
        hints: &[Hint],
        call: impl Fn(Arc<Core>, HintGroup) -> F,
    ) -> Vec<Result<Option<Delivered>, StoreError>>
    where
        F: Future<Output = Result<Vec<Option<Delivered>>, StoreError>> + Send + 'static,
    {
        let mut delivered = Vec::with_capacity(hints.len());
        for hints in hints.chunks(MOST_ROWS) {
            let done = match HintGroup::of(hints) {
                Ok(group) => self.run(|core| call(core, group)).await,
                Err(error) => Err(error),
            };
            match done {
                Ok(done) => delivered.extend(done.into_iter().map(Ok)),
                // One transaction, so one fate.
                Err(error) => delivered.extend(hints.iter().map(|_| Err(again(&error)))),
            }
        }
        delivered
    }

    /// Runs a claim to its end. Where whoever asked is gone by then, what was taken is given back.
    async fn take<T, F>(
        &self,
        lease_of: fn(&T) -> Option<Lease>,
        call: impl FnOnce(Arc<Core>) -> F,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let taken = self.run(|core| {
            let claim = call(Arc::clone(&core));
            async move {
                let taken = claim.await?;
                let lease = lease_of(&taken);
                Ok((taken, Undelivered::new(core, lease)))
            }
        });
        let (taken, undelivered) = taken.await?;
        undelivered.arrived();
        Ok(taken)
    }

    /// Runs a call to its end, whatever becomes of the one who asked.
    async fn run<T, F>(&self, call: impl FnOnce(Arc<Core>) -> F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let done = tokio::spawn(call(Arc::clone(&self.core))).await;
        done.unwrap_or_else(|error| Err(StoreError::unavailable("finish a call", error)))
    }
}

/// What sealing anew came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reseal {
    /// How many flows had a state that was sealed with an older key.
    pub flows: u64,
}

#[cfg(feature = "sqlite")]
pub(crate) fn unavailable(action: &'static str) -> impl Fn(sqlx::Error) -> StoreError + Copy {
    move |error| StoreError::unavailable(action, DatabaseError::from(error))
}

/// The same failure once more, for each of those who share it.
fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Unavailable { action, source } => match source.downcast_ref::<DatabaseError>() {
            Some(problem) => StoreError::unavailable(action, problem.clone()),
            None => StoreError::unavailable(action, source.to_string()),
        },
        StoreError::Broken { action, source } => {
            let problem = source.downcast_ref::<DatabaseError>().cloned();
            StoreError::Broken { action, source: problem.map_or_else(|| source.to_string().into(), Into::into) }
        }
        other => StoreError::unavailable("take in a hint", other.to_string()),
    }
}

impl<D> fmt::Debug for SqlStore<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl<D> FlowStore for SqlStore<D> {
    async fn insert(&self, new: NewFlow, now: DateTime<Utc>) -> Result<Inserted, StoreError> {
        self.run(|core| async move { core.insert_flow(new, now).await }).await
    }

    async fn bind_site(&self, profile: &str, site: &str) -> Result<(), StoreError> {
        let (profile, site) = (profile.to_owned(), site.to_owned());
        self.run(|core| async move { core.bind_profile(&profile, &site).await }).await
    }

    async fn forget_site(&self, profile: &str) -> Result<Option<String>, StoreError> {
        let profile = profile.to_owned();
        self.run(|core| async move { core.unbind_profile(&profile).await }).await
    }

    async fn load(&self, key: &FlowKey) -> Result<Option<FlowRecord>, StoreError> {
        let key = key.clone();
        self.run(|core| async move { core.load_flow(&key).await }).await
    }

    async fn list(&self, filter: &Filter) -> Result<Listed, StoreError> {
        let filter = filter.clone();
        self.run(|core| async move { core.list_flows(&filter).await }).await
    }

    async fn claim(
        &self,
        key: &FlowKey,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let (key, owner) = (key.clone(), owner.clone());
        let lease_of = |claim: &Claim| if let Claim::Taken(lease, _) = claim { Some(lease.clone()) } else { None };
        self.take(lease_of, |core| async move { core.claim_flow(&key, &owner, now, lease).await }).await
    }

    async fn claim_due(
        &self,
        profile: &str,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Option<(Lease, FlowRecord)>, StoreError> {
        let (profile, owner) = (profile.to_owned(), owner.clone());
        let lease_of = |taken: &Option<(Lease, FlowRecord)>| taken.as_ref().map(|(lease, _)| lease.clone());
        self.take(lease_of, |core| async move { core.claim_due_flow(&profile, &owner, now, lease).await }).await
    }

    async fn renew(&self, lease: &Lease, now: DateTime<Utc>, length: Duration) -> Result<bool, StoreError> {
        let lease = lease.clone();
        self.run(|core| async move { core.renew_lease(&lease, now, length).await }).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        let lease = lease.clone();
        self.run(|core| async move { core.release_lease(&lease).await }).await
    }

    async fn commit(&self, lease: &Lease, turn: Turn<'_>, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let (lease, flow, used, audit) = (lease.clone(), turn.flow.clone(), turn.used.to_vec(), turn.audit.cloned());
        self.run(|core| async move {
            let mut turn = Turn::new(&flow, &used);
            turn.audit = audit.as_ref();
            core.commit_turn(&lease, turn, now).await
        })
        .await
    }

    async fn hints(&self, key: &FlowKey) -> Result<Vec<StoredHint>, StoreError> {
        let key = key.clone();
        self.run(|core| async move { core.hints_of(&key).await }).await
    }

    async fn knows_key(&self, key: &CallbackKey) -> Result<bool, StoreError> {
        let key = key.clone();
        self.run(|core| async move { core.knows_callback_key(&key).await }).await
    }

    async fn knows_keys(&self, keys: &[CallbackKey]) -> Result<Vec<bool>, StoreError> {
        let digests: Vec<_> = keys.iter().map(digest).collect();
        if digests.is_empty() {
            return Ok(Vec::new());
        }
        self.run(|core| async move { core.knows_callback_keys(digests).await }).await
    }

    async fn deliver(&self, hint: &Hint, now: DateTime<Utc>) -> Result<Delivered, StoreError> {
        let delivered = self.deliver_all(std::slice::from_ref(hint), now).await.pop();
        delivered.unwrap_or(Ok(Delivered::Duplicate))
    }

    async fn deliver_all(&self, hints: &[Hint], now: DateTime<Utc>) -> Vec<Result<Delivered, StoreError>> {
        let delivered =
            self.deliver_groups(hints, |core, group| async move { core.deliver_hints(group, now).await }).await;
        // None was looked up, so each is taken in.
        delivered.into_iter().map(|told| told.map(|told| told.unwrap_or(Delivered::Duplicate))).collect()
    }

    async fn deliver_known(&self, hints: &[Hint], now: DateTime<Utc>) -> Vec<Result<Option<Delivered>, StoreError>> {
        self.deliver_groups(hints, |core, group| async move { core.deliver_known_hints(group, now).await }).await
    }
}

#[async_trait]
impl<D> FeedStore for SqlStore<D> {
    async fn take_outcomes(
        &self,
        profile: &str,
        now: DateTime<Utc>,
        lease: Duration,
        most: usize,
    ) -> Result<Vec<FeedEntry>, StoreError> {
        let profile = profile.to_owned();
        self.run(|core| async move { core.take_outcome_entries(&profile, now, lease, most).await }).await
    }

    async fn acknowledge(&self, id: FeedId, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.run(|core| async move { core.acknowledge_outcome(id, now).await }).await
    }

    async fn put_off(&self, id: FeedId, until: DateTime<Utc>) -> Result<(), StoreError> {
        self.run(|core| async move { core.put_outcome_off(id, until).await }).await
    }
}

#[async_trait]
impl<D> LentStore for SqlStore<D> {
    async fn lend(&self, callbacks: &[CallbackToLend], now: DateTime<Utc>) -> Result<bool, StoreError> {
        let callbacks = callbacks.to_vec();
        self.run(|core| async move { core.lend_callbacks(&callbacks, now).await }).await
    }
    async fn take_lent(
        &self,
        now: DateTime<Utc>,
        grace: Duration,
        lease: Duration,
        most: usize,
    ) -> Result<Vec<LentCallback>, StoreError> {
        self.run(|core| async move { core.take_lent_callbacks(now, grace, lease, most).await }).await
    }
    async fn settle_lent(&self, id: i64, again: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        self.run(|core| async move { core.settle_lent_callback(id, again).await }).await
    }
}

#[async_trait]
impl<D> PaceStore for SqlStore<D> {
    async fn reserve(&self, bucket: &str, rate: Rate, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        let bucket = bucket.to_owned();
        self.run(|core| async move { core.reserve_place(&bucket, rate, now).await }).await
    }
}

#[async_trait]
impl<D> Upkeep for SqlStore<D> {
    async fn unbound_hints(&self, before: DateTime<Utc>, most: usize) -> Result<Vec<UnboundHint>, StoreError> {
        self.run(|core| async move { core.list_unbound_hints(before, most).await }).await
    }

    async fn drop_hints(&self, ids: &[HintId]) -> Result<(), StoreError> {
        let ids = ids.to_vec();
        self.run(|core| async move { core.drop_unbound_hints(&ids).await }).await
    }

    async fn forget_hints(&self, before: DateTime<Utc>, most: usize) -> Result<usize, StoreError> {
        self.run(|core| async move { core.forget_used_hints(before, most).await }).await
    }

    async fn ended(&self, ended: &Ended) -> Result<Vec<EndedFlow>, StoreError> {
        let ended = ended.clone();
        self.run(|core| async move { core.ended_flows(&ended).await }).await
    }

    async fn claim_unopened(
        &self,
        key: &FlowKey,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        let (key, owner) = (key.clone(), owner.clone());
        let call = |core: Arc<Core>| async move { core.claim_unopened_flow(&key, &owner, now, lease).await };
        self.take(Option::clone, call).await
    }

    async fn erase(&self, lease: &Lease, by: Option<&AuditEntry>, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let (lease, by) = (lease.clone(), by.cloned());
        self.run(|core| async move { core.erase_flow(&lease, by.as_ref(), now).await }).await
    }

    async fn mark(&self, job: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let job = job.to_owned();
        self.run(|core| async move { core.mark_of(&job).await }).await
    }

    async fn move_mark(&self, job: &str, from: Option<DateTime<Utc>>, to: DateTime<Utc>) -> Result<bool, StoreError> {
        let job = job.to_owned();
        self.run(|core| async move { core.move_mark_of(&job, from, to).await }).await
    }

    async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        let entry = entry.clone();
        self.run(|core| async move { core.record_audit(&entry).await }).await
    }

    async fn audit(&self, key: &FlowKey) -> Result<Vec<AuditEntry>, StoreError> {
        let key = key.clone();
        self.run(|core| async move { core.audit_of(&key).await }).await
    }
}
