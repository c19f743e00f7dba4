//! Opening a transaction: the attempts at it, each with a callback key of its own, and what follows when one is in doubt.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use jumio_model::{AccountId, AccountRequest, CallbackUrl, Raw, WorkflowDetails, WorkflowExecutionId};

use super::history::{MOST_STRAYS, ReplacedTransaction, StrayTransaction};
use super::{Ending, Failure, Flow, Kept, Op, Phase, Plan, Received, Told, Transaction, TransactionMoment};

impl Flow {
    /// The number of the present attempt at the account call, from 1. It grows whenever an account call is made that is not
    /// the same as the one before: after one in doubt, and for another transaction.
    pub fn attempt(&self) -> u32 {
        self.history.earlier_attempts.saturating_add(1)
    }

    /// The account call's body for the present attempt: from the second on, a callback URL that ends in a key of the flow's own
    /// has the attempt's number behind the key, as in `…/KEY.2`.
    pub fn account_request(&self) -> Cow<'_, AccountRequest> {
        let request = &self.spec.request;
        let attempt = self.attempt();
        if attempt < 2 || !self.spec.own_callback {
            return Cow::Borrowed(request);
        }
        let numbered = request.callback_url.as_ref().and_then(|url| numbered(url, attempt));
        match numbered {
            Some(url) => Cow::Owned(request.clone().with_callback_url(url)),
            None => Cow::Borrowed(request),
        }
    }

    /// The transactions that were given up for another, the latest last.
    pub fn replaced(&self) -> &[ReplacedTransaction] {
        &self.history.replaced
    }

    /// The transactions that callbacks named and that are not this flow's current one.
    pub fn strays(&self) -> &[StrayTransaction] {
        &self.history.strays
    }

    /// Nobody knows whether the account call opened a transaction.
    pub(super) fn account_in_doubt(
        &mut self,
        op: Op,
        failure: Failure,
        received: Option<Received>,
        now: DateTime<Utc>,
    ) {
        if self.spec.policy.repeat_unknown_account && !self.history.repeated_account {
            self.history.repeated_account = true;
            self.history.doubt = Some(failure);
            self.history.earlier_attempts += 1;
            self.note_transaction(now, TransactionMoment::AttemptRepeated);
            self.ask(op);
        } else {
            self.end(now, Ending::AccountUnknown { failure, received });
        }
    }

    /// The account call provably opened nothing. Where an earlier one is in doubt, that says nothing of it.
    pub(super) fn not_opened(&mut self, failure: Failure, now: DateTime<Utc>) {
        let ending = match self.history.doubt.clone() {
            Some(failure) => Ending::AccountUnknown { failure, received: None },
            None => Ending::NotOpened { failure },
        };
        self.end(now, ending);
    }

    /// Nobody knows whether an upload arrived. The transaction is never finalized on a guess.
    pub(super) fn upload_in_doubt(&mut self, op: Op, failure: Failure, now: DateTime<Utc>) {
        if self.may_restart() {
            self.phase = Phase::AwaitingExpiry;
            self.looks = 0;
            self.wait_or_look(now);
        } else {
            self.end(now, Ending::UploadUnknown { op, failure });
        }
    }

    fn may_restart(&self) -> bool {
        self.history.restarts < self.spec.policy.restarts && !matches!(self.spec.plan, Plan::Adopted { .. })
    }

    /// The transaction expired.
    pub(super) fn expired(&mut self, ending: Ending, now: DateTime<Utc>) {
        // Nothing is built on the account of a transaction that only a callback named.
        if self.may_restart() && !self.history.named_by_callback {
            let in_doubt = matches!(self.phase, Phase::AwaitingExpiry);
            let why = if in_doubt { TransactionMoment::ReplacedInDoubt } else { TransactionMoment::ReplacedExpired };
            self.history.restarts += 1;
            let details = match ending {
                Ending::Expired { details, .. } => details,
                _ => None,
            };
            self.open_another(why, details, now);
        } else {
            self.end(now, ending);
        }
    }

    /// Opens another transaction on the account of the present one, which is given up.
    pub(super) fn open_another(
        &mut self,
        why: TransactionMoment,
        details: Option<Box<Raw<WorkflowDetails>>>,
        now: DateTime<Utc>,
    ) {
        let Some(Transaction { account, execution, .. }) = self.transaction.take() else { return };
        self.note_transaction(now, why);
        let (of_account, kept, named_by_callback) = (account.clone(), Kept::default(), self.history.named_by_callback);
        let replaced = ReplacedTransaction { account: of_account, execution, details, kept, named_by_callback };
        self.history.replaced.push(replaced);
        self.history.earlier_attempts += 1;
        self.history.named_by_callback = false;
        self.history.doubt = None;
        self.spec.account = Some(account);
        self.phase = Phase::Opening;
        // What stopped the one that is given up stops no other.
        self.stalled = None;
        self.diagnosing = None;
        self.finalize_in_doubt = false;
        self.unreadable = None;
        self.notified = false;
        self.result_told = false;
        self.last_status = None;
        self.looks = 0;
        self.ask(Op::UpdateAccount);
    }

    /// A transaction became known whose account reply never came. Nothing can be handed in to it.
    pub(super) fn take_over(
        &mut self,
        account: AccountId,
        execution: WorkflowExecutionId,
        how: TransactionMoment,
        now: DateTime<Utc>,
    ) {
        self.supersede_outcome();
        self.note_transaction(now, how);
        self.history.named_by_callback = how == TransactionMoment::NamedByCallback;
        self.history.doubt = None;
        self.transaction = Some(Transaction::without_access(account, execution));
        self.phase = match self.spec.plan {
            Plan::Upload { .. } => Phase::AwaitingExpiry,
            Plan::Person | Plan::Adopted { .. } => Phase::AwaitingPerson,
        };
        self.looks = 0;
        self.look();
    }

    /// Whether a hint is about the present transaction.
    pub(super) fn is_current(&self, told: &Told) -> bool {
        let other_attempt = told.attempt.is_some_and(|attempt| attempt != self.attempt());
        match (self.transaction.as_ref().map(|transaction| &transaction.execution), &told.execution) {
            // What names our own transaction is ours, whatever key it came with: a URL may have no place for the number.
            (Some(ours), Some(named)) => ours == named,
            _ => !other_attempt,
        }
    }

    /// A hint is about another transaction: that is remembered, and nothing else is touched.
    pub(super) fn heed_stray(&mut self, told: Told, now: DateTime<Utc>) {
        let Told { attempt, account, execution: Some(execution), .. } = told else { return };
        self.remember_stray(StrayTransaction { account, execution, attempt }, now);
    }

    pub(super) fn remember_stray(&mut self, stray: StrayTransaction, now: DateTime<Utc>) {
        let is_ours = self.transaction.as_ref().is_some_and(|ours| ours.execution == stray.execution)
            || self.history.replaced.iter().any(|replaced| replaced.execution == stray.execution)
            || self.history.strays.iter().any(|known| known.execution == stray.execution);
        if !is_ours && self.history.strays.len() < MOST_STRAYS {
            self.history.strays.push(stray);
            self.note_transaction(now, TransactionMoment::Stray);
        }
    }
}

/// The URL with a number behind its path's last segment; `None` where it would be no callback URL any more.
fn numbered(url: &CallbackUrl, attempt: u32) -> Option<CallbackUrl> {
    let text = url.as_str();
    let end = text.find('?').unwrap_or(text.len());
    let (path, query) = (text.get(..end)?, text.get(end..)?);
    let numbered = format!("{path}.{attempt}{query}");
    // One on this machine is allowed only by name, here as there.
    CallbackUrl::new(&numbered).or_else(|_| CallbackUrl::loopback(&numbered)).ok()
}
