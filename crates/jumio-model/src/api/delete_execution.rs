//! `DELETE /api/v1/accounts/{accountId}/workflow-executions/{workflowExecutionId}` on the retrieval host: erases the personal
//! data of one transaction (protocol 8).

#[cfg(feature = "endpoint")]
use crate::endpoint::{Access, Endpoint, Repeat, Role, Target};
use crate::{AccountId, WorkflowExecutionId};

/// Erases the personal data of one transaction, at once and for good: `DELETE` on its path (protocol 8). Its metadata
/// and decision stay. The client needs the permission to retrieve and delete. How sure: as
/// [`DeleteAccount`](super::DeleteAccount).
///
/// ```
/// use jumio_model::api::DeleteExecution;
/// use jumio_model::{AccountId, WorkflowExecutionId};
///
/// let call = DeleteExecution::new(AccountId::new("a-1"), WorkflowExecutionId::new("w-1"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeleteExecution {
    /// The account.
    pub account: AccountId,
    /// The transaction.
    pub execution: WorkflowExecutionId,
}

impl DeleteExecution {
    /// The call.
    pub fn new(account: AccountId, execution: WorkflowExecutionId) -> Self {
        Self { account, execution }
    }
}

#[cfg(feature = "endpoint")]
impl Endpoint for DeleteExecution {
    const NAME: &'static str = "delete_execution";
    const METHOD: http::Method = http::Method::DELETE;
    const PATH: &'static str = "/api/v1/accounts/{accountId}/workflow-executions/{workflowExecutionId}";
    const ROLE: Role = Role::Retrieval;
    const ACCESS: Access = Access::AccessToken;
    const REPEAT: Repeat = Repeat::Safe;
    type Reply = bytes::Bytes;

    fn target(&self) -> Target<'_> {
        Target::template([self.account.as_str(), self.execution.as_str()])
    }

    fn decode(&self, body: &[u8]) -> Result<Self::Reply, crate::ReadError> {
        Ok(bytes::Bytes::copy_from_slice(body))
    }
}
