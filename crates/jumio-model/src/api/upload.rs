//! What uploads and finalize answer (protocol 4.3, 5). Both may answer with an empty body.

use serde::{Deserialize, Serialize};
use serde_with::{serde_as, skip_serializing_none};

use crate::lenient::{Object, Text};

use crate::{AccountRef, ApiAccess, CredentialId, Timestamp, WorkflowExecutionId};

/// The reply to an upload (protocol 4.3). Every member may be missing, since the body may be empty.
///
/// How sure: the reply to prepared data was seen live; the reply to a document is put together from the guide, and one
/// live client takes an empty one.
///
/// ```
/// use jumio_model::UploadReply;
///
/// let body = br#"{"account":{"id":"a"},"workflowExecution":{"id":"w"},"api":{"parts":{}}}"#;
/// let reply: UploadReply = jumio_model::from_slice(body)?;
/// assert_eq!(reply.workflow_execution.unwrap().id.as_str(), "w");
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UploadReply {
    /// When Jumio answered.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub timestamp: Option<Timestamp>,
    /// The account.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub account: Option<AccountRef>,
    /// The transaction.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub workflow_execution: Option<ExecutionRef>,
    /// The credential that took the part; in one documented sample only.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub credential: Option<CredentialRef>,
    /// The part; in one documented sample only.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub part: Option<PartRef>,
    /// The API's way in, again.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub api: Option<ApiAccess>,
}

/// The reply to finalize (protocol 5). Every member may be missing, since the body may be empty. How sure: documented
/// and seen.
///
/// ```
/// use jumio_model::FinalizeReply;
///
/// let reply: FinalizeReply = jumio_model::from_slice(br#"{"account":{"id":"a"},"workflowExecution":{"id":"w"}}"#)?;
/// assert_eq!(reply.account.unwrap().id.as_str(), "a");
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FinalizeReply {
    /// When Jumio answered.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub timestamp: Option<Timestamp>,
    /// The account.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub account: Option<AccountRef>,
    /// The transaction.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub workflow_execution: Option<ExecutionRef>,
}

/// A transaction by its id, in the replies to uploads and finalize (protocol 4.3, 5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ExecutionRef {
    /// The transaction's id.
    #[serde(default)]
    pub id: WorkflowExecutionId,
}

/// A credential by its id, in the reply to an upload (protocol 4.3): one documented sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CredentialRef {
    /// The credential's id.
    #[serde(default)]
    pub id: CredentialId,
}

/// A part by its id, in the reply to an upload (protocol 4.3): one documented sample.
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PartRef {
    /// The part's id.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub id: Option<String>,
}

/// Reads a body that may be empty, and may have the transaction token.
#[cfg(feature = "endpoint")]
pub(super) fn decode_or_empty<T>(body: &[u8]) -> Result<crate::Raw<T>, crate::ReadError>
where
    T: serde::de::DeserializeOwned,
{
    let body: &[u8] = if body.trim_ascii().is_empty() { b"{}" } else { body };
    crate::from_slice(body).map(crate::Raw::wiped)
}
