//! What may still happen to a flow that ended: keeping and erasing, a person's word, a result that comes late or changes.

use chrono::{DateTime, Utc};
use jumio_model::{Raw, WorkflowDetails, WorkflowStatus};

use super::outcome::Meaning;
use super::{
    By, Certainty, Ending, Failure, Flow, MomentKind, Op, Phase, Reply, Resolution, Told, TransactionMoment, Verdict,
};

const NOT_FOUND: u16 = 404;

/// After so many looks what is not there is not expected any more: a report that Jumio may still be making, details that are
/// not visible yet.
const LOOKS_FOR_WHAT_IS_NOT_THERE: u32 = 4;

/// So often callbacks have a result asked for once more, after it was fetched.
const MOST_LATER_LOOKS: u32 = 16;

impl Flow {
    /// Somebody wants no more of it.
    pub(super) fn cancel(&mut self, erase: bool, now: DateTime<Utc>) {
        let unknown = match self.ending() {
            None => self.history.doubt.clone(),
            Some(Ending::AccountUnknown { failure, .. } | Ending::UploadUnknown { failure, .. }) => {
                Some(failure.clone())
            }
            // What is final stays; that it is to be erased can still be said.
            Some(_) => {
                if erase && !self.history.erase_asked {
                    self.history.erase_asked = true;
                    if self.pending.is_none() {
                        self.keep_on();
                        self.watch(now);
                    }
                }
                return;
            }
        };
        self.supersede_outcome();
        self.note(now, MomentKind::Cancelled);
        self.history.erase_asked |= erase;
        // Known again where a transaction is: then its status tells.
        let unknown = unknown.filter(|_| self.transaction.is_none());
        self.end(now, Ending::Cancelled { late: None, unknown });
        let has_result = self.last_status.as_ref().is_some_and(|status| status.is_terminal() && !status.is_expired());
        if has_result && self.transaction.is_some() {
            self.ask(Op::GetDetails);
        }
    }

    /// A flow whose transaction runs on after the end looks at it, slowly, until that is over.
    pub(super) fn watch(&mut self, now: DateTime<Utc>) {
        let is_over = self.last_status.as_ref().is_some_and(WorkflowStatus::is_terminal);
        if self.outlives_its_end() && self.pending.is_none() && self.due.is_none() && !is_over {
            self.wait_or_look(now);
        }
    }

    /// Whether its transaction is followed although the flow ended: what comes of a cancelled one is recorded, and one whose
    /// step was refused is erased, where that is wanted, once it is over.
    pub(super) fn outlives_its_end(&self) -> bool {
        let is_followed = match self.ending() {
            Some(Ending::Cancelled { .. }) => true,
            Some(Ending::Refused { .. }) => self.wants_erasure() && self.history.kept.erased_at.is_none(),
            _ => false,
        };
        is_followed && self.transaction.is_some()
    }

    /// Somebody found out what became of a call, or says what a result means.
    pub(super) fn resolve(&mut self, resolution: Resolution, now: DateTime<Utc>) {
        match (resolution, self.ending()) {
            (Resolution::Opened { account, execution }, Some(Ending::AccountUnknown { .. })) => {
                self.take_over(account, execution, TransactionMoment::NamedByPerson, now);
            }
            // Nobody wants it, and it may have to be erased: what the account call did is still to be found out.
            (Resolution::Opened { account, execution }, Some(Ending::Cancelled { unknown: Some(_), .. }))
                if self.transaction.is_none() =>
            {
                self.clear_doubt_after_end(now);
                self.note_transaction(now, TransactionMoment::NamedByPerson);
                self.transaction = Some(super::Transaction::without_access(account, execution));
                self.look();
            }
            (Resolution::NotOpened, Some(Ending::Cancelled { unknown: Some(_), .. })) if self.transaction.is_none() => {
                self.clear_doubt_after_end(now);
            }
            (Resolution::NotOpened, Some(Ending::AccountUnknown { .. })) => {
                self.supersede_outcome();
                self.history.doubt = None;
                self.note(now, MomentKind::Resumed);
                self.history.earlier_attempts += 1;
                self.phase = Phase::Opening;
                let is_on_account = self.spec.account.is_some();
                self.ask(if is_on_account { Op::UpdateAccount } else { Op::CreateAccount });
            }
            (Resolution::OpenAnother, Some(Ending::UploadUnknown { .. })) => {
                self.supersede_outcome();
                self.open_another(TransactionMoment::ReplacedInDoubt, None, now);
            }
            (Resolution::OpenAnother, None) if matches!(self.phase, Phase::AwaitingExpiry) && !self.has_begun() => {
                self.open_another(TransactionMoment::ReplacedInDoubt, None, now);
            }
            (Resolution::Means { verdict, by }, Some(Ending::Decided { .. })) => self.mean(verdict, by, now),
            _ => {}
        }
    }

