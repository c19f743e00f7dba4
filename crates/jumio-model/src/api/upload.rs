//! What uploads and finalize answer (protocol 4.3, 5). Both may answer with an empty body.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{AccountRef, ApiAccess, CredentialId, Timestamp, WorkflowExecutionId};

/// The reply to an upload. Every member may be missing, since the body may be empty.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UploadReply {
    /// When Jumio answered.
    pub timestamp: Option<Timestamp>,
    /// The account.
    pub account: Option<AccountRef>,
    /// The transaction.
    pub workflow_execution: Option<ExecutionRef>,
    /// The credential that took the part; in one documented sample only.
    pub credential: Option<CredentialRef>,
    /// The part; in one documented sample only.
    pub part: Option<PartRef>,
    /// The API's way in, again.
    pub api: Option<ApiAccess>,
}

/// The reply to finalize. Every member may be missing, since the body may be empty.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FinalizeReply {
    /// When Jumio answered.
    pub timestamp: Option<Timestamp>,
    /// The account.
    pub account: Option<AccountRef>,
    /// The transaction.
    pub workflow_execution: Option<ExecutionRef>,
}

/// A transaction by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExecutionRef {
    /// The transaction's id.
    pub id: WorkflowExecutionId,
}

/// A credential by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CredentialRef {
    /// The credential's id.
    pub id: CredentialId,
}

/// A part by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PartRef {
    /// The part's id.
    pub id: String,
}

/// Reads a body that may be empty.
#[cfg(feature = "endpoint")]
pub(super) fn decode_or_empty<T>(body: &[u8]) -> Result<crate::Raw<T>, crate::ReadError>
where
    T: serde::de::DeserializeOwned,
{
    let body: &[u8] = if body.trim_ascii().is_empty() { b"{}" } else { body };
    crate::from_slice(body)
}
