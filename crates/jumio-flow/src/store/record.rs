//! What goes into a store and comes out of it.

use std::ops::Deref;

use chrono::{DateTime, Utc};

use super::error::StoreError;
use super::hint::HintId;
use super::keys::{CallbackKey, FlowKey, Owner};
use super::upkeep::AuditEntry;
use crate::machine::Flow;

/// A flow to add.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewFlow {
    /// Its name.
    pub key: FlowKey,
    /// Where it belongs: a region, a simulator, a set of credentials. A host takes flows of its own profile only, so
    /// simulated and live flows never mix.
    pub profile: String,
    /// What it is about, for finding a second flow about the same thing. Must not name a person; a digest does well.
    pub subject: Option<String>,
    /// The key in its callback URL, if it has one of its own.
    pub callback_key: Option<CallbackKey>,
    /// Its first state.
    pub flow: Flow,
    /// Whether it is refused while another flow of its profile [holds](crate::holds_subject) the same subject.
    pub exclusive: bool,
    /// Who starts it, for the audit; `application` where nobody is named.
    pub started_by: Option<String>,
    /// Why, for the audit. Must not name the applicant.
    pub reason: Option<String>,
}

impl NewFlow {
    /// A flow to add.
    pub fn new(key: FlowKey, profile: impl Into<String>, flow: Flow) -> Self {
        let (subject, callback_key, started_by, reason) = Default::default();
        Self { key, profile: profile.into(), subject, callback_key, flow, exclusive: false, started_by, reason }
    }

    /// Says what it is about.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Refuses it while another flow of its profile is about the same subject and has not ended, or is parked: one applicant,
    /// one transaction at a time. A flow that ended and still has something to keep or to erase is in nobody's way. Of two that
    /// start at once one is refused as well; nothing happens without a subject.
    #[must_use]
    pub fn exclusive(mut self) -> Self {
        self.exclusive = true;
        self
    }

    /// Says who starts it: a person's login, a job's name. Kept in the audit, in the clear.
    #[must_use]
    pub fn started_by(mut self, actor: impl Into<String>) -> Self {
        self.started_by = Some(actor.into());
        self
    }

    /// Says why it is started. Kept in the audit, in the clear, so it must not name the applicant.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// The entry of its start in the audit.
    pub fn start_entry(&self, now: DateTime<Utc>) -> AuditEntry {
        let actor = self.started_by.as_deref().unwrap_or("application");
        let mut entry = AuditEntry::new(self.key.clone(), actor, "start", now);
        entry.reason.clone_from(&self.reason);
        entry
    }

    /// Gives it a callback key of its own.
    #[must_use]
    pub fn with_callback_key(mut self, key: CallbackKey) -> Self {
        self.callback_key = Some(key);
        self.flow.spec.own_callback = true;
        self
    }
}

/// Whether a flow was added.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Inserted {
    /// It was.
    New,
    /// The key was taken; nothing changed.
    Exists,
    /// It is [`exclusive`](NewFlow::exclusive), and another flow [holds](crate::holds_subject) its subject; nothing changed.
    SubjectTaken {
        /// The other flow.
        by: FlowKey,
    },
}

/// A flow as a store keeps it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FlowRecord {
    /// Its name.
    pub key: FlowKey,
    /// Where it belongs.
    pub profile: String,
    /// What it is about.
    pub subject: Option<String>,
    /// The key in its callback URL.
    pub callback_key: Option<CallbackKey>,
    /// Its state.
    pub flow: Flow,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl FlowRecord {
    /// A record of a new flow.
    pub fn new(new: NewFlow, now: DateTime<Utc>) -> Self {
        let NewFlow { key, profile, subject, callback_key, flow, .. } = new;
        Self { key, profile, subject, callback_key, flow, created_at: now, updated_at: now }
    }
}

/// Which flows to list. Every restriction that is set must hold.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Filter {
    /// Only of this profile.
    pub profile: Option<String>,
    /// Only about this.
    pub subject: Option<String>,
    /// Only those that have not ended.
    pub unfinished: bool,
    /// Only those that wait for somebody to resume them.
    pub stalled: bool,
    /// Only those that were added after this one: the next page of a list.
    pub after: Option<FlowKey>,
    /// At most so many.
    pub limit: Option<usize>,
}

