//! One step: a state, an event and the time give the next state.

use chrono::{DateTime, Utc};
use jumio_model::WorkflowStatus;

use super::flow::Diagnosis;
use super::{Event, Flow, MomentKind, Op, Phase};

/// Feeds an event to a flow. Pure: the same state, event and time always give the same result.
///
/// Nothing here fails: an event that does not fit the state (an answer to an operation that is not pending, a stale timer,
/// anything after the end) changes nothing.
pub fn step(flow: &mut Flow, event: Event, now: DateTime<Utc>) {
    if flow.ending().is_some() {
        return;
    }
    match event {
        Event::Begin { id } => flow.begin(id, now),
        Event::Done { id, done } => flow.done(id, done, now),
        Event::Due { epoch } => flow.fire(epoch),
        Event::Hint { status } => flow.hint(status, now),
        Event::Resume => flow.resume(now),
    }
}

impl Flow {
    fn begin(&mut self, id: u32, now: DateTime<Utc>) {
        if self.stalled.is_some() {
            return;
        }
        let Some(pending) = self.pending.as_mut().filter(|pending| pending.id == id && !pending.begun) else {
            return;
        };
        pending.begun = true;
        let op = pending.op;
        self.due = None;
        self.note(now, MomentKind::Calling { op });
    }

    fn fire(&mut self, epoch: u32) {
        if self.due.is_none_or(|due| due.epoch != epoch) || self.stalled.is_some() {
            return;
        }
        self.due = None;
        if self.pending.is_none() {
            self.look();
        }
    }

    fn hint(&mut self, status: Option<WorkflowStatus>, now: DateTime<Utc>) {
        self.note(now, MomentKind::Hint { status });
        // A call that is under way, or that waits for its next try, is not disturbed: whoever knows the callback URL must
        // not be able to talk us out of a service's `Retry-After`.
        if !self.is_waiting() || self.pending.is_some() {
            self.notified = true;
        } else if self.stalled.is_none() {
            self.looks = 0;
            self.look();
        }
    }

    fn is_waiting(&self) -> bool {
        matches!(self.phase, Phase::AwaitingPerson | Phase::AwaitingResult | Phase::Fetching)
    }

    fn resume(&mut self, now: DateTime<Utc>) {
        let Some(failure) = self.stalled.take() else {
            return;
        };
        self.note(now, MomentKind::Resumed);
        self.due = None;
        self.looks = 0;
        match self.pending.as_mut() {
            // Much may have happened since: the transaction may have expired. Its status says so before anything is sent.
            Some(pending) if pending.op.is_upload() || pending.op == Op::Finalize => {
                let then = Some(pending.op);
                self.diagnosing = Some(Diagnosis { failure, tries: 0, then });
                self.ask(Op::GetStatus);
            }
            Some(pending) => pending.tries = 0,
            None => self.look(),
        }
    }

    /// Asks Jumio now for whatever the phase waits for.
    pub(super) fn look(&mut self) {
        self.notified = false;
        match self.phase {
            Phase::Fetching => self.ask(Op::GetDetails),
            Phase::AwaitingPerson | Phase::AwaitingResult => self.ask(Op::GetStatus),
            _ => {}
        }
    }
}
