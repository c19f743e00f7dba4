//! Keeping flows: the trait that every host implements, what goes through it, and the in-memory one.
//!
//! Rules that every store keeps (the conformance suite checks them):
//!
//! * One turn is one transaction: the state, the hints it used up and the timer change together or not at all.
//! * A claim is a lease with a fence. A commit of somebody who lost the lease changes nothing.
//! * A hint is durable before it is acknowledged, held while no flow has its address, and counted once.
//! * An outcome enters the feed in the transaction that saves its turn, and stays until it is acknowledged.

pub(crate) mod bounds;
pub(crate) mod codec;
#[cfg(feature = "test-util")]
pub mod conformance;
pub(crate) mod delete_files;
pub(crate) mod error;
pub(crate) mod facts;
pub(crate) mod feed;
pub(crate) mod hint;
#[cfg(feature = "test-util")]
pub(crate) mod interposed;
pub(crate) mod keys;
pub(crate) mod lent;
pub(crate) mod memory;
pub(crate) mod missed;
pub(crate) mod pace;
pub(crate) mod purge;
pub(crate) mod record;
mod shared;
pub(crate) mod upkeep;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use error::StoreError;
use feed::FeedStore;
use hint::{Delivered, Hint, StoredHint};
use keys::{CallbackKey, FlowKey, Owner};
use lent::LentStore;
use pace::PaceStore;
use record::{Claim, Filter, FlowRecord, Inserted, Lease, Listed, NewFlow, Turn};
use upkeep::{AuditEntry, Upkeep};

/// Keeps flows and the hints that wait for them. The state that it is given holds secrets: a store that writes to a disk
/// seals it with a [`StateCodec`](crate::StateCodec).
///
/// Every call is atomic, and durable when it returns. What the application takes out is [`FeedStore`]'s, pace that workers
/// share is [`PaceStore`]'s, and cleaning up is [`Upkeep`]'s.
#[async_trait]
pub trait FlowStore: FeedStore + LentStore + PaceStore + Upkeep {
    /// Adds a flow, with its entry in the audit; does nothing where the key is taken, or was taken by a flow that is erased,
    /// or where the flow is [`exclusive`](NewFlow::exclusive) and another one [holds](crate::holds_subject) its subject.
    async fn insert(&self, new: NewFlow, now: DateTime<Utc>) -> Result<Inserted, StoreError>;

    /// Remembers with which site the flows of this profile are made, at the first time; refuses another one from then on with
    /// [`StoreError::OtherSite`], so that simulated and live flows never mix. A host does it before it touches a flow.
    async fn bind_site(&self, profile: &str, site: &str) -> Result<(), StoreError>;

    /// Forgets the site of this profile, and tells it: for a site that moved. The next host binds its own.
    async fn forget_site(&self, profile: &str) -> Result<Option<String>, StoreError>;

    /// Whether it outlives its process. Others may then use it, too, so a host must name its profile.
    fn is_durable(&self) -> bool {
        true
    }

    /// A flow as it was last committed.
    async fn load(&self, key: &FlowKey) -> Result<Option<FlowRecord>, StoreError>;

    /// A flow for somebody who takes it out of here, such as an auditor: the entry is in the audit before they have it.
    async fn export(&self, by: &AuditEntry) -> Result<Option<FlowRecord>, StoreError> {
        let record = self.load(&by.key).await?;
        if record.is_some() {
            self.record(by).await?;
        }
        Ok(record)
    }

    /// The flows that fit, oldest first. Those that cannot be read are named beside the others.
    async fn list(&self, filter: &Filter) -> Result<Listed, StoreError>;

