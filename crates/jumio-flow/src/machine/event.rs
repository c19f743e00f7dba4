//! What can happen to a flow.

use jumio_model::{AccountReply, Raw, WorkflowDetails, WorkflowStatus};

use super::{Failure, Received};

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
    /// The timer of this epoch fired. A stale epoch is ignored.
    Due {
        /// The timer's epoch.
        epoch: u32,
    },
    /// Somebody says that the transaction moved: a callback, a browser that came back. A hint, never a result.
    Hint {
        /// What they say, if anything.
        status: Option<WorkflowStatus>,
    },
    /// Somebody wants a stalled flow to go on.
    Resume,
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
}
