//! `GET /api/v1/accounts/{accountId}/workflow-executions/{workflowExecutionId}` on the retrieval host, and the same without
//! the account: the result of a transaction (protocol 7.2).

#[cfg(feature = "endpoint")]
use crate::endpoint::{Access, Endpoint, Repeat, Role, Target};
use crate::{AccountId, WorkflowExecutionId};

/// Asks for everything that is known of a transaction (protocol 7, 7.2). How sure: documented and seen. Right after
/// PROCESSED the answer was seen to be 404 for a moment (protocol 7.10).
///
/// ```
/// use jumio_model::api::GetDetails;
/// use jumio_model::{AccountId, WorkflowExecutionId};
///
/// let call = GetDetails::new(AccountId::new("a-1"), WorkflowExecutionId::new("w-1"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetDetails {
    /// The account.
    pub account: AccountId,
    /// The transaction.
    pub execution: WorkflowExecutionId,
}

impl GetDetails {
    /// The call.
    pub fn new(account: AccountId, execution: WorkflowExecutionId) -> Self {
        Self { account, execution }
    }
}

/// [`GetDetails`] by the transaction's id alone. In no table of Jumio's, but in its own links and in three public clients
/// (protocol 7); prefer the documented form where the account is known.
///
/// ```
/// use jumio_model::WorkflowExecutionId;
/// use jumio_model::api::GetDetailsByExecution;
///
/// let call = GetDetailsByExecution::new(WorkflowExecutionId::new("w-1"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetDetailsByExecution {
    /// The transaction.
    pub execution: WorkflowExecutionId,
}

impl GetDetailsByExecution {
    /// The call.
    pub fn new(execution: WorkflowExecutionId) -> Self {
        Self { execution }
    }
}

#[cfg(feature = "endpoint")]
impl Endpoint for GetDetails {
    const NAME: &'static str = "get_details";
    const METHOD: http::Method = http::Method::GET;
    const PATH: &'static str = "/api/v1/accounts/{accountId}/workflow-executions/{workflowExecutionId}";
    const ROLE: Role = Role::Retrieval;
    const ACCESS: Access = Access::AccessToken;
    const REPEAT: Repeat = Repeat::Safe;
    type Reply = crate::Raw<crate::WorkflowDetails>;

    fn target(&self) -> Target<'_> {
        Target::template([self.account.as_str(), self.execution.as_str()])
    }

    #[inline]
    fn decode(&self, body: &[u8]) -> Result<Self::Reply, crate::ReadError> {
        crate::from_slice(body)
    }
}

#[cfg(feature = "endpoint")]
impl Endpoint for GetDetailsByExecution {
    const NAME: &'static str = "get_details_by_execution";
    const METHOD: http::Method = http::Method::GET;
    const PATH: &'static str = "/api/v1/workflow-executions/{workflowExecutionId}";
    const ROLE: Role = Role::Retrieval;
    const ACCESS: Access = Access::AccessToken;
    const REPEAT: Repeat = Repeat::Safe;
    type Reply = crate::Raw<crate::WorkflowDetails>;

    fn target(&self) -> Target<'_> {
        Target::template([self.execution.as_str()])
    }

    #[inline]
    fn decode(&self, body: &[u8]) -> Result<Self::Reply, crate::ReadError> {
        crate::from_slice(body)
    }
}
