//! The store that forgets everything with its process: for tests, and for flows that need not outlive it.
//!
//! States go through their saved form on every save and load, so that a flow behaves here as on a disk.

mod feed;
mod lent;
mod seen;
mod upkeep;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::FlowStore;
use super::bounds::{CLOCK_SLACK, LONGEST_LEASE, after, lease_end};
use super::error::StoreError;
use super::facts::{heeds_when_over, holds_subject, waits_to_open};
use super::feed::{FeedEntry, outcomes_of};
use super::hint::{Delivered, Hint, HintAddress, MOST_UNBOUND_HINTS, StoredHint};
use super::keys::{CallbackKey, FlowKey, Owner};
use super::record::{Claim, Filter, FlowRecord, Inserted, Lease, Listed, NewFlow, Turn};
use super::upkeep::AuditEntry;
use crate::machine::{self, Flow, Told};

/// Flows in memory.
#[derive(Default)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
}

#[derive(Default)]
struct Tables {
    flows: BTreeMap<FlowKey, Row>,
    inbox: Vec<InboxRow>,
    seen: seen::Seen,
    next_hint: i64,
    next_row: i64,
    /// Outcomes that are not acknowledged, the oldest first.
    feed: Vec<FeedRow>,
    next_outcome: i64,
    buckets: BTreeMap<String, DateTime<Utc>>,
    /// Keys of erased flows.
    erased: HashSet<FlowKey>,
    audit: Vec<AuditEntry>,
    marks: BTreeMap<String, DateTime<Utc>>,
    /// By the transaction that each names, and its identity.
    lent: BTreeMap<(String, String), lent::LentRow>,
    next_lent: i64,
    /// With which site the flows of each profile are made.
    sites: BTreeMap<String, String>,
}

struct Row {
    number: i64,
    record: FlowRecord,
    saved: Vec<u8>,
    owner: Option<(Owner, DateTime<Utc>)>,
    fence: i64,
    /// How many outcomes are in the feed or were.
    outcomes: u32,
}

struct FeedRow {
    entry: FeedEntry,
    not_before: DateTime<Utc>,
}

