//! What Jumio POSTs when a transaction moves (protocol 6.2). Unsigned: a hint, never a result (protocol 6.4).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_with::{serde_as, skip_serializing_none};

use crate::lenient::{Object, Text};

use crate::redact::Silent;
use crate::{AccountRef, Timestamp, WorkflowExecutionId, WorkflowStatus};

/// A callback: what Jumio POSTs when a transaction ends (protocol 6.2). It carries no decision, and nobody signs it:
/// fetch the details before believing anything (protocol 6.4).
///
/// How sure: documented and seen. Which statuses are reported differs by page, and those before the end may depend on
/// the tenant. That a callback may come twice and in any order is assumed, since no page speaks of it.
///
/// ```
/// use jumio_model::{Callback, WorkflowStatus};
///
/// let body = br#"{"callbackSentAt":"2026-01-02T03:14:05.000Z","account":{"id":"a"},
///     "workflowExecution":{"id":"w","definitionKey":"10170","status":"PROCESSED"}}"#;
/// let callback: Callback = jumio_model::from_slice(body)?;
/// assert_eq!(callback.workflow_execution.status, WorkflowStatus::Processed);
/// assert_eq!(callback.workflow_execution_ids().unwrap().execution.as_str(), "w");
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
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

/// The transaction as a callback and the status reply name it (`workflowExecution`, protocol 6.2, 7.1).
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CallbackExecution {
    /// The transaction's id; empty where the member is missing. [`Callback::workflow_execution_ids`] then reads the `href`.
    #[serde(default)]
    pub id: WorkflowExecutionId,
    /// The details' URL, with or without the account in it (protocol 6.2). Never follow it: build the URL from the ids.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub href: Option<String>,
    /// The workflow that ran, always a string. May differ from the key that was asked for (vocabulary 1).
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub definition_key: Option<String>,
    /// Where the transaction stands; an empty one, which means "still running", where there is none.
    #[serde(default)]
    pub status: WorkflowStatus,
}
