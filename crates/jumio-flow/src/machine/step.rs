//! One step: a state, an event and the time give the next state.

use chrono::{DateTime, Utc};

use super::flow::Diagnosis;
use super::{Ending, Event, Failure, Flow, MomentKind, Op, Pending, Phase, Told, TransactionMoment};

/// Feeds an event to a flow. Pure: the same state, event and time always give the same result.
///
/// Nothing here fails: an event that does not fit the state (an answer to an operation that is not pending, a stale timer, most
/// things after the end) changes nothing.
pub fn step(flow: &mut Flow, event: Event, now: DateTime<Utc>) {
    match event {
        Event::Begin { id } => flow.begin(id, now),
        Event::Done { id, done } => flow.done(id, done, now),
        Event::Postponed { id, until } => flow.postpone(id, until, now),
        Event::Due { epoch } => flow.fire(epoch, now),
        Event::Hint(told) => flow.hint(told, now),
        Event::Resume => flow.resume(now),
        Event::Stall { failure } => flow.stall_as_it_is(failure, now),
        Event::Cancel { erase } => flow.cancel(erase, now),
        Event::Resolve(resolution) => flow.resolve(resolution, now),
        Event::Refresh => flow.refresh(),
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

    fn postpone(&mut self, id: u32, until: DateTime<Utc>, now: DateTime<Utc>) {
        let is_waiting = self.pending.as_ref().is_some_and(|pending| pending.id == id && !pending.begun);
        if is_waiting && self.stalled.is_none() {
            self.note(now, MomentKind::HeldBack { until });
            self.wake(until);
        }
    }

    fn fire(&mut self, epoch: u32, now: DateTime<Utc>) {
        if self.due.is_none_or(|due| due.epoch != epoch) || self.stalled.is_some() {
            return;
        }
        self.due = None;
        if self.pending.is_some() {
            return;
        }
        if self.ending().is_some() || !self.stalls_after_all(now) {
            self.look();
        }
    }

    /// Waits no longer for a result, where the policy's time for that is over.
    pub(super) fn stalls_after_all(&mut self, now: DateTime<Utc>) -> bool {
        let is_over = self.has_waited_too_long(now);
        if is_over {
            let failure =
                Failure::new(super::Certainty::NotSent, "wait", "no result came in the time that the policy gives");
            self.stall(Op::GetStatus, failure, now);
        }
        is_over
    }

    fn has_waited_too_long(&self, now: DateTime<Utc>) -> bool {
        let (Some(most), Some(first)) = (self.spec.policy.give_up_after, self.timeline.first()) else { return false };
        (now - first.at).to_std().is_ok_and(|waited| waited.as_secs() >= most)
    }

    fn hint(&mut self, told: Told, now: DateTime<Utc>) {
        if self.heeds_later(&told) {
            return self.hint_after_result(told, now);
        }
        let says_nothing_new = self.is_parked() && told.execution.is_none();
        // A result that may still be another's is not the last word: who names another transaction may name ours.
        let is_open = !self.is_over() || (self.history.named_by_callback && !self.is_current(&told));
        if !is_open || says_nothing_new {
            return;
        }
        self.note(now, MomentKind::Hint { status: told.status.clone(), attempt: told.attempt });
        if !self.is_current(&told) {
            return self.heed_stray(told, now);
        }
        // The result is final, and may be erased within minutes: it is asked for at once, without its status (protocol
        // 7.10).
        let tells_a_result = told.tells_a_result();
        if self.ending().is_some() {
            return self.hint_after_end(told, tells_a_result, now);
        }
        self.result_told |= tells_a_result;
        // A call that is under way, or that waits for its next try, is not disturbed: whoever knows the callback URL must
        // not be able to talk us out of a service's `Retry-After`.
        if !self.is_waiting() || self.pending.is_some() {
            self.notified = true;
            self.look_sooner(now);
            // The next wait is a short one again: a result that was told is due at once.
            if tells_a_result {
                self.looks = 0;
            }
        } else if self.stalled.is_none() {
            self.looks = 0;
            self.look();
        }
    }

    /// A look that waits for its next try, on the slow schedule where the quick tries are spent, waits no longer than a service can have
    /// asked to be left alone.
    fn look_sooner(&mut self, now: DateTime<Utc>) {
        let is_look = |pending: &Pending| matches!(pending.op, Op::GetStatus | Op::GetDetails);
        let until = self.is_left_alone_until(now).filter(|_| self.pending.as_ref().is_some_and(is_look));
        if let (Some(until), Some(due)) = (until, self.due)
            && until < due.at
        {
            self.wake(until);
        }
    }

    /// A parked flow learns from its own callback which transaction the lost answer would have named. Any other ended flow
    /// that still listens looks at once.
    fn hint_after_end(&mut self, told: Told, tells_a_result: bool, now: DateTime<Utc>) {
        match self.ending() {
            Some(Ending::AccountUnknown { .. }) => {
                // Only with the key that this attempt alone had: everybody may name a transaction.
                if let (Some(_), Some(account), Some(execution)) = (told.attempt, told.account, told.execution) {
                    self.result_told = tells_a_result;
                    self.take_over(account, execution, TransactionMoment::NamedByCallback, now);
                }
            }
            Some(Ending::Cancelled { .. }) if self.transaction.is_none() => {
                if let (Some(_), Some(account), Some(execution)) = (told.attempt, told.account, told.execution) {
                    self.note_transaction(now, TransactionMoment::NamedByCallback);
                    self.history.named_by_callback = true;
                    self.transaction = Some(super::Transaction::without_access(account, execution));
                    self.look();
                }
            }
            Some(_) if self.outlives_its_end() && self.pending.is_none() && self.stalled.is_none() => self.look(),
            _ => {}
        }
    }

    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.phase, Phase::AwaitingPerson | Phase::AwaitingExpiry | Phase::AwaitingResult | Phase::Fetching)
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
            Phase::AwaitingPerson | Phase::AwaitingExpiry | Phase::AwaitingResult if self.result_told => {
                self.ask(Op::GetDetails);
            }
            Phase::AwaitingPerson | Phase::AwaitingExpiry | Phase::AwaitingResult => self.ask(Op::GetStatus),
            Phase::Ended(_) if self.outlives_its_end() => self.ask(Op::GetStatus),
            _ => {}
        }
    }
}
