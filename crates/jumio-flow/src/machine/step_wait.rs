//! What follows when an operation failed: try again, ask what happened, stall, or park. And how long to wait.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jumio_model::WorkflowStatus;

use super::flow::Diagnosis;
use super::{Certainty, Ending, Failure, Flow, MomentKind, Op, Pending, Phase, Received};

const TOO_MANY_REQUESTS: u16 = 429;
const NOT_FOUND: u16 = 404;

/// Details that a hint promised are looked for so often without a look at the status.
const LOOKS_FOR_TOLD_DETAILS: u32 = 4;

impl Flow {
    pub(super) fn failed(
        &mut self,
        op: Op,
        tries: u32,
        failure: Failure,
        received: Option<Received>,
        now: DateTime<Utc>,
    ) {
        if self.ending().is_some() {
            return self.failed_after_end(op, tries, failure, now);
        }
        if matches!(op, Op::GetStatus | Op::GetDetails) && received.is_some() {
            self.unreadable.clone_from(&received);
        }
        let limited = failure.status == Some(TOO_MANY_REQUESTS) && failure.certainty == Certainty::Refused;
        match failure.certainty {
            // A call that may be done once only, and may have been done.
            Certainty::Unknown if op.is_opening() => self.account_in_doubt(op, failure, received, now),
            Certainty::Unknown if op.is_upload() => self.upload_in_doubt(op, failure, now),
            // Details that are not there yet, and nothing else, are one more look (protocol 7.10).
            Certainty::Refused if failure.status == Some(NOT_FOUND) && self.is_result_call(op) => {
                // A hint may have said more than is true: after the moment in which details are not visible yet, the status
                // is asked for again.
                self.result_told &= self.looks < LOOKS_FOR_TOLD_DETAILS;
                self.wait_or_look(now);
            }
            Certainty::Refused if !limited => self.refused(op, tries, failure, now),
            // A finalize whose answer was lost may have worked: its status tells, without a second one.
            Certainty::Unknown if op == Op::Finalize => {
                self.finalize_in_doubt = true;
                self.diagnose(failure, tries);
            }
            _ if failure.is_final => self.give_up(op, tries, failure, now),
            _ => self.try_again(op, tries, failure, now),
        }
    }

    fn is_result_call(&self, op: Op) -> bool {
        matches!(op, Op::GetStatus | Op::GetDetails) && self.diagnosing.is_none()
    }

    /// The service said no and did nothing.
    fn refused(&mut self, op: Op, tries: u32, failure: Failure, now: DateTime<Utc>) {
        if op.is_opening() {
            self.not_opened(failure, now);
        } else if op.is_upload() || op == Op::Finalize {
            // An expired transaction answers uploads with a refusal, and so may a finalized one: its status tells.
            self.diagnose(failure, 0);
        } else if self.diagnosing.as_ref().is_some_and(|diagnosis| diagnosis.then.is_none()) && !self.finalize_in_doubt
        {
            if let Some(Diagnosis { failure, .. }) = self.diagnosing.take() {
                self.end(now, Ending::Refused { failure });
            }
        } else if failure.status == Some(NOT_FOUND) {
            self.try_again(op, tries, failure, now);
        } else {
            self.stall(op, failure, now);
        }
    }

    fn diagnose(&mut self, failure: Failure, tries: u32) {
        self.diagnosing = Some(Diagnosis { failure, tries, then: None });
        self.ask(Op::GetStatus);
    }

    pub(super) fn try_again(&mut self, op: Op, tries: u32, failure: Failure, now: DateTime<Utc>) {
        let Some(wait) = self.spec.policy.retry_wait(tries) else {
            return self.give_up(op, tries, failure, now);
        };
        self.ask_after(op, tries.saturating_add(1), wait.max(self.asked_for(&failure)), now);
    }

