//! What can happen to a flow.

use chrono::{DateTime, Utc};
use jumio_model::{AccountId, AccountReply, Raw, WorkflowDetails, WorkflowExecutionId, WorkflowStatus};

use super::{By, Failure, KeptFile, Received, Verdict};

/// One thing that happened. Any event in any state has a defined effect; most have none.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// The host is about to run the pending operation with this number. Must be durable before the call is sent.
    Begin {
        /// The operation's number.
        id: u32,
    },
    /// The operation with this number is over. A number that is not pending is ignored.
    Done {
        /// The operation's number.
        id: u32,
        /// How it went.
        done: Done,
    },
    /// The operation with this number may not begin before then: something holds it back that is no failure.
    Postponed {
        /// The operation's number.
        id: u32,
        /// When to ask again.
        until: DateTime<Utc>,
    },
    /// The timer of this epoch fired. A stale epoch is ignored.
    Due {
        /// The timer's epoch.
        epoch: u32,
    },
    /// Somebody says that the transaction moved: a callback, a browser that came back, an SDK that finished. A hint, never a
    /// result.
    Hint(Told),
    /// Somebody wants a stalled flow to go on.
    Resume,
    /// The host cannot run the flow: it stalls until somebody resumes it.
    Stall {
        /// Why.
        failure: Failure,
    },
    /// Somebody wants no more of it. What comes of an open transaction is recorded all the same.
    Cancel {
        /// Whether Jumio is to erase the transaction once it is over.
        erase: bool,
    },
    /// Somebody found out what became of a call of unknown outcome, or says what a result means.
    Resolve(Resolution),
    /// Somebody wants the result to be asked for once more: Jumio may have changed it.
    Refresh,
}

/// What a hint says. Every part may be missing, and none is believed: it only says where to look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Told {
    /// Where the transaction stands.
    pub status: Option<WorkflowStatus>,
    /// To which attempt at the account call the callback URL belongs, from 1.
    pub attempt: Option<u32>,
    /// The transaction.
    pub execution: Option<WorkflowExecutionId>,
    /// Its account.
    pub account: Option<AccountId>,
}

impl Told {
    /// Only that something moved, or where it stands.
    pub fn new(status: Option<WorkflowStatus>) -> Self {
        Self { status, ..Self::default() }
    }

    /// Whether it says that there is a result. An expired transaction has none to expect.
    pub fn tells_a_result(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.is_terminal() && !status.is_expired())
    }

    /// Says by which attempt's callback URL it came.
    #[must_use]
    pub fn by_attempt(mut self, attempt: u32) -> Self {
        self.attempt = Some(attempt);
        self
    }

    /// Says which transaction it names.
    #[must_use]
    pub fn about(mut self, account: Option<AccountId>, execution: Option<WorkflowExecutionId>) -> Self {
        (self.account, self.execution) = (account, execution);
        self
    }
}

/// What a person found out or decided.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resolution {
    /// The account call had opened this transaction.
    Opened {
        /// Its account.
        account: AccountId,
        /// The transaction.
        execution: WorkflowExecutionId,
    },
    /// The account call had opened nothing: it is made again.
    NotOpened,
    /// The transaction whose upload is in doubt is given up, and a new one opened on its account.
    OpenAnother,
    /// The result means this.
    Means {
        /// What.
        verdict: Verdict,
        /// Who says so, and why.
        by: By,
    },
}

/// How an operation went.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Done {
    /// It succeeded.
    Succeeded(Reply),
    /// It did not. [`Failure::certainty`] says what is certain.
    Failed(Failure),
    /// Nobody knows: the process that ran it died, or the answer was lost or cannot be read.
    Unknown {
        /// What is known.
        failure: Failure,
        /// What came, where something came that cannot be read.
        received: Option<Received>,
    },
}

/// What a successful operation brought.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Reply {
    /// A transaction was opened.
    Opened(Box<Raw<AccountReply>>),
    /// A part was taken.
    Uploaded,
    /// Finalize was taken.
    Finalized,
    /// Where the transaction stands.
    Status(WorkflowStatus),
    /// The result.
    Details(Box<Raw<WorkflowDetails>>),
    /// A part or the report lies on our disk, whole and synced.
    Kept(KeptFile),
    /// Jumio erased the transaction.
    Erased,
}
