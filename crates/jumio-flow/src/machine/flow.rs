//! The state of a flow. Holds its own outbox: the pending operation and the time at which something is due.

use chrono::{DateTime, Utc};
use jumio_model::WorkflowStatus;
use serde::{Deserialize, Serialize};

use super::history::History;
use super::{
    Ending, Failure, Moment, MomentKind, Op, Plan, Received, Spec, Transaction, TransactionMoment, is_default,
};

/// How many moments a timeline keeps: the first ones and the latest.
const LONGEST_TIMELINE: usize = 400;

/// Everything a flow knows. Save it after every [`step`](super::step); [`write`](super::write()) gives the versioned form.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Flow {
    pub(crate) spec: Spec,
    pub(super) phase: Phase,
    pub(super) pending: Option<Pending>,
    pub(super) due: Option<Due>,
    pub(super) transaction: Option<Transaction>,
    pub(super) stalled: Option<Failure>,
    /// A refusal that the status may explain: the transaction expired meanwhile, or was finalized after all.
    pub(super) diagnosing: Option<Diagnosis>,
    /// A finalize whose answer was lost: it may have worked, whatever a second one is told.
    pub(super) finalize_in_doubt: bool,
    /// The latest result that could not be read.
    pub(super) unreadable: Option<Received>,
    /// A hint came while a call was under way.
    pub(super) notified: bool,
    /// A hint said that the result is there: the next looks ask for it, and not for the status.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) result_told: bool,
    pub(super) last_status: Option<WorkflowStatus>,
    /// How many looks at the result were taken in this phase.
    pub(super) looks: u32,
    pub(super) next_op: u32,
    pub(super) next_epoch: u32,
    /// How many moments there ever were: the timeline may have dropped some.
    pub(super) noted: u64,
    pub(super) timeline: Vec<Moment>,
    /// When the outcome became what it is, where that was after the end: the timeline tells the end.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) came_to: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "is_straight")]
    pub(super) history: Box<History>,
}

/// Where a flow stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Phase {
    /// The account call is to be made.
    Opening,
    /// Parts are to be uploaded.
    Collecting,
    /// Every part is in; finalize is to be called.
    Finalizing,
    /// The person is at it, on the hosted page or in an SDK.
    AwaitingPerson,
    /// Nothing more can be handed in: the transaction is watched until it expires, or ends otherwise.
    AwaitingExpiry,
    /// Jumio is at it.
    AwaitingResult,
    /// Jumio is done; the details are to be fetched.
    Fetching,
    /// It is over.
    Ended(Ending),
}

impl Phase {
    /// Its name, in snake case; the ending's, where it is over.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Collecting => "collecting",
            Self::Finalizing => "finalizing",
            Self::AwaitingPerson => "awaiting_person",
            Self::AwaitingExpiry => "awaiting_expiry",
            Self::AwaitingResult => "awaiting_result",
            Self::Fetching => "fetching",
            Self::Ended(ending) => ending.name(),
        }
    }
}

/// An operation to run.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Pending {
    /// Its number: an answer to any other number is ignored.
    pub id: u32,
    /// What to do.
    pub op: Op,
    /// Whether a host began it and has not told how it went.
    pub begun: bool,
    /// How often it was tried before.
    pub tries: u32,
}

/// A failed step whose reason the transaction's status may tell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Diagnosis {
    /// How the step failed.
    pub(super) failure: Failure,
    /// How often it had been tried before.
    pub(super) tries: u32,
    /// What to do if the transaction turns out to be open still: a step that somebody resumed.
    pub(super) then: Option<Op>,
}

/// A timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Due {
    /// When it fires.
    pub at: DateTime<Utc>,
    /// Its epoch: a timer that was set anew makes the old one stale.
    pub epoch: u32,
}

impl Flow {
    /// A flow at its very start: the account call is pending.
    pub fn new(spec: Spec) -> Self {
        let op = if spec.account.is_some() { Op::UpdateAccount } else { Op::CreateAccount };
        let mut flow = Self {
            spec,
            phase: Phase::Opening,
            pending: None,
            due: None,
            transaction: None,
            stalled: None,
            diagnosing: None,
            finalize_in_doubt: false,
            unreadable: None,
            notified: false,
            result_told: false,
            last_status: None,
            looks: 0,
            next_op: 1,
            next_epoch: 1,
            noted: 0,
            timeline: Vec::new(),
            came_to: None,
            history: Box::default(),
        };
        match (&flow.spec.plan, flow.spec.account.clone()) {
            (Plan::Adopted { execution }, Some(account)) => {
                flow.transaction = Some(Transaction::without_access(account, execution.clone()));
                flow.phase = Phase::AwaitingPerson;
                flow.look();
            }
            _ => flow.ask(op),
        }
        flow
    }

    /// What was asked for.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Where the flow stands.
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// The operation to run now, unless a timer stands before it.
    pub fn pending(&self) -> Option<&Pending> {
        self.pending.as_ref()
    }

    /// The timer. With an operation pending it is the time of the next try; without one, of the next look.
    pub fn due(&self) -> Option<Due> {
        self.due
    }

    /// The transaction, once it is open.
    pub fn transaction(&self) -> Option<&Transaction> {
        self.transaction.as_ref()
    }

    /// Why the flow waits for somebody to resume it.
    pub fn stalled(&self) -> Option<&Failure> {
        self.stalled.as_ref()
    }

    /// The latest result that came and could not be read, while the flow has no other.
    pub fn unreadable(&self) -> Option<&Received> {
        self.unreadable.as_ref()
    }

    /// How the flow ended.
    pub fn ending(&self) -> Option<&Ending> {
        match &self.phase {
            Phase::Ended(ending) => Some(ending),
            _ => None,
        }
    }

