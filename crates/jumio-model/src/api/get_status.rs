//! `GET …/workflow-executions/{workflowExecutionId}/status` on the retrieval host: where a transaction stands
//! (protocol 7.1).

use serde::{Deserialize, Serialize};
use serde_with::{serde_as, skip_serializing_none};

#[cfg(feature = "endpoint")]
use crate::endpoint::{Access, Endpoint, Repeat, Role, Target};
use crate::lenient::Object;
use crate::{AccountId, AccountRef, CallbackExecution, WorkflowExecutionId};

/// Asks where a transaction stands (protocol 7.1). How sure: documented in the guide.
///
/// ```
/// use jumio_model::api::GetStatus;
/// use jumio_model::{AccountId, WorkflowExecutionId};
///
/// let call = GetStatus::new(AccountId::new("a-1"), WorkflowExecutionId::new("w-1"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetStatus {
    /// The account.
    pub account: AccountId,
    /// The transaction.
    pub execution: WorkflowExecutionId,
}

impl GetStatus {
    /// The call.
    pub fn new(account: AccountId, execution: WorkflowExecutionId) -> Self {
        Self { account, execution }
    }
}

/// Where a transaction stands (protocol 7.1). Has the members of a callback without its time. How sure: a documented
/// sample; no live one was found.
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WorkflowStatusReply {
    /// The account.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub account: Option<AccountRef>,
    /// The transaction. Called `workflowExecution` here and `workflow` in the details.
    pub workflow_execution: CallbackExecution,
}

#[cfg(feature = "endpoint")]
impl Endpoint for GetStatus {
    const NAME: &'static str = "get_status";
    const METHOD: http::Method = http::Method::GET;
    const PATH: &'static str = "/api/v1/accounts/{accountId}/workflow-executions/{workflowExecutionId}/status";
    const ROLE: Role = Role::Retrieval;
    const ACCESS: Access = Access::AccessToken;
    const REPEAT: Repeat = Repeat::Safe;
    type Reply = crate::Raw<WorkflowStatusReply>;

    fn target(&self) -> Target<'_> {
        Target::template([self.account.as_str(), self.execution.as_str()])
    }

    #[inline]
    fn decode(&self, body: &[u8]) -> Result<Self::Reply, crate::ReadError> {
        crate::from_slice(body)
    }
}
