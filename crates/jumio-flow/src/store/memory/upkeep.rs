//! The upkeep of the in-memory store.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{InboxRow, MemoryStore, Tables};
use crate::store::error::StoreError;
use crate::store::hint::{HintAddress, HintId};
use crate::store::keys::{FlowKey, Owner};
use crate::store::record::{FlowRecord, Lease};
use crate::store::upkeep::{AuditEntry, Ended, EndedFlow, EndedPlace, UnboundHint, Upkeep};

impl Tables {
    fn is_unbound(&self, hint: &InboxRow) -> bool {
        !self.flows.values().any(|row| row.is_addressed(&hint.address))
    }
}

#[async_trait]
impl Upkeep for MemoryStore {
    async fn unbound_hints(&self, before: DateTime<Utc>, most: usize) -> Result<Vec<UnboundHint>, StoreError> {
        Ok(self.with(|tables| {
            let old = tables.inbox.iter().filter(|hint| hint.received_at < before && tables.is_unbound(hint));
            let unbound = old.take(most).map(|hint| {
                let execution = match &hint.address {
                    HintAddress::Execution(id) => Some(id.as_str().to_owned()),
                    HintAddress::Key(_) => None,
                };
                UnboundHint::new(hint.id, execution, hint.told.status.clone(), hint.received_at)
            });
            unbound.collect()
        }))
    }

    async fn drop_hints(&self, ids: &[HintId]) -> Result<(), StoreError> {
        self.with(|tables| {
            let inbox = std::mem::take(&mut tables.inbox);
            let (dropped, kept): (Vec<_>, Vec<_>) =
                inbox.into_iter().partition(|hint| ids.contains(&hint.id) && tables.is_unbound(hint));
            tables.inbox = kept;
            for hint in dropped {
                tables.seen.forget(&hint.address, &hint.identity);
            }
        });
        Ok(())
    }

    async fn forget_hints(&self, before: DateTime<Utc>, most: usize) -> Result<usize, StoreError> {
        Ok(self.with(|tables| {
            let flows = &tables.flows;
            let is_bound = |address: &HintAddress| flows.values().any(|row| row.is_addressed(address));
            let is_held = |(address, identity): &(&HintAddress, &str)| {
                tables.inbox.iter().any(|hint| (&hint.address, hint.identity.as_str()) == (*address, *identity))
            };
            let stale = tables.seen.before(before).filter(|name| !is_bound(name.0) && !is_held(name)).take(most);
            let stale: Vec<_> = stale.map(|(address, identity)| (address.clone(), identity.to_owned())).collect();
            for (address, identity) in &stale {
                tables.seen.forget(address, identity);
            }
            stale.len()
        }))
    }

    async fn ended(&self, ended: &Ended) -> Result<Vec<EndedFlow>, StoreError> {
        Ok(self.with(|tables| {
            let called = |row: &super::Row| row.addresses().any(|address| tables.seen.has_called(&address));
            let fits = |record: &&FlowRecord| {
                record.flow.is_over()
                    && record.updated_at < ended.before
                    && ended.since.is_none_or(|since| record.updated_at >= since)
                    && ended.profile.as_ref().is_none_or(|profile| *profile == record.profile)
            };
            let rows = tables.flows.values();
            let rows = rows.filter(|row| !ended.uncalled || row.record.flow.transaction().is_some() && !called(row));
            let placed = rows.map(|row| (EndedPlace::new(row.record.updated_at, row.number), &row.record));
            let mut old: Vec<_> = placed.filter(|(_, record)| fits(record)).collect();
            old.retain(|(place, _)| ended.after.is_none_or(|after| *place > after));
            old.sort_by_key(|(place, _)| *place);
            let waits = |key: &FlowKey| tables.feed.iter().any(|row| row.entry.key == *key);
            let flow =
                |(place, record): (_, &FlowRecord)| EndedFlow::new(record.key.clone(), !waits(&record.key), place);
            old.into_iter().take(ended.most).map(flow).collect()
        }))
    }

    async fn claim_unopened(
        &self,
        key: &FlowKey,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        Ok(self.with(|tables| {
            let row = tables.flows.get_mut(key).filter(|row| row.record.flow.is_over())?;
            row.held_until(now, lease).is_none().then(|| row.take(owner, now, lease))
        }))
    }

    async fn erase(&self, lease: &Lease, by: Option<&AuditEntry>, _: DateTime<Utc>) -> Result<bool, StoreError> {
        Ok(self.with(|tables| {
            if !tables.flows.get(&lease.key).is_some_and(|row| row.holds(lease)) {
                return false;
            }
            if let Some(row) = tables.flows.remove(&lease.key) {
                let tables = &mut *tables;
                let replaced: Vec<_> = row.record.flow.replaced().iter().map(|one| one.execution.clone()).collect();
                let others = &tables.flows;
                let is_free = |address: &HintAddress| !others.values().any(|other| other.is_addressed(address));
                let was_its_own = |address: &HintAddress| {
                    let gave_up = matches!(address, HintAddress::Execution(id) if replaced.contains(id));
                    (gave_up || row.is_addressed(address)) && is_free(address)
                };
                tables.inbox.retain(|hint| !was_its_own(&hint.address));
                tables.seen.forget_all(was_its_own);
            }
            tables.feed.retain(|row| row.entry.key != lease.key);
            tables.erased.insert(lease.key.clone());
            tables.audit.extend(by.cloned());
            true
        }))
    }

    async fn mark(&self, job: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        Ok(self.with(|tables| tables.marks.get(job).copied()))
    }

    async fn move_mark(&self, job: &str, from: Option<DateTime<Utc>>, to: DateTime<Utc>) -> Result<bool, StoreError> {
        Ok(self.with(|tables| {
            let is_there = tables.marks.get(job).copied() == from;
            if is_there {
                tables.marks.insert(job.to_owned(), to);
            }
            is_there
        }))
    }

    async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        self.with(|tables| tables.audit.push(entry.clone()));
        Ok(())
    }

    async fn audit(&self, key: &FlowKey) -> Result<Vec<AuditEntry>, StoreError> {
        Ok(self.with(|tables| tables.audit.iter().filter(|entry| entry.key == *key).cloned().collect()))
    }
}