struct InboxRow {
    id: i64,
    address: HintAddress,
    identity: String,
    told: Told,
    received_at: DateTime<Utc>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn with<R>(&self, work: impl FnOnce(&mut Tables) -> R) -> R {
        // No code here panics while it holds the lock with the tables half changed.
        work(&mut self.tables.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Row {
    fn read(&self) -> Result<FlowRecord, StoreError> {
        Ok(FlowRecord { flow: machine::read(&self.saved)?, ..self.record.clone() })
    }

    /// Until when somebody holds the flow. A lease that a wrong clock left ends as one of this length would that begins now.
    fn held_until(&mut self, now: DateTime<Utc>, length: Duration) -> Option<DateTime<Utc>> {
        let (_, until) = self.owner.as_mut().filter(|(_, until)| *until > now)?;
        if *until > after(now, LONGEST_LEASE + CLOCK_SLACK) {
            *until = lease_end(now, length);
        }
        Some(*until)
    }

    fn take(&mut self, owner: &Owner, now: DateTime<Utc>, lease: Duration) -> Lease {
        self.fence += 1;
        self.owner = Some((owner.clone(), lease_end(now, lease)));
        Lease::new(self.record.key.clone(), owner.clone(), self.fence)
    }

    fn holds(&self, lease: &Lease) -> bool {
        self.fence == lease.fence && self.owner.as_ref().is_some_and(|(holder, _)| *holder == lease.owner)
    }

    fn addresses(&self) -> impl Iterator<Item = HintAddress> {
        let transaction = self.record.flow.transaction();
        let execution = transaction.map(|transaction| HintAddress::Execution(transaction.execution.clone()));
        self.record.callback_key.clone().map(HintAddress::Key).into_iter().chain(execution)
    }

    fn is_addressed(&self, address: &HintAddress) -> bool {
        match address {
            HintAddress::Key(key) => self.record.callback_key.as_ref() == Some(key),
            HintAddress::Execution(id) => {
                self.record.flow.transaction().is_some_and(|transaction| transaction.execution == *id)
            }
        }
    }
}

impl Tables {
    /// Whether the flow only waits to open, and since when it needs its host; `None` where it needs none now.
    fn due_since(&self, row: &Row, now: DateTime<Utc>) -> Option<(bool, DateTime<Utc>)> {
        let flow: &Flow = &row.record.flow;
        let due = flow.wake_at().filter(|at| *at <= now);
        let due = due.map(|at| (waits_to_open(flow), if flow.due().is_some() { at } else { row.record.updated_at }));
        let is_over = flow.is_over();
        let heeded = |hint: &&StoredHint| !is_over || heeds_when_over(flow, &hint.told);
        let hinted = self.hints_of(row).iter().find(heeded).map(|hint| (false, hint.received_at));
        let hinted = hinted.filter(|_| flow.stalled().is_none());
        due.into_iter().chain(hinted).min()
    }

    /// Drops the oldest hint that no flow has bound, if there are too many of them.
    fn bound_inbox(&mut self) {
        if self.inbox.len() <= MOST_UNBOUND_HINTS {
            return;
        }
        let unbound = |hint: &InboxRow| !self.flows.values().any(|row| row.is_addressed(&hint.address));
        let mut places = self.inbox.iter().enumerate().filter(|(_, hint)| unbound(hint)).map(|(place, _)| place);
        if let (Some(oldest), true) = (places.next(), places.count() >= MOST_UNBOUND_HINTS) {
            let dropped = self.inbox.remove(oldest);
            self.seen.forget(&dropped.address, &dropped.identity);
        }
    }

    /// Drops the oldest hint to this key, used up or not, if there are too many of them.
    fn bound_key(&mut self, address: &HintAddress) {
        if let Some(oldest) = self.seen.bound(address) {
            self.inbox.retain(|hint| (&hint.address, &hint.identity) != (address, &oldest));
        }
    }

    /// Puts the outcomes that are new into the feed.
    fn publish(&mut self, key: &FlowKey, now: DateTime<Utc>) {
        let Some(row) = self.flows.get_mut(key) else { return };
        for sequence in row.outcomes.saturating_add(1)..=outcomes_of(&row.record.flow) {
            self.next_outcome += 1;
            let entry = FeedEntry::new(self.next_outcome, key.clone(), &*row.record.profile, sequence, now);
            self.feed.push(FeedRow { entry: entry.attempted(0), not_before: now });
            row.outcomes = sequence;
        }
    }

    fn hints_of(&self, row: &Row) -> Vec<StoredHint> {
        let addressed = self.inbox.iter().filter(|hint| row.is_addressed(&hint.address));
        addressed.map(|hint| StoredHint::new(hint.id, hint.told.clone(), hint.received_at)).collect()
    }
}

#[async_trait]
impl FlowStore for MemoryStore {
    async fn insert(&self, new: NewFlow, now: DateTime<Utc>) -> Result<Inserted, StoreError> {
        let saved = machine::write(&new.flow)?;
        Ok(self.with(|tables| {
            if tables.flows.contains_key(&new.key) || tables.erased.contains(&new.key) {
                return Inserted::Exists;
            }
            let rival = tables.flows.values().find(|row| {
                let other = &row.record;
                let same = other.profile == new.profile && other.subject == new.subject && new.subject.is_some();
                same && holds_subject(&other.flow)
            });
            if let Some(rival) = rival.filter(|_| new.exclusive) {
                return Inserted::SubjectTaken { by: rival.record.key.clone() };
            }
            tables.audit.push(new.start_entry(now));
            let record = FlowRecord::new(new, now);
            tables.next_row += 1;
            let key = record.key.clone();
            let row = Row { number: tables.next_row, record, saved, owner: None, fence: 0, outcomes: 0 };
            tables.flows.insert(key.clone(), row);
            tables.publish(&key, now);
            Inserted::New
        }))
    }

    async fn bind_site(&self, profile: &str, site: &str) -> Result<(), StoreError> {
        self.with(|tables| {
            let bound = tables.sites.entry(profile.to_owned()).or_insert_with(|| site.to_owned());
            StoreError::unless_same_site(profile, bound, site)
        })
    }

    async fn forget_site(&self, profile: &str) -> Result<Option<String>, StoreError> {
        Ok(self.with(|tables| tables.sites.remove(profile)))
    }

    fn is_durable(&self) -> bool {
        false
    }

    async fn load(&self, key: &FlowKey) -> Result<Option<FlowRecord>, StoreError> {
        self.with(|tables| tables.flows.get(key).map(Row::read).transpose())
    }

    async fn list(&self, filter: &Filter) -> Result<Listed, StoreError> {
        Ok(self.with(|tables| {
            let mut rows: Vec<&Row> = tables.flows.values().collect();
            rows.sort_by_key(|row| row.number);
            let after = match &filter.after {
                Some(key) => tables.flows.get(key).map_or(i64::MAX, |row| row.number),
                None => 0,
            };
            let fits = |row: &&Row| {
                let record = &row.record;
                filter.profile.as_ref().is_none_or(|profile| *profile == record.profile)
                    && filter.subject.as_ref().is_none_or(|subject| Some(subject) == record.subject.as_ref())
                    && !(filter.unfinished && record.flow.is_over())
                    && !(filter.stalled && record.flow.stalled().is_none())
                    && row.number > after
            };
            let most = filter.limit.unwrap_or(usize::MAX);
            let mut listed = Listed::default();
            rows.into_iter().filter(fits).take(most).for_each(|row| listed.push(row.record.key.clone(), row.read()));
            listed
        }))
    }

    async fn claim(
        &self,
        key: &FlowKey,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        self.with(|tables| {
            let Some(row) = tables.flows.get_mut(key) else {
                return Ok(Claim::Missing);
            };
            match row.held_until(now, lease) {
                Some(until) => Ok(Claim::Held { until }),
                None => {
                    let record = row.read()?;
                    Ok(Claim::Taken(row.take(owner, now, lease), Box::new(record)))
                }
            }
        })
    }

    async fn claim_due(
        &self,
        profile: &str,
        owner: &Owner,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Option<(Lease, FlowRecord)>, StoreError> {
        self.with(|tables| {
            for row in tables.flows.values_mut() {
                row.held_until(now, lease);
            }
            let is_free = |row: &Row| row.owner.as_ref().is_none_or(|(_, until)| *until <= now);
            let free = tables.flows.values().filter(|row| row.record.profile == profile && is_free(row));
            let due = free.filter_map(|row| Some((tables.due_since(row, now)?, row.number, row.record.key.clone())));
            let next = due.min();
            let Some(row) = next.and_then(|(_, _, key)| tables.flows.get_mut(&key)) else {
                return Ok(None);
            };
            let record = row.read()?;
            Ok(Some((row.take(owner, now, lease), record)))
        })
    }

    async fn renew(&self, lease: &Lease, now: DateTime<Utc>, length: Duration) -> Result<bool, StoreError> {
        Ok(self.with(|tables| match tables.flows.get_mut(&lease.key) {
            Some(row) if row.holds(lease) => {
                // Also where it ran out: nobody took it meanwhile.
                row.owner = Some((lease.owner.clone(), lease_end(now, length)));
                true
            }
            _ => false,
        }))
    }

    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        self.with(|tables| {
            if let Some(row) = tables.flows.get_mut(&lease.key).filter(|row| row.holds(lease)) {
                row.owner = None;
            }
        });
        Ok(())
    }

    async fn commit(&self, lease: &Lease, turn: Turn<'_>, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let saved = machine::write(turn.flow)?;
        Ok(self.with(|tables| {
            let Some(row) = tables.flows.get_mut(&lease.key).filter(|row| row.holds(lease)) else {
                return false;
            };
            row.saved = saved;
            row.record.flow = turn.flow.clone();
            row.record.updated_at = now;
            let ended = turn.flow.is_over();
            let is_late =
                |hint: &InboxRow| ended && row.is_addressed(&hint.address) && !heeds_when_over(turn.flow, &hint.told);
            tables.inbox.retain(|hint| !(turn.used.contains(&hint.id) || is_late(hint)));
            tables.publish(&lease.key, now);
            // Saved again where nobody knew whether it was, the same entry is one.
            let new = turn.audit.filter(|entry| !tables.audit.contains(entry));
            tables.audit.extend(new.cloned());
            true
        }))
    }

    async fn hints(&self, key: &FlowKey) -> Result<Vec<StoredHint>, StoreError> {
        Ok(self.with(|tables| tables.flows.get(key).map(|row| tables.hints_of(row)).unwrap_or_default()))
    }

    async fn knows_key(&self, key: &CallbackKey) -> Result<bool, StoreError> {
        Ok(self.with(|tables| tables.flows.values().any(|row| row.record.callback_key.as_ref() == Some(key))))
    }

    async fn deliver(&self, hint: &Hint, now: DateTime<Utc>) -> Result<Delivered, StoreError> {
        Ok(self.with(|tables| {
            if !tables.seen.add(hint, now) {
                return Delivered::Duplicate;
            }
            tables.bound_key(&hint.address);
            let flow = tables.flows.values().find(|row| row.is_addressed(&hint.address));
            let is_late = |flow: &Flow| flow.is_over() && !heeds_when_over(flow, &hint.told);
            if flow.is_some_and(|row| is_late(&row.record.flow)) {
                return Delivered::New;
            }
            tables.next_hint += 1;
            tables.inbox.push(InboxRow {
                id: tables.next_hint,
                address: hint.address.clone(),
                identity: hint.identity.clone(),
                told: hint.told.clone(),
                received_at: now,
            });
            tables.bound_inbox();
            Delivered::New
        }))
    }
}
