//! What Jumio POSTs when a transaction moves (protocol 6.2). Unsigned: a hint, never a result (protocol 6.4).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_with::{serde_as, skip_serializing_none};

use crate::lenient::{Object, Text};

use crate::redact::Silent;
use crate::{AccountRef, Timestamp, WorkflowExecutionId, WorkflowStatus};

/// A callback. It carries no decision, and nobody signs it: fetch the details before believing anything.
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Callback {
    /// When Jumio sent it.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub callback_sent_at: Option<Timestamp>,
    /// The caller's reference of the person, if one was sent.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub user_reference: Option<String>,
    /// The transaction.
    pub workflow_execution: CallbackExecution,
    /// The person's account.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub account: Option<AccountRef>,
    /// Not documented in callbacks; one client types it as optional (protocol 6.2).
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
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
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CallbackExecution {
    /// The transaction's id.
    pub id: WorkflowExecutionId,
    /// The details' URL, with or without the account in it (protocol 6.2). Never follow it: build the URL from the ids.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub href: Option<String>,
    /// The workflow that ran, always a string.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub definition_key: Option<String>,
    /// Where the transaction stands.
    #[serde(default)]
    pub status: WorkflowStatus,
}
