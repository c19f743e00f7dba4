//! What follows when an operation failed: try again, ask what happened, stall, or park. And how long to wait.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::flow::Diagnosis;
use super::{Certainty, Ending, Failure, Flow, MomentKind, Op, Pending, Phase, Received};

const TOO_MANY_REQUESTS: u16 = 429;
const NOT_FOUND: u16 = 404;

impl Flow {
    pub(super) fn failed(
        &mut self,
        op: Op,
        tries: u32,
        failure: Failure,
        received: Option<Received>,
        now: DateTime<Utc>,
    ) {
        if matches!(op, Op::GetStatus | Op::GetDetails) && received.is_some() {
            self.unreadable.clone_from(&received);
        }
        let limited = failure.status == Some(TOO_MANY_REQUESTS) && failure.certainty == Certainty::Refused;
        match failure.certainty {
            // A call that may be done once only, and may have been done.
            Certainty::Unknown if op.is_opening() => self.end(now, Ending::AccountUnknown { failure, received }),
            Certainty::Unknown if op.is_upload() => self.end(now, Ending::UploadUnknown { op, failure }),
            // Details that are not there yet, and nothing else, are one more look (protocol 7.10).
            Certainty::Refused if failure.status == Some(NOT_FOUND) && self.is_result_call(op) => {
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
            self.end(now, Ending::NotOpened { failure });
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
        let asked = failure.retry_after.unwrap_or(0).min(self.spec.policy.longest_retry_after);
        self.ask_after(op, tries.saturating_add(1), wait.max(Duration::from_secs(asked)), now);
    }

    /// Tries are spent, or pointless.
    fn give_up(&mut self, op: Op, tries: u32, failure: Failure, now: DateTime<Utc>) {
        if op.is_opening() {
            self.end(now, Ending::NotOpened { failure });
        } else if matches!(op, Op::GetStatus | Op::GetDetails)
            && !failure.is_final
            && self.diagnosing.is_none()
            && self.unreadable.is_none()
        {
            // The result is there or will be: a service that is down costs time, never the flow.
            self.looks = self.looks.max(tries);
            self.wait_or_look(now);
        } else {
            self.stall(op, failure, now);
        }
    }

    fn stall(&mut self, op: Op, failure: Failure, now: DateTime<Utc>) {
        self.ask(op);
        self.note(now, MomentKind::Stalled { failure: failure.clone() });
        self.stalled = Some(failure);
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
        let wait = match self.phase {
            Phase::AwaitingPerson => self.spec.policy.person_wait(self.looks),
            _ => self.spec.policy.result_wait(self.looks),
        };
        self.looks = self.looks.saturating_add(1);
        let until = after(now, wait);
        self.pending = None;
        self.wake(until);
        self.note(now, MomentKind::Waiting { until });
    }
}

fn after(now: DateTime<Utc>, wait: Duration) -> DateTime<Utc> {
    chrono::TimeDelta::from_std(wait).ok().and_then(|wait| now.checked_add_signed(wait)).unwrap_or(now)
}
