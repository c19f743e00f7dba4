//! The feed and the buckets of the in-memory store.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};

use super::{FeedRow, MemoryStore};
use crate::store::bounds::{CLOCK_SLACK, LONGEST_PUT_OFF, after, lease_end};
use crate::store::error::StoreError;
use crate::store::feed::{FeedEntry, FeedId, FeedStore};
use crate::store::pace::{PaceStore, Rate};

#[async_trait]
impl FeedStore for MemoryStore {
    async fn take_outcomes(
        &self,
        profile: &str,
        now: DateTime<Utc>,
        lease: Duration,
        most: usize,
    ) -> Result<Vec<FeedEntry>, StoreError> {
        Ok(self.with(|tables| {
            let mut taken: Vec<FeedEntry> = Vec::new();
            let mut blocked = std::collections::HashSet::new();
            for row in tables.feed.iter_mut().filter(|row| row.entry.profile == profile) {
                // Also where it is this entry that is taken: the next one of the flow waits for it.
                let is_first = blocked.insert(row.entry.key.clone());
                if is_first && row.not_before <= now && taken.len() < most {
                    row.not_before = lease_end(now, lease);
                    row.entry.attempts = row.entry.attempts.saturating_add(1);
                    taken.push(row.entry.clone());
                }
            }
            if taken.is_empty() {
                let is_far = |row: &&mut FeedRow| row.not_before > after(now, LONGEST_PUT_OFF + CLOCK_SLACK);
                for row in tables.feed.iter_mut().filter(|row| row.entry.profile == profile).filter(is_far) {
                    row.not_before = lease_end(now, lease);
                }
            }
            taken
        }))
    }

    async fn acknowledge(&self, id: FeedId, _: DateTime<Utc>) -> Result<(), StoreError> {
        self.with(|tables| tables.feed.retain(|row| row.entry.id != id));
        Ok(())
    }

    async fn put_off(&self, id: FeedId, until: DateTime<Utc>) -> Result<(), StoreError> {
        self.with(|tables| {
            for row in tables.feed.iter_mut().filter(|row| row.entry.id == id) {
                row.not_before = until;
            }
        });
        Ok(())
    }
}

#[async_trait]
impl PaceStore for MemoryStore {
    async fn reserve(&self, bucket: &str, rate: Rate, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        Ok(self.with(|tables| {
            let (at, full_at) = rate.next(tables.buckets.get(bucket).copied(), now);
            tables.buckets.insert(bucket.to_owned(), full_at);
            at.duration_round_up(TimeDelta::milliseconds(1)).unwrap_or(at)
        }))
    }
}
