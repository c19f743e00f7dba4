//! `GET …/workflow-executions/{workflowExecutionId}/rules` on the retrieval host: which rules of a ruleset fired
//! (protocol 7).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[cfg(feature = "endpoint")]
use crate::endpoint::{Access, Endpoint, Repeat, Role, Target};
use crate::{AccountId, WorkflowExecutionId};

/// Asks which rules fired (protocol 7). How sure: not very. The path is in one third party's client alone; that the
/// details have a `rules` object is all that Jumio's pages say.
///
/// ```
/// use jumio_model::api::GetRules;
/// use jumio_model::{AccountId, WorkflowExecutionId};
///
/// let call = GetRules::new(AccountId::new("a-1"), WorkflowExecutionId::new("w-1"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetRules {
    /// The account.
    pub account: AccountId,
    /// The transaction.
    pub execution: WorkflowExecutionId,
}

impl GetRules {
    /// The call.
    pub fn new(account: AccountId, execution: WorkflowExecutionId) -> Self {
        Self { account, execution }
    }
}

/// The rules that fired: free JSON, since no source shows it (protocol 7.8; the portal's rules have category,
/// description, labels, expression, name and score, vocabulary 5). Silent in `Debug`.
///
/// ```
/// use jumio_model::RulesReply;
///
/// let reply: RulesReply = jumio_model::from_slice(br#"{"rules":[]}"#)?;
/// assert!(reply.as_value()["rules"].is_array());
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct RulesReply(Value);

impl RulesReply {
    /// The JSON as it came.
    pub fn as_value(&self) -> &Value {
        &self.0
    }
}

impl fmt::Debug for RulesReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RulesReply(…)")
    }
}

#[cfg(feature = "endpoint")]
impl Endpoint for GetRules {
    const NAME: &'static str = "get_rules";
    const METHOD: http::Method = http::Method::GET;
    const PATH: &'static str = "/api/v1/accounts/{accountId}/workflow-executions/{workflowExecutionId}/rules";
    const ROLE: Role = Role::Retrieval;
    const ACCESS: Access = Access::AccessToken;
    const REPEAT: Repeat = Repeat::Safe;
    type Reply = crate::Raw<RulesReply>;

    fn target(&self) -> Target<'_> {
        Target::template([self.account.as_str(), self.execution.as_str()])
    }

    #[inline]
    fn decode(&self, body: &[u8]) -> Result<Self::Reply, crate::ReadError> {
        crate::from_slice(body)
    }
}
