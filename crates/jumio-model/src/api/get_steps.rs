//! `GET …/workflow-executions/{workflowExecutionId}/steps` on the retrieval host: how each step of a transaction went
//! (protocol 7.8).

use serde::{Deserialize, Serialize};
use serde_with::{serde_as, skip_serializing_none};

#[cfg(feature = "endpoint")]
use crate::endpoint::{Access, Endpoint, Repeat, Role, Target};
use crate::lenient::{List, Object, Text, Texts};
use crate::vocabulary::StepName;
use crate::{AccountId, Decision, WorkflowExecutionId};

/// Asks how each step went (protocol 7.8). 404 for workflows below 10000. How sure: documented in the guide of 2022,
/// with samples.
///
/// ```
/// use jumio_model::api::GetSteps;
/// use jumio_model::{AccountId, WorkflowExecutionId};
///
/// let call = GetSteps::new(AccountId::new("a-1"), WorkflowExecutionId::new("w-1"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetSteps {
    /// The account.
    pub account: AccountId,
    /// The transaction.
    pub execution: WorkflowExecutionId,
}

impl GetSteps {
    /// The call.
    pub fn new(account: AccountId, execution: WorkflowExecutionId) -> Self {
        Self { account, execution }
    }
}

/// The steps of a transaction (protocol 7.8). How sure: samples of the guide of 2022.
///
/// ```
/// use jumio_model::StepsReply;
/// use jumio_model::vocabulary::StepName;
///
/// let reply: StepsReply = jumio_model::from_slice(
///     br#"{"steps":[{"id":"s","name":"ID_IV","capabilityIds":["u"],"decision":{"type":"PASSED"}}]}"#,
/// )?;
/// assert_eq!(reply.steps[0].name, Some(StepName::IdIv));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct StepsReply {
    /// One entry for each step. No page names the steps of Doc Proof.
    #[serde_as(deserialize_as = "List")]
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// How one step went (`steps[]`).
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Step {
    /// The step's id.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub id: Option<String>,
    /// What kind of step; custom workflows have names of their own.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub name: Option<StepName>,
    /// The runs that it is made of, by the ids of the details' capabilities.
    #[serde_as(deserialize_as = "Texts")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capability_ids: Vec<String>,
    /// What came of it. The reasons of a refused authentication stand here alone (vocabulary 4.1).
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub decision: Option<Decision>,
}

#[cfg(feature = "endpoint")]
impl Endpoint for GetSteps {
    const NAME: &'static str = "get_steps";
    const METHOD: http::Method = http::Method::GET;
    const PATH: &'static str = "/api/v1/accounts/{accountId}/workflow-executions/{workflowExecutionId}/steps";
    const ROLE: Role = Role::Retrieval;
    const ACCESS: Access = Access::AccessToken;
    const REPEAT: Repeat = Repeat::Safe;
    type Reply = crate::Raw<StepsReply>;

    fn target(&self) -> Target<'_> {
        Target::template([self.account.as_str(), self.execution.as_str()])
    }

    #[inline]
    fn decode(&self, body: &[u8]) -> Result<Self::Reply, crate::ReadError> {
        crate::from_slice(body)
    }
}