    /// What the account call of a cancelled flow did is known now.
    fn clear_doubt_after_end(&mut self, now: DateTime<Utc>) {
        self.supersede_outcome();
        self.history.doubt = None;
        self.note(now, MomentKind::Changed);
        self.came_to = Some(now);
        self.phase = Phase::Ended(Ending::Cancelled { late: None, unknown: None });
    }

    fn has_begun(&self) -> bool {
        self.pending.as_ref().is_some_and(|pending| pending.begun)
    }

    fn mean(&mut self, verdict: Verdict, by: By, now: DateTime<Utc>) {
        self.supersede_outcome();
        self.note(now, MomentKind::Meant { verdict, by: by.clone() });
        self.history.meaning = Some(Meaning { verdict, by });
        self.came_to = Some(now);
    }

    /// Somebody wants to know whether the result changed.
    pub(super) fn refresh(&mut self) {
        let is_decided = matches!(self.ending(), Some(Ending::Decided { .. }));
        let is_there = self.history.kept.erased_at.is_none();
        if is_decided && is_there && self.pending.is_none() && self.stalled.is_none() {
            self.ask(Op::GetDetails);
        }
    }

    /// Whether this tells of a result that may have changed: Jumio's word that it is done, about a transaction whose result is
    /// here and that is not erased. Heeded a few times in the life of a flow, since whoever knows a callback key can say so.
    pub(super) fn heeds_later(&self, told: &Told) -> bool {
        let is_decided = matches!(self.ending(), Some(Ending::Decided { .. }));
        let is_there = self.history.kept.erased_at.is_none();
        let is_child = told.execution.as_ref().is_some_and(|named| self.children().contains(&named));
        is_decided
            && is_there
            && told.tells_a_result()
            && (is_child || self.is_current(told))
            && self.history.later_looks < MOST_LATER_LOOKS
    }

    /// The result is asked for once more: at once, or after the call that is under way, or when a service that asked to be left
    /// alone may be called again.
    pub(super) fn hint_after_result(&mut self, told: Told, now: DateTime<Utc>) {
        self.note(now, MomentKind::Hint { status: told.status, attempt: told.attempt });
        let is_asked_for = self.pending.as_ref().is_some_and(|pending| pending.op == Op::GetDetails && !pending.begun);
        if is_asked_for || self.notified {
            return;
        }
        self.history.later_looks += 1;
        // What is to be kept and erased waits for it.
        if self.stalled.is_none() && !self.has_begun() {
            let left_alone = self.is_left_alone_until(now);
            self.ask(Op::GetDetails);
            left_alone.into_iter().for_each(|until| self.wake(until));
        } else {
            self.notified = true;
        }
    }

    /// A call after the end succeeded.
    pub(super) fn succeeded_after_end(&mut self, op: Op, reply: Reply, now: DateTime<Utc>) {
        match (op, reply) {
            (Op::GetStatus, Reply::Status(status)) => self.status_after_end(status, now),
            (Op::GetDetails, Reply::Details(details)) => self.details_after_end(details, now),
            (Op::KeepPart { .. }, Reply::Kept(file)) => {
                let kept = self.kept_mut();
                kept.add(file);
                kept.parts_done += 1;
                self.keep_on();
            }
            (Op::KeepReport, Reply::Kept(file)) => {
                let kept = self.kept_mut();
                kept.add(file);
                kept.report_done = true;
                self.keep_on();
            }
            (Op::Erase, Reply::Erased) => self.erased(now),
            (op, _) => {
                let failure = Failure::new(Certainty::Unknown, op.name(), "the host gave a reply of another call");
                self.stall(op, failure.finally(), now);
            }
        }
    }

    fn status_after_end(&mut self, status: WorkflowStatus, now: DateTime<Utc>) {
        self.note(now, MomentKind::Status { status: status.clone() });
        let (is_over, is_expired) = (status.is_terminal(), status.is_expired());
        self.last_status = Some(status);
        match () {
            // Whose it is, where only a callback named it, stands in the details alone.
            () if is_over && (!is_expired || self.history.named_by_callback) => self.ask(Op::GetDetails),
            () if is_over => self.keep_on(),
            () => self.watch(now),
        }
    }

