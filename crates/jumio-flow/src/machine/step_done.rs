//! What follows when an operation is over.

use chrono::{DateTime, Utc};
use jumio_model::{Raw, WorkflowDetails, WorkflowStatus};

use super::flow::Diagnosis;
use super::history::{ReplacedTransaction, StrayTransaction};
use super::{
    Certainty, Done, Ending, Failure, Flow, MomentKind, Op, Phase, Plan, Reply, Transaction, TransactionMoment,
    Verdict, verdict_of,
};

impl Flow {
    pub(super) fn done(&mut self, id: u32, done: Done, now: DateTime<Utc>) {
        let Some(pending) = self.pending.take_if(|pending| pending.id == id) else {
            return;
        };
        let op = pending.op;
        match done {
            Done::Succeeded(reply) => {
                self.note(now, MomentKind::Succeeded { op });
                self.succeeded(op, reply, now);
            }
            Done::Failed(failure) => {
                self.note(now, MomentKind::Failed { op, failure: failure.clone() });
                self.failed(op, pending.tries, failure, None, now);
            }
            Done::Unknown { mut failure, received } => {
                failure.certainty = Certainty::Unknown;
                self.note(now, MomentKind::Failed { op, failure: failure.clone() });
                self.failed(op, pending.tries, failure, received, now);
            }
        }
    }

    fn succeeded(&mut self, op: Op, reply: Reply, now: DateTime<Utc>) {
        if self.ending().is_some() {
            return self.succeeded_after_end(op, reply, now);
        }
        match (op, reply) {
            (Op::CreateAccount | Op::UpdateAccount, Reply::Opened(account)) => {
                self.transaction = Some(Transaction::new(&account, now));
                self.history.doubt = None;
                match self.missing_way() {
                    Some(failure) => self.end(now, Ending::Refused { failure }),
                    None => self.collect(None, now),
                }
            }
            (Op::UploadPreparedData | Op::UploadDocument { .. }, Reply::Uploaded) => self.collect(Some(op), now),
            (Op::Finalize, Reply::Finalized) => self.await_result(now),
            (Op::GetStatus, Reply::Status(status)) => self.status_seen(status, now),
            (Op::GetDetails, Reply::Details(details)) => self.details_seen(details, now),
            // A reply of another kind can only come from a host that mixed up its operations: it says nothing about
            // what happened, so nothing is taken from it.
            (op, _) => {
                let failure = Failure::new(Certainty::Unknown, op.name(), "the host gave a reply of another call");
                self.failed(op, 0, failure, None, now);
            }
        }
    }

    fn details_seen(&mut self, details: Box<Raw<WorkflowDetails>>, now: DateTime<Utc>) {
        self.result_told = false;
        self.unreadable = None;
        if self.turns_out_foreign(&details) {
            return self.end_without_it(now);
        }
        let status = details.workflow.status.clone();
        if status.is_expired() {
            self.last_status = Some(status.clone());
            self.expired(Ending::Expired { status, details: Some(details) }, now);
        } else if status.is_terminal() {
            self.last_status = Some(status);
            self.decided(details, now);
        } else {
            // The status was ahead of the details, or a hint said more than is true: looked for on the schedule.
            self.wait_or_look(now);
        }
    }

    /// Jumio came to a result.
    fn decided(&mut self, details: Box<Raw<WorkflowDetails>>, now: DateTime<Utc>) {
        let wants_another = verdict_of(&self.spec.policy.rules, &details) == Verdict::Retake;
        // Nothing is built on the account of a transaction that only a callback named.
        let is_ours = !self.history.named_by_callback;
        let may_ask =
            is_ours && matches!(self.spec.plan, Plan::Person) && self.history.retakes < self.spec.policy.retakes;
        if wants_another && may_ask {
            self.history.retakes += 1;
            self.open_another(TransactionMoment::ReplacedForRetake, Some(details), now);
        } else {
            self.end(now, Ending::Decided { details });
        }
    }

    /// A transaction that only a callback named, or another system opened, and whose result carries another reference. One
    /// that carries ours is ours from here on.
    pub(super) fn turns_out_foreign(&mut self, details: &WorkflowDetails) -> bool {
        let was_told = self.history.named_by_callback || matches!(self.spec.plan, Plan::Adopted { .. });
        let theirs = details.workflow.customer_internal_reference.as_deref();
        let is_ours = theirs == Some(self.spec.request.customer_internal_reference.as_str());
        self.history.named_by_callback &= !is_ours;
        was_told && theirs.is_some() && !is_ours
    }

    /// The flow is parked without what was taken for its transaction.
    pub(super) fn end_without_it(&mut self, now: DateTime<Utc>) {
        self.give_back(now);
        let text = "the transaction that was named carries another reference; it is not this flow's";
        let failure = Failure::new(Certainty::Unknown, "get_details", text);
        self.end(now, Ending::AccountUnknown { failure, received: None });
    }

