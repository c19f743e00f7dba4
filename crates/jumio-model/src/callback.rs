//! What Jumio POSTs when a transaction moves (protocol 6.2). Unsigned: a hint, never a result (protocol 6.4).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::redact::Silent;
use crate::{AccountRef, Timestamp, WorkflowExecutionId, WorkflowStatus};

/// A callback. It carries no decision, and nobody signs it: fetch the details before believing anything.
#[skip_serializing_none]
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Callback {
    /// When Jumio sent it.
    pub callback_sent_at: Option<Timestamp>,
    /// The caller's reference of the person, if one was sent.
    pub user_reference: Option<String>,
    /// The transaction.
    pub workflow_execution: CallbackExecution,
    /// The person's account.
    pub account: Option<AccountRef>,
    /// Not documented in callbacks; one client types it as optional (protocol 6.2).
    pub customer_internal_reference: Option<String>,
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback")
            .field("callback_sent_at", &self.callback_sent_at)
            .field("workflow_execution", &self.workflow_execution)
            .field("account", &self.account)
            .field("user_reference", &self.user_reference.as_deref().map(Silent))
            .finish_non_exhaustive()
    }
}

/// The transaction as a callback names it (`workflowExecution`).
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CallbackExecution {
    /// The transaction's id.
    pub id: WorkflowExecutionId,
    /// The details' URL, with or without the account in it (protocol 6.2). Never follow it: build the URL from the ids.
    pub href: Option<String>,
    /// The workflow that ran, always a string.
    pub definition_key: Option<String>,
    /// Where the transaction stands.
    pub status: WorkflowStatus,
}
