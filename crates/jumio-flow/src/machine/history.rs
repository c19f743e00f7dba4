//! What a flow went through beyond its present transaction: attempts, transactions it gave up, versions of its outcome.

use jumio_model::{AccountId, Raw, WorkflowDetails, WorkflowExecutionId};
use serde::{Deserialize, Serialize};

use super::outcome::{Meaning, Past};
use super::{Failure, Kept, is_default};

/// How many transactions that were named and are not the flow's are remembered.
pub(super) const MOST_STRAYS: usize = 16;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct History {
    /// Account calls before the present one that may have opened something. Each had a callback key of its own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) earlier_attempts: u32,
    /// Whether the one repetition of an account call in doubt was used.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) repeated_account: bool,
    /// What is known of the account call that was repeated, for as long as nobody knows what became of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) doubt: Option<Failure>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) restarts: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) retakes: u32,
    /// How the present transaction became known, where no account reply told.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) named_by_callback: bool,
    /// Whether the result of a cancelled flow was looked for, and is not there any more.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) result_is_gone: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) replaced: Vec<ReplacedTransaction>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) strays: Vec<StrayTransaction>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) past: Vec<Past>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) meaning: Option<Meaning>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) kept: Kept,
    /// Which of the replaced ones the pending call keeps something of, or erases; `None` for the flow's own transaction.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) keeping: Option<usize>,
    /// Whether whoever cancelled asked for the transaction to be erased.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) erase_asked: bool,
    /// How often a callback after the result had it asked for once more.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) later_looks: u32,
}

impl History {
    /// Whether the flow went straight on, so that nothing of this has to be saved.
    pub(super) fn is_empty(&self) -> bool {
        self.past.is_empty()
            && self.replaced.is_empty()
            && self.strays.is_empty()
            && self.meaning.is_none()
            && self.doubt.is_none()
            && self.kept == Kept::default()
            && (self.earlier_attempts, self.restarts, self.retakes, self.later_looks) == (0, 0, 0, 0)
            && !(self.repeated_account || self.named_by_callback || self.erase_asked || self.result_is_gone)
    }
}

/// A transaction that was given up for another on its account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReplacedTransaction {
    /// Its account.
    pub account: AccountId,
    /// The transaction.
    pub execution: WorkflowExecutionId,
    /// Its result, where it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Box<Raw<WorkflowDetails>>>,
    /// What is kept of it so far, and whether Jumio erased it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kept: Kept,
    /// Whether only a callback named it, and no result had the flow's reference: it may be another's, and is never erased.
    #[serde(default, skip_serializing_if = "is_default")]
    pub named_by_callback: bool,
}

/// A transaction that a callback named and that is not the flow's current one: an account call whose answer was lost had
/// opened it. Nothing follows it; a person may want to have it erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StrayTransaction {
    /// Its account, where the callback named one.
    pub account: Option<AccountId>,
    /// The transaction.
    pub execution: WorkflowExecutionId,
    /// By which attempt's callback URL it was named.
    pub attempt: Option<u32>,
}
