//! The timeline: what happened to a flow, and when.

use chrono::{DateTime, Utc};
use jumio_model::WorkflowStatus;
use serde::{Deserialize, Serialize};

use super::{By, Failure, Op, Verdict, is_default};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Moment {
    /// When, by the host's clock.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: MomentKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MomentKind {
    /// A call began.
    Calling {
        /// Which.
        op: Op,
    },
    /// A call succeeded.
    Succeeded {
        /// Which.
        op: Op,
    },
    /// A call did not succeed.
    Failed {
        /// Which.
        op: Op,
        /// Why.
        failure: Failure,
    },
    /// Jumio said where the transaction stands.
    Status {
        /// Where.
        status: WorkflowStatus,
    },
    /// A callback or another hint came: from Jumio with the flow's own key where an attempt is named, from Jumio by the portal's
    /// URL where there is a status and no attempt, and from a browser or an SDK where there is neither.
    Hint {
        /// What it says.
        status: Option<WorkflowStatus>,
        /// By which attempt's callback URL it came.
        #[serde(default, skip_serializing_if = "is_default")]
        attempt: Option<u32>,
    },
    /// Nothing to do before this time.
    Waiting {
        /// When the next look is due.
        until: DateTime<Utc>,
    },
    /// The flow waits for somebody to resume it.
    Stalled {
        /// Why.
        failure: Failure,
    },
    /// Somebody resumed it.
    Resumed,
    /// A call that was due is held back until then.
    HeldBack {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// The transaction became known, or was given up for another: which, and why.
    Transaction {
        /// What happened to it.
        what: TransactionMoment,
    },
    /// A file of the result was there no more.
    Missing {
        /// Which.
        op: Op,
    },
    /// Somebody said what the result means.
    Meant {
        /// What.
        verdict: Verdict,
        /// Who, and why.
        by: By,
    },
    /// Somebody cancelled it.
    Cancelled,
    /// The result changed after it was final.
    Changed,
    /// The flow ended.
    Ended {
        /// The ending's name.
        ending: String,
    },
}

/// How a transaction became this flow's, or ceased to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TransactionMoment {
    /// Another system had opened it.
    Adopted,
    /// A callback with the attempt's own key named it, after the account call's answer was lost.
    NamedByCallback,
    /// A person named it.
    NamedByPerson,
    /// The account call is made once more, without knowing what became of the first.
    AttemptRepeated,
    /// It expired, and another was opened on its account.
    ReplacedExpired,
    /// Its upload was in doubt, and another was opened on its account.
    ReplacedInDoubt,
    /// Its result asked for another document, and another was opened on its account.
    ReplacedForRetake,
    /// A callback named one that is not this flow's current one. It touched nothing.
    Stray,
    /// Its result carried another reference: it is not this flow's.
    Foreign,
}