    /// What Jumio last said of the transaction.
    pub fn last_status(&self) -> Option<&WorkflowStatus> {
        self.last_status.as_ref()
    }

    /// What happened so far.
    pub fn timeline(&self) -> &[Moment] {
        &self.timeline
    }

    /// How many moments there were, including those that the timeline dropped.
    pub fn noted(&self) -> u64 {
        self.noted
    }

    /// Whether the first version of the saved form cannot hold it.
    pub(super) fn needs_version_two(&self) -> bool {
        let new_phase = match &self.phase {
            Phase::AwaitingExpiry => true,
            Phase::Ended(ending) => matches!(ending, Ending::Cancelled { .. }),
            _ => false,
        };
        // The first version leaves what ended alone.
        let new_op = self.ending().is_some() && (self.pending.is_some() || self.due.is_some());
        let unknown_start = self.transaction.as_ref().is_some_and(|transaction| transaction.opened_at.is_none());
        let new_spec = self.spec.keep.is_some()
            || self.spec.own_callback
            || matches!(self.spec.plan, Plan::Adopted { .. })
            || self.spec.policy.has_more_than_waits();
        let new_moment = |moment: &Moment| {
            matches!(moment.kind, MomentKind::HeldBack { .. } | MomentKind::Hint { attempt: Some(_), .. })
        };
        self.timeline.iter().any(new_moment)
            || new_phase
            || new_op
            || unknown_start
            || new_spec
            || self.result_told
            || !self.history.is_empty()
    }

    /// Whether the second version of the saved form cannot hold it: workers that know no more would forget how often it was
    /// asked for its result.
    pub(super) fn needs_version_three(&self) -> bool {
        self.history.later_looks > 0
    }

    /// Whether it is parked: nobody knows what became of a call, and a callback or a person has to say.
    pub fn is_parked(&self) -> bool {
        self.ending().is_some_and(Ending::is_unknown)
    }

    /// Whether nothing more is to come: it ended, knows how, and what was to be kept and erased is.
    pub fn is_over(&self) -> bool {
        match self.ending() {
            None => false,
            // A callback may still name the transaction that nobody knew of when it was cancelled, and that is to be erased.
            Some(Ending::Cancelled { late: None, unknown: Some(_) })
                if self.transaction.is_none() && self.history.erase_asked =>
            {
                false
            }
            Some(ending) => {
                !ending.is_unknown() && self.pending.is_none() && self.due.is_none() && self.stalled.is_none()
            }
        }
    }

    /// Whether whoever waits for it need wait no longer: it ended and has nothing to do now, is parked, or waits for
    /// somebody to resume it. A cancelled one watches its transaction for as long as that runs, and so does one whose step
    /// was refused and that is to be erased; nobody waits for that.
    pub fn is_settled(&self) -> bool {
        let is_watching = self.outlives_its_end();
        let is_at_work = |pending: &Pending| pending.op.is_keeping() || !is_watching;
        self.stalled.is_some() || self.ending().is_some() && !self.pending.as_ref().is_some_and(is_at_work)
    }

    /// When the flow needs its host again: at once, at a time, or only after an event from outside.
    pub fn wake_at(&self) -> Option<DateTime<Utc>> {
        if self.stalled.is_some() {
            return None;
        }
        match (&self.due, &self.pending) {
            (Some(due), _) => Some(due.at),
            (None, Some(_)) => Some(DateTime::UNIX_EPOCH),
            (None, None) => None,
        }
    }

    pub(super) fn ask(&mut self, op: Op) {
        let tries = 0;
        self.pending = Some(Pending { id: self.next_op, op, begun: false, tries });
        self.next_op += 1;
        self.due = None;
    }

    pub(super) fn wake(&mut self, at: DateTime<Utc>) {
        self.due = Some(Due { at, epoch: self.next_epoch });
        self.next_epoch += 1;
    }

    pub(super) fn note(&mut self, now: DateTime<Utc>, kind: MomentKind) {
        if self.timeline.len() >= LONGEST_TIMELINE {
            self.timeline.remove(LONGEST_TIMELINE / 2);
        }
        self.timeline.push(Moment { at: now, kind });
        self.noted += 1;
    }

    pub(super) fn note_transaction(&mut self, now: DateTime<Utc>, what: TransactionMoment) {
        self.note(now, MomentKind::Transaction { what });
    }

    pub(super) fn end(&mut self, now: DateTime<Utc>, ending: Ending) {
        self.note(now, MomentKind::Ended { ending: ending.name().to_owned() });
        let is_parked = ending.is_unknown();
        self.phase = Phase::Ended(ending);
        self.came_to = None;
        self.pending = None;
        self.due = None;
        self.stalled = None;
        self.diagnosing = None;
        self.unreadable = None;
        self.result_told = false;
        // What came while the result was fetched told of that.
        self.notified &= self.outlives_its_end();
        // What is over needs no secrets.
        if let Some(transaction) = &mut self.transaction {
            transaction.access = None;
        }
        // What is parked may have to hand in everything once more.
        if !is_parked {
            self.forget_prepared_data();
        }
        self.heed_wiped(now);
        self.keep_on();
        self.watch(now);
    }

    /// It is personal, and of no use any more, unless the result may still turn out to be another's: then everything has to be handed in.
    pub(super) fn forget_prepared_data(&mut self) {
        if let (Plan::Upload { prepared_data, .. }, false) = (&mut self.spec.plan, self.history.named_by_callback) {
            *prepared_data = None;
        }
    }
}

fn is_straight(history: &History) -> bool {
    history.is_empty()
}
