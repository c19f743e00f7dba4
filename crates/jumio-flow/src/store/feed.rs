//! The outcome feed: what a flow came to, kept until the application has acknowledged it.
//!
//! An entry is a pointer, not a copy: whoever takes it loads the flow. So nothing of a person lies in the feed, and a result
//! that was erased cannot be handed out any more.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::error::StoreError;
use super::keys::FlowKey;
use crate::machine::Flow;

/// An entry's number in its store.
pub type FeedId = i64;

/// Says that a flow came to an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedEntry {
    /// Its number, by which it is acknowledged.
    pub id: FeedId,
    /// The flow.
    pub key: FlowKey,
    /// Where the flow belongs.
    pub profile: String,
    /// Which outcome of this flow it is: 1 for the first, without a gap.
    pub sequence: u32,
    /// When it came about.
    pub at: DateTime<Utc>,
    /// How often it was handed out, this time included.
    pub attempts: u32,
}

impl FeedEntry {
    /// An entry that a store kept.
    pub fn new(id: FeedId, key: FlowKey, profile: impl Into<String>, sequence: u32, at: DateTime<Utc>) -> Self {
        Self { id, key, profile: profile.into(), sequence, at, attempts: 1 }
    }

    /// Says how often it was handed out.
    #[must_use]
    pub fn attempted(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }
}

/// How many outcomes a flow came to so far. A store adds one entry for each, in the transaction that saves the turn.
pub fn outcomes_of(flow: &Flow) -> u32 {
    flow.outcome_count()
}

/// The feed of a store. At least once: an entry is handed out again until it is acknowledged.
///
/// Every call is atomic, and durable when it returns.
#[async_trait]
pub trait FeedStore: Send + Sync {
    /// Hands out at most so many entries of this profile, the oldest first, and nobody else gets them before `lease` (an hour
    /// at most) is over. An entry waits until every earlier one of its flow is acknowledged.
    async fn take_outcomes(
        &self,
        profile: &str,
        now: DateTime<Utc>,
        lease: Duration,
        most: usize,
    ) -> Result<Vec<FeedEntry>, StoreError>;

    /// Takes an entry out of the feed for good. Nothing happens where it is gone already.
    async fn acknowledge(&self, id: FeedId, now: DateTime<Utc>) -> Result<(), StoreError>;

    /// Hands an entry out again, but not before then: a day ahead at most. What stands further ahead is a wrong clock's, and is put
    /// off by the lease of who next finds nothing to take.
    async fn put_off(&self, id: FeedId, until: DateTime<Utc>) -> Result<(), StoreError>;
}