    fn details_after_end(&mut self, details: Box<Raw<WorkflowDetails>>, now: DateTime<Utc>) {
        let status = details.workflow.status.clone();
        if self.turns_out_foreign(&details) {
            // The first result did not say whose it is. Whoever was told of it is told that it is another's.
            if matches!(self.ending(), Some(Ending::Decided { .. })) {
                self.supersede_outcome();
                return self.take_back(now);
            }
            return self.give_back(now);
        }
        self.forget_prepared_data();
        if !status.is_terminal() {
            // The status was ahead of the details: both are asked for again, on the schedule.
            return if self.outlives_its_end() { self.wait_or_look(now) } else { self.keep_on() };
        }
        self.last_status = Some(status);
        if self.is_wiped_since(&details) {
            self.lose_the_rest(now);
            if self.tells_nothing_new(&details) {
                return self.keep_on();
            }
        }
        let is_same = self.ending().and_then(Ending::details).is_some_and(|known| known.text() == details.text());
        if !is_same {
            self.supersede_outcome();
            self.note(now, MomentKind::Changed);
            self.came_to = Some(now);
            self.history.kept.begin_anew();
            self.phase = Phase::Ended(match self.ending() {
                Some(Ending::Cancelled { unknown, .. }) => {
                    Ending::Cancelled { late: Some(details), unknown: unknown.clone() }
                }
                _ => Ending::Decided { details },
            });
        }
        let children: Vec<_> = self.children().into_iter().cloned().collect();
        self.history.strays.retain(|stray| !children.contains(&stray.execution));
        self.heed_wiped(now);
        self.keep_on();
    }

    /// Whether Jumio wiped its copy of a result that is here (protocol 7.2).
    fn is_wiped_since(&self, details: &WorkflowDetails) -> bool {
        let is_whole = |known: &Raw<WorkflowDetails>| known.wiped_out_at.is_none();
        let is_decided = matches!(self.ending(), Some(Ending::Decided { .. }));
        is_decided && details.wiped_out_at.is_some() && self.ending().and_then(Ending::details).is_some_and(is_whole)
    }

    /// Whether what is left of a wiped result is less than what is here, and no other result: no other decision, no further child.
    fn tells_nothing_new(&self, left: &WorkflowDetails) -> bool {
        let known = self.ending().and_then(Ending::details).and_then(|known| known.decision.as_ref());
        let is_decision_known = left.decision.is_none() || left.decision.as_ref() == known;
        let children = self.children();
        is_decision_known && left.workflow.child_ids.iter().all(|child| children.contains(&child))
    }

    /// Of what was still to be kept nothing is there any more, and nothing is left to erase.
    fn lose_the_rest(&mut self, now: DateTime<Utc>) {
        self.history.keeping = None;
        while let Some((None, op @ (Op::KeepPart { .. } | Op::KeepReport))) = self.next_to_keep() {
            self.pass_over(op, now);
        }
        self.history.kept.erased_at.get_or_insert(now);
    }

    /// A call after the end did not succeed. Nothing is given up here: the result is safe, and what is kept and erased can be
    /// kept and erased later.
    pub(super) fn failed_after_end(&mut self, op: Op, tries: u32, failure: Failure, now: DateTime<Utc>) {
        let is_gone = failure.certainty == Certainty::Refused && failure.status == Some(NOT_FOUND);
        match op {
            Op::Erase if is_gone => self.erased(now),
            // Once may be a mistake: after this Jumio erases.
            Op::KeepPart { .. } | Op::KeepReport if is_gone && tries >= LOOKS_FOR_WHAT_IS_NOT_THERE => {
                self.pass_over(op, now);
                self.keep_on();
            }
            // Just after the status the details may not be visible yet (protocol 7.10), and a new transaction may not; later
            // they are erased.
            Op::GetStatus | Op::GetDetails
                if is_gone && self.outlives_its_end() && tries < LOOKS_FOR_WHAT_IS_NOT_THERE =>
            {
                self.ask_later(op, tries, &failure, now);
            }
            Op::GetStatus | Op::GetDetails if is_gone => {
                self.history.result_is_gone = self.outlives_its_end();
                self.keep_on();
            }
            _ => {
                let is_refused = failure.certainty == Certainty::Refused && failure.status != Some(429) && !is_gone;
                let has_result = matches!(self.ending(), Some(Ending::Decided { .. }));
                if op == Op::GetDetails && has_result && (is_refused || failure.is_final) {
                    // A result is here, and only another one was looked for: keeping and erasing need not wait for a permission that
                    // this look lacks. The timeline has the refusal.
                    self.keep_on();
                } else if is_refused || failure.is_final {
                    self.stall(op, failure, now);
                } else {
                    self.ask_later(op, tries, &failure, now);
                }
            }
        }
    }

    fn erased(&mut self, now: DateTime<Utc>) {
        self.kept_mut().erased_at = Some(now);
        self.keep_on();
    }

    /// A file that is not there is not asked for any more.
    fn pass_over(&mut self, op: Op, now: DateTime<Utc>) {
        let kept = self.kept_mut();
        match op {
            Op::KeepPart { .. } => kept.parts_done += 1,
            _ => kept.report_done = true,
        }
        kept.missing += 1;
        self.note(now, MomentKind::Missing { op });
    }
}