    /// Tries are spent, or pointless.
    fn give_up(&mut self, op: Op, tries: u32, failure: Failure, now: DateTime<Utc>) {
        if op.is_opening() {
            self.not_opened(failure, now);
        } else if matches!(op, Op::GetStatus | Op::GetDetails)
            && !failure.is_final
            && self.diagnosing.is_none()
            && self.unreadable.is_none()
        {
            // The result is there or will be: a service that is down costs time, never the flow.
            // Tries go on counting where the service names its wait; as looks they count no further than the quick ones.
            let quick = u32::try_from(self.spec.policy.retry.len()).unwrap_or(u32::MAX);
            self.looks = self.looks.max(tries.min(quick));
            match failure.retry_after {
                None => self.wait_or_look(now),
                Some(_) if self.stalls_after_all(now) => {}
                // A call that waits for its next try: no hint has it made sooner.
                Some(_) => {
                    let wait = self.next_wait().max(self.asked_for(&failure));
                    self.looks = self.looks.saturating_add(1);
                    self.ask_after(op, tries.saturating_add(1), wait, now);
                }
            }
        } else {
            self.stall(op, failure, now);
        }
    }

    /// The host cannot run the flow: whatever it was about to do is done after somebody resumes it.
    pub(super) fn stall_as_it_is(&mut self, failure: Failure, now: DateTime<Utc>) {
        if self.is_over() || self.is_parked() || self.stalled.is_some() {
            return;
        }
        self.due = None;
        self.note(now, MomentKind::Stalled { failure: failure.clone() });
        self.stalled = Some(failure);
    }

    pub(super) fn stall(&mut self, op: Op, failure: Failure, now: DateTime<Utc>) {
        self.ask(op);
        self.note(now, MomentKind::Stalled { failure: failure.clone() });
        self.stalled = Some(failure);
    }

    /// Tries a call after the end again, on the schedule of results: it never gives up.
    pub(super) fn ask_later(&mut self, op: Op, tries: u32, failure: &Failure, now: DateTime<Utc>) {
        let wait = self.spec.policy.result_wait(tries).max(self.asked_for(failure));
        self.ask_after(op, tries.saturating_add(1), wait, now);
    }

    /// How long the service asked to be left alone, as far as the policy follows it.
    fn asked_for(&self, failure: &Failure) -> Duration {
        Duration::from_secs(failure.retry_after.unwrap_or(0).min(self.spec.policy.longest_retry_after))
    }

    /// Until when a service may have asked to be left alone: a call waits for its next try.
    pub(super) fn is_left_alone_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let is_next_try = self.pending.as_ref().is_some_and(|pending| pending.tries > 0 && !pending.begun);
        let longest = Duration::from_secs(self.spec.policy.longest_retry_after);
        self.due.filter(|_| is_next_try).map(|due| due.at.min(after(now, longest)))
    }

    fn ask_after(&mut self, op: Op, tries: u32, wait: Duration, now: DateTime<Utc>) {
        self.ask(op);
        if let Some(Pending { tries: slot, .. }) = &mut self.pending {
            *slot = tries;
        }
        let until = after(now, wait);
        self.wake(until);
        self.note(now, MomentKind::Waiting { until });
    }

    /// Sets the timer for the next look, or looks at once if a hint came meanwhile.
    pub(super) fn wait_or_look(&mut self, now: DateTime<Utc>) {
        if self.notified {
            return self.look();
        }
        let until = after(now, self.next_wait());
        self.looks = self.looks.saturating_add(1);
        self.pending = None;
        self.wake(until);
        self.note(now, MomentKind::Waiting { until });
    }
}

impl Flow {
    /// How long until the next look. Looks for details that are final but not visible yet are not spread: they may be erased
    /// within minutes.
    fn next_wait(&self) -> Duration {
        let policy = &self.spec.policy;
        let has_begun = !matches!(self.last_status, None | Some(WorkflowStatus::Initiated));
        let wait = match self.phase {
            Phase::Fetching => return policy.result_wait(self.looks),
            _ if self.result_told => return policy.result_wait(self.looks),
            Phase::AwaitingPerson | Phase::AwaitingExpiry if has_begun => policy.person_wait(self.looks),
            Phase::AwaitingPerson | Phase::AwaitingExpiry => policy.idle_wait(self.looks),
            Phase::Ended(_) => policy.person_wait(self.looks),
            _ => policy.result_wait(self.looks),
        };
        let seed = self.transaction.as_ref().map_or("", |transaction| transaction.execution.as_str());
        policy.jittered(wait, seed.as_bytes(), self.looks)
    }
}

fn after(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    chrono::TimeDelta::from_std(wait).ok().and_then(|wait| now.checked_add_signed(wait)).unwrap_or(now)
}