    /// Takes this flow for `lease`, unless somebody holds it or it does not exist. A holder is one piece of work, not one
    /// process: a live lease keeps everybody off, its own owner's other tasks too. It is [`LONGEST_LEASE`] long at most; one that ends
    /// later is a wrong clock's, and ends as a lease of this caller's would that begins now.
    ///
    /// [`LONGEST_LEASE`]: crate::LONGEST_LEASE
    async fn claim(
        &self,
        key: &FlowKey,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Claim, StoreError>;

    /// Takes a flow of this profile that needs its host now (its time has come, or a hint waits for it) and that nobody
    /// holds. The longest due first: a timer since its time, a hint since it came, a pending call since the flow last
    /// changed; after all of these, in the same order, the flows that only [wait to open](crate::waits_to_open). A stalled flow
    /// waits for somebody to resume it, and no hint changes that; one that is over is due for a hint that is held. A flow that cannot be read is passed over, and keeps no
    /// other one waiting.
    async fn claim_due(
        &self,
        profile: &str,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Option<(Lease, FlowRecord)>, StoreError>;

    /// Makes the lease longer; `false` where it was lost.
    async fn renew(&self, lease: &Lease, now: DateTime<Utc>, length: Duration) -> Result<bool, StoreError>;

    /// Gives the flow back. Nothing happens where the lease was lost.
    async fn release(&self, lease: &Lease) -> Result<(), StoreError>;

    /// Saves a turn: the state, the hints it used up, the outcomes that the flow came to with it
    /// ([`outcomes_of`](crate::outcomes_of)), and its entry in the audit. The same turn saved again, by who does not know whether
    /// it was, changes nothing. `false`, and no change at all, where the lease was lost.
    async fn commit(&self, lease: &Lease, turn: Turn<'_>, now: DateTime<Utc>) -> Result<bool, StoreError>;

    /// The hints that wait for this flow, oldest first: those addressed to its callback key, and those addressed to its
    /// transaction.
    async fn hints(&self, key: &FlowKey) -> Result<Vec<StoredHint>, StoreError>;

    /// Whether a flow was added with this callback key: a receiver refuses what is addressed to any other.
    async fn knows_key(&self, key: &CallbackKey) -> Result<bool, StoreError>;

    /// The same for several keys, in their order. A store that can look them up together does so; one after the other, where
    /// it is not written.
    async fn knows_keys(&self, keys: &[CallbackKey]) -> Result<Vec<bool>, StoreError> {
        let mut known = Vec::with_capacity(keys.len());
        for key in keys {
            known.push(self.knows_key(key).await?);
        }
        Ok(known)
    }

    /// Takes a hint in. It is held until a flow with its address uses it up. A flow that is over needs none, unless it
    /// [heeds it](crate::heeds_when_over): its hints are counted and not held. Of the hints that no flow has bound yet, the newest [`MOST_UNBOUND_HINTS`] are held (and
    /// a few more, until the store looks again), so that strangers who know the portal's callback URL cannot fill the store; and
    /// of those to one callback key the newest [`MOST_HINTS_OF_ONE`](crate::MOST_HINTS_OF_ONE), so that nobody who knows a key can.
    ///
    /// [`MOST_UNBOUND_HINTS`]: crate::MOST_UNBOUND_HINTS
    async fn deliver(&self, hint: &Hint, now: DateTime<Utc>) -> Result<Delivered, StoreError>;

    /// Takes several hints in, and says of each what became of it, in their order. A store that can make them durable with
    /// one commit does so; one after the other, where it is not written.
    async fn deliver_all(&self, hints: &[Hint], now: DateTime<Utc>) -> Vec<Result<Delivered, StoreError>> {
        let mut delivered = Vec::with_capacity(hints.len());
        for hint in hints {
            delivered.push(self.deliver(hint, now).await);
        }
        delivered
    }

    /// The same for a receiver: a hint to a key that no flow was added with is not taken in, and `None` is said of it. A store that can
    /// tell with the statement that takes the others in does so; with a look before, where it is not written.
    async fn deliver_known(&self, hints: &[Hint], now: DateTime<Utc>) -> Vec<Result<Option<Delivered>, StoreError>> {
        let keys: Vec<_> = hints.iter().filter_map(Hint::key).cloned().collect();
        let found = self.knows_keys(&keys).await;
        let mut known = found.as_ref().map(|known| known.iter());
        let mut is_known = |hint: &Hint| match (hint.key(), &mut known) {
            (None, _) => Ok(true),
            (_, Ok(known)) => Ok(known.next() == Some(&true)),
            // One failure, for each of those who share it.
            (_, Err(error)) => Err(StoreError::unavailable("look for a callback key", error.whole())),
        };
        let is_known: Vec<_> = hints.iter().map(&mut is_known).collect();
        let group = hints.iter().zip(&is_known).filter(|(_, known)| matches!(known, Ok(true)));
        let group: Vec<_> = group.map(|(hint, _)| hint.clone()).collect();
        let mut delivered = self.deliver_all(&group, now).await.into_iter();
        let nothing =
            || Err(StoreError::unavailable("take in a hint", "it answered for fewer hints than it was given"));
        let answer = |known| match known {
            Ok(true) => delivered.next().unwrap_or_else(nothing).map(Some),
            Ok(false) => Ok(None),
            Err(error) => Err(error),
        };
        is_known.into_iter().map(answer).collect()
    }
}
