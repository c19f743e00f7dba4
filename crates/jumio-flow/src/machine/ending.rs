//! How a flow can end.

use jumio_model::{Raw, WorkflowDetails, WorkflowStatus};
use serde::{Deserialize, Serialize};

use super::{Failure, Op, Received};

/// How a flow ended. What ended stays ended, but for two that are [unknown](Self::is_unknown): there the flow is parked, and
/// goes on when a callback or a person says what happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ending {
    /// Jumio came to a result. Whether it is a good one stands in the details.
    Decided {
        /// The details as they came.
        details: Box<Raw<WorkflowDetails>>,
    },
    /// A deadline passed before the document was in.
    Expired {
        /// Which one.
        status: WorkflowStatus,
        /// The details as they came, where they were asked for.
        details: Option<Box<Raw<WorkflowDetails>>>,
    },
    /// Nothing was opened at Jumio. Starting anew is safe.
    NotOpened {
        /// Why.
        failure: Failure,
    },
    /// Jumio refused a step of an open transaction, or gave no way to take it. The transaction expires by itself, without a
    /// decision.
    Refused {
        /// Which step, and why.
        failure: Failure,
    },
    /// Nobody knows whether the account call opened a transaction. It is never repeated by machinery.
    AccountUnknown {
        /// What is known.
        failure: Failure,
        /// What came, where something came that cannot be read.
        received: Option<Received>,
    },
    /// Nobody knows whether an upload arrived. It is never repeated, and the transaction never finalized, by machinery.
    UploadUnknown {
        /// Which upload.
        op: Op,
        /// What is known.
        failure: Failure,
    },
    /// Somebody cancelled the flow. Jumio has no cancel: the transaction goes on there, and what comes of it is recorded.
    Cancelled {
        /// What came of the transaction all the same.
        late: Option<Box<Raw<WorkflowDetails>>>,
        /// What is known of an account call of unknown outcome that was cancelled.
        unknown: Option<Failure>,
    },
}

impl Ending {
    /// Whether a person has to look at it: nobody knows what happened at Jumio.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::AccountUnknown { .. } | Self::UploadUnknown { .. })
    }

    /// The result as it came, where there is one.
    pub fn details(&self) -> Option<&Raw<WorkflowDetails>> {
        match self {
            Self::Decided { details } => Some(details),
            Self::Expired { details, .. } | Self::Cancelled { late: details, .. } => details.as_deref(),
            _ => None,
        }
    }

    /// The ending's name, in snake case.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Decided { .. } => "decided",
            Self::Expired { .. } => "expired",
            Self::NotOpened { .. } => "not_opened",
            Self::Refused { .. } => "refused",
            Self::AccountUnknown { .. } => "account_unknown",
            Self::UploadUnknown { .. } => "upload_unknown",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}
