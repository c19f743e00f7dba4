//! The callbacks that the in-memory store keeps for an older receiver.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::MemoryStore;
use crate::store::bounds::{CLOCK_SLACK, LONGEST_PUT_OFF, after, lease_end};
use crate::store::error::StoreError;
use crate::store::hint::HintAddress;
use crate::store::lent::{CallbackToLend, LentCallback, LentStore, MOST_LENT_CALLBACKS};

pub(super) struct LentRow {
    callback: LentCallback,
    not_before: DateTime<Utc>,
}

#[async_trait]
impl LentStore for MemoryStore {
    async fn lend(&self, callbacks: &[CallbackToLend], now: DateTime<Utc>) -> Result<bool, StoreError> {
        Ok(self.with(|tables| {
            if tables.lent.len() >= MOST_LENT_CALLBACKS {
                return false;
            }
            for CallbackToLend { execution, identity, body, .. } in callbacks {
                tables.next_lent += 1;
                let callback = LentCallback::new(tables.next_lent, execution.clone(), body.clone(), now, 0);
                let row = LentRow { callback, not_before: now };
                tables.lent.entry((execution.clone(), identity.clone())).or_insert(row);
            }
            true
        }))
    }

    async fn take_lent(
        &self,
        now: DateTime<Utc>,
        grace: Duration,
        lease: Duration,
        most: usize,
    ) -> Result<Vec<LentCallback>, StoreError> {
        Ok(self.with(|tables| {
            let flows = &tables.flows;
            let is_ours = |row: &LentRow| {
                let address = HintAddress::Execution(row.callback.execution.as_str().into());
                flows.values().any(|flow| flow.is_addressed(&address))
            };
            tables.lent.retain(|_, row| !is_ours(row));
            let is_crowded = tables.lent.len() >= MOST_LENT_CALLBACKS / 2;
            let grace = TimeDelta::from_std(if is_crowded { Duration::ZERO } else { grace }).unwrap_or(TimeDelta::MAX);
            let before = now.checked_sub_signed(grace).unwrap_or(DateTime::<Utc>::MIN_UTC);
            let waits = |row: &&mut LentRow| row.callback.received_at <= before && row.not_before <= now;
            let mut waiting: Vec<_> = tables.lent.values_mut().filter(waits).collect();
            waiting.sort_by_key(|row| row.callback.id);
            let taken = waiting.into_iter().take(most).map(|row| {
                row.not_before = lease_end(now, lease);
                row.callback.attempts = row.callback.attempts.saturating_add(1);
                row.callback.clone()
            });
            let taken: Vec<_> = taken.collect();
            let furthest = after(now, LONGEST_PUT_OFF + CLOCK_SLACK);
            let is_far = |row: &&mut LentRow| row.not_before.max(row.callback.received_at) > furthest;
            for row in tables.lent.values_mut().filter(|_| taken.is_empty()).filter(is_far) {
                row.not_before = lease_end(now, lease);
                row.callback.received_at = row.callback.received_at.min(now);
            }
            taken
        }))
    }

    async fn settle_lent(&self, id: i64, again: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        self.with(|tables| match again {
            Some(until) => {
                for row in tables.lent.values_mut().filter(|row| row.callback.id == id) {
                    row.not_before = until;
                }
            }
            None => tables.lent.retain(|_, row| row.callback.id != id),
        });
        Ok(())
    }
}
