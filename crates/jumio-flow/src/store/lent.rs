//! Callbacks without a key, kept as they came until a flow has their transaction or an older receiver has them.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::error::StoreError;

/// How many callbacks a store keeps for an older receiver. When half as many wait, they are handed over without the wait for a
/// flow; one more than all of them is refused, and none is dropped.
pub const MOST_LENT_CALLBACKS: usize = 10_000;

/// A callback as it came. Silent in `Debug`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallbackToLend {
    /// The transaction that it names.
    pub execution: String,
    /// What makes it the same as another.
    pub identity: String,
    /// Its body, every byte of it.
    pub body: String,
}

impl CallbackToLend {
    /// A callback that came.
    pub fn new(execution: impl Into<String>, identity: impl Into<String>, body: impl Into<String>) -> Self {
        Self { execution: execution.into(), identity: identity.into(), body: body.into() }
    }
}

impl std::fmt::Debug for CallbackToLend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallbackToLend").field("execution", &self.execution).finish_non_exhaustive()
    }
}

/// One that is to be handed over now. Silent in `Debug`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LentCallback {
    /// Its number.
    pub id: i64,
    /// The transaction that it names.
    pub execution: String,
    /// Its body, as it came.
    pub body: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// How often it was taken out, this time included.
    pub attempts: u32,
}

impl LentCallback {
    /// One that a store kept.
    pub fn new(id: i64, execution: String, body: String, received_at: DateTime<Utc>, attempts: u32) -> Self {
        Self { id, execution, body, received_at, attempts }
    }
}

impl std::fmt::Debug for LentCallback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LentCallback").field("id", &self.id).field("execution", &self.execution).finish_non_exhaustive()
    }
}

/// The callbacks that an older receiver may have to have. Every call is atomic, and durable when it returns.
#[async_trait]
pub trait LentStore: Send + Sync {
    /// Keeps callbacks; one that is there already changes nothing. `false`, and nothing is kept, where there are
    /// [`MOST_LENT_CALLBACKS`] already.
    async fn lend(&self, callbacks: &[CallbackToLend], now: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Takes out, for `lease` (an hour at most), at most so many that came `grace` ago or earlier and whose transaction no flow
    /// has, the oldest first. Those whose transaction a flow has are ours, and are dropped.
    async fn take_lent(
        &self,
        now: DateTime<Utc>,
        grace: Duration,
        lease: Duration,
        most: usize,
    ) -> Result<Vec<LentCallback>, StoreError>;

    /// Takes one out again, but not before then, as with [`put_off`](crate::FeedStore::put_off); with `None` never again.
    async fn settle_lent(&self, id: i64, again: Option<DateTime<Utc>>) -> Result<(), StoreError>;
}
