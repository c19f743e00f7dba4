//! The timeline: what happened to a flow, and when.

use chrono::{DateTime, Utc};
use jumio_model::WorkflowStatus;
use serde::{Deserialize, Serialize};

use super::{Failure, Op};

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
    /// A callback or another hint came.
    Hint {
        /// What it says.
        status: Option<WorkflowStatus>,
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
    /// The flow ended.
    Ended {
        /// The ending's name.
        ending: String,
    },
}
