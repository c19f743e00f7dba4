//! `GET …/workflow-executions/{workflowExecutionId}/generate` on the retrieval host: where a PDF report of a transaction can be
//! fetched (protocol 7.8).

use serde::{Deserialize, Serialize};
use serde_with::{serde_as, skip_serializing_none};

#[cfg(feature = "endpoint")]
use crate::endpoint::{Access, Endpoint, Repeat, Role, Target};
use crate::lenient::Text;
use crate::{AccountId, ReportLink, WorkflowExecutionId};

/// Asks for a PDF report. Two steps: this answers with a link, and a plain GET of the link, without any credential of Jumio's,
/// has the PDF.
///
/// How sure: that a URL of a report can be asked for is documented; path and reply are in one third party's client
/// alone (protocol 7.8).
///
/// ```
/// use jumio_model::api::GetReport;
/// use jumio_model::{AccountId, WorkflowExecutionId};
///
/// let call = GetReport::new(AccountId::new("a-1"), WorkflowExecutionId::new("w-1"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetReport {
    /// The account.
    pub account: AccountId,
    /// The transaction.
    pub execution: WorkflowExecutionId,
}

impl GetReport {
    /// The call.
    pub fn new(account: AccountId, execution: WorkflowExecutionId) -> Self {
        Self { account, execution }
    }
}

/// Where the report can be fetched. As unsure as the call: one third party's client has it, with either name of the id.
///
/// ```
/// use jumio_model::ReportReply;
///
/// let reply: ReportReply = jumio_model::from_slice(br#"{"workflowId":"w","presignedUrl":"https://h/report?key=k"}"#)?;
/// assert_eq!(reply.presigned_url.unwrap().expose(), "https://h/report?key=k");
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ReportReply {
    /// The transaction, by one name.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub workflow_id: Option<WorkflowExecutionId>,
    /// The transaction, by the other name.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub id: Option<WorkflowExecutionId>,
    /// The link. Whoever has it can read the report.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    #[cfg_attr(feature = "schemars", schemars(with = "Option<String>"))]
    pub presigned_url: Option<ReportLink>,
}

#[cfg(feature = "endpoint")]
impl Endpoint for GetReport {
    const NAME: &'static str = "get_report";
    const METHOD: http::Method = http::Method::GET;
    const PATH: &'static str = "/api/v1/accounts/{accountId}/workflow-executions/{workflowExecutionId}/generate";
    const ROLE: Role = Role::Retrieval;
    const ACCESS: Access = Access::AccessToken;
    const REPEAT: Repeat = Repeat::Safe;
    type Reply = crate::Raw<ReportReply>;

    fn target(&self) -> Target<'_> {
        Target::template([self.account.as_str(), self.execution.as_str()])
    }

    #[inline]
    fn decode(&self, body: &[u8]) -> Result<Self::Reply, crate::ReadError> {
        crate::from_slice(body)
    }
}