impl Filter {
    /// All flows.
    pub fn all() -> Self {
        Self::default()
    }

    /// Only of this profile.
    #[must_use]
    pub fn of_profile(mut self, profile: impl Into<String>) -> Self {
        self.profile = Some(profile.into());
        self
    }

    /// Only about this.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Only those that have not ended.
    #[must_use]
    pub fn unfinished(mut self) -> Self {
        self.unfinished = true;
        self
    }

    /// Only those that wait for somebody to resume them.
    #[must_use]
    pub fn stalled(mut self) -> Self {
        self.stalled = true;
        self
    }

    /// Only those that were added after this one: the next page of a list. After a flow that does not exist comes none.
    #[must_use]
    pub fn after(mut self, key: FlowKey) -> Self {
        self.after = Some(key);
        self
    }

    /// At most so many.
    #[must_use]
    pub fn limit(mut self, most: usize) -> Self {
        self.limit = Some(most);
        self
    }
}

/// The flows that a [`Filter`] fits, oldest first; as a slice, those that could be read.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Listed {
    /// Those that could be read.
    pub records: Vec<FlowRecord>,
    /// Those that could not: damage, a key that this process does not have, a state that a newer version wrote.
    pub unreadable: Vec<Unreadable>,
    /// The last one of either kind: the next page of the list is [`after`](Filter::after) it.
    pub last: Option<FlowKey>,
}

/// A flow that could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub struct Unreadable {
    /// Its name.
    pub key: FlowKey,
    /// Why.
    pub error: StoreError,
}

impl Listed {
    /// Adds a flow, read or not.
    pub fn push(&mut self, key: FlowKey, record: Result<FlowRecord, StoreError>) {
        self.last = Some(key.clone());
        match record {
            Ok(record) => self.records.push(record),
            Err(error) => self.unreadable.push(Unreadable { key, error }),
        }
    }
}

impl Deref for Listed {
    type Target = [FlowRecord];

    fn deref(&self) -> &[FlowRecord] {
        &self.records
    }
}

impl IntoIterator for Listed {
    type Item = FlowRecord;
    type IntoIter = std::vec::IntoIter<FlowRecord>;

    fn into_iter(self) -> Self::IntoIter {
        self.records.into_iter()
    }
}

impl<'a> IntoIterator for &'a Listed {
    type Item = &'a FlowRecord;
    type IntoIter = std::slice::Iter<'a, FlowRecord>;

    fn into_iter(self) -> Self::IntoIter {
        self.records.iter()
    }
}

/// Who holds a flow, and the number that fences off whoever held it before.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lease {
    /// The flow.
    pub key: FlowKey,
    /// Who holds it.
    pub owner: Owner,
    /// Grows whenever the flow is taken anew; a renewal keeps it.
    pub fence: i64,
}

impl Lease {
    /// A lease.
    pub fn new(key: FlowKey, owner: Owner, fence: i64) -> Self {
        Self { key, owner, fence }
    }
}

/// What a claim gave.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Claim {
    /// The flow, for now.
    Taken(Lease, Box<FlowRecord>),
    /// Somebody else holds it until then, unless they renew.
    Held {
        /// When their lease runs out.
        until: DateTime<Utc>,
    },
    /// There is no such flow.
    Missing,
}

/// A turn to save.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Turn<'a> {
    /// The new state.
    pub flow: &'a Flow,
    /// The hints that it used up.
    pub used: &'a [HintId],
    /// Who made it, where a person or a job did.
    pub audit: Option<&'a AuditEntry>,
}

impl<'a> Turn<'a> {
    /// A turn.
    pub fn new(flow: &'a Flow, used: &'a [HintId]) -> Self {
        Self { flow, used, audit: None }
    }

    /// Says who made it; kept in the same transaction.
    #[must_use]
    pub fn audited(mut self, entry: &'a AuditEntry) -> Self {
        self.audit = Some(entry);
        self
    }
}