    /// The same after its result was taken for the flow's own. Its files stay listed with it, so that they go when the flow's go, and are
    /// none of what is kept of the flow's result.
    pub(super) fn take_back(&mut self, now: DateTime<Utc>) {
        let kept = std::mem::take(&mut self.history.kept);
        let of = self.transaction.as_ref().map(|of| (of.account.clone(), of.execution.clone()));
        self.end_without_it(now);
        if let (Some((account, execution)), false) = (of, kept.files.is_empty()) {
            let replaced = ReplacedTransaction { account, execution, details: None, kept, named_by_callback: true };
            self.history.replaced.push(replaced);
        }
    }

    /// What was taken for this flow's transaction is another's: nobody knows of one again.
    pub(super) fn give_back(&mut self, now: DateTime<Utc>) {
        self.note_transaction(now, TransactionMoment::Foreign);
        if let Some(Transaction { account, execution, .. }) = self.transaction.take() {
            self.history.named_by_callback = false;
            let attempt = Some(self.attempt());
            self.remember_stray(StrayTransaction { account: Some(account), execution, attempt }, now);
        }
        self.last_status = None;
    }

    /// Goes on with the first part, or with the one after `last`.
    fn collect(&mut self, last: Option<Op>, now: DateTime<Utc>) {
        let Plan::Upload { prepared_data, pages } = &self.spec.plan else {
            self.phase = Phase::AwaitingPerson;
            self.looks = 0;
            return self.wait_or_look(now);
        };
        let next = match last {
            None if prepared_data.is_some() => Some(Op::UploadPreparedData),
            None | Some(Op::UploadPreparedData) => Some(Op::UploadDocument { page: 0 }),
            Some(Op::UploadDocument { page }) => Some(Op::UploadDocument { page: page.saturating_add(1) }),
            Some(_) => None,
        };
        match next {
            Some(Op::UploadDocument { page }) if usize::try_from(page).map_or(true, |page| page >= pages.len()) => {
                self.phase = Phase::Finalizing;
                self.ask(Op::Finalize);
            }
            Some(op) => {
                self.phase = Phase::Collecting;
                self.ask(op);
            }
            None => {}
        }
    }

    fn status_seen(&mut self, status: WorkflowStatus, now: DateTime<Utc>) {
        let acquired = matches!(status, WorkflowStatus::Acquired);
        self.unreadable = None;
        let diagnosis = self.diagnosing.take();
        self.note(now, MomentKind::Status { status: status.clone() });
        self.last_status = Some(status.clone());
        if status.is_expired() {
            self.expired(Ending::Expired { status, details: None }, now);
        } else if status.is_terminal() {
            self.phase = Phase::Fetching;
            self.looks = 0;
            self.look();
        } else if let Some(diagnosis) = diagnosis {
            self.after_diagnosis(diagnosis, acquired, now);
        } else if acquired && matches!(self.phase, Phase::AwaitingPerson | Phase::AwaitingExpiry) {
            self.await_result(now);
        } else {
            self.wait_or_look(now);
        }
    }

    /// The transaction still runs, so its status does not explain why the step failed.
    fn after_diagnosis(&mut self, diagnosis: Diagnosis, acquired: bool, now: DateTime<Utc>) {
        let Diagnosis { failure, tries, then } = diagnosis;
        let finalizing = matches!(self.phase, Phase::Finalizing);
        if finalizing && acquired {
            self.await_result(now);
        } else if let Some(op) = then {
            self.ask(op);
        } else if finalizing && failure.certainty == Certainty::Unknown {
            // Finalize may be repeated, and it did not take effect.
            self.try_again(Op::Finalize, tries, failure, now);
        } else if finalizing && self.finalize_in_doubt {
            // A refusal of the second says nothing of the first. If that worked, the result comes; if not, the
            // transaction expires.
            self.await_result(now);
        } else {
            self.end(now, Ending::Refused { failure });
        }
    }

    /// What the plan needs and the account reply does not offer. Nothing that is sent later could change it.
    fn missing_way(&self) -> Option<Failure> {
        let access = self.transaction.as_ref()?.access.as_ref()?;
        let Plan::Upload { prepared_data, .. } = &self.spec.plan else {
            return None;
        };
        let missing = if access.document.is_none() {
            "a link and token for the document"
        } else if prepared_data.is_some() && access.prepared_data.is_none() {
            "a link and token for prepared data"
        } else if access.finalize.is_none() {
            "a link and token for finalize"
        } else {
            return None;
        };
        let text = format!("the account reply has not {missing}; is the API channel allowed for this workflow?");
        Some(Failure::new(Certainty::NotSent, "upload_document", text).finally())
    }

    pub(super) fn await_result(&mut self, now: DateTime<Utc>) {
        self.phase = Phase::AwaitingResult;
        self.looks = 0;
        self.wait_or_look(now);
    }
}
