//! The result of a transaction: `GET …/workflow-executions/{workflowExecutionId}` on the retrieval host (protocol 7.2).

pub(crate) mod extras;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::{serde_as, skip_serializing_none};

use crate::lenient::{ClassifierText, List, ListsByName, Object, Scalars, Text};

use crate::redact::Silent;
use crate::vocabulary::CaptureType;
use crate::{
    AccountRef, Capability, CapabilityName, Consent, CredentialCategory, CredentialConsent, CredentialId, Decision,
    Feedback, ReusableIdentity, Timestamp, WorkflowExecutionId, WorkflowStatus,
};

/// Everything Jumio says of a transaction (protocol 7.2). Ask for it wrapped in [`Raw`](crate::Raw) to keep what this
/// version does not know. Data may be erased minutes after completion (protocol trap 24).
///
/// How sure: documented and seen, for Doc Proof and for IDs, but for what a member says of itself. No source shows a
/// transaction that is still running, nor a live one with the data of a document (vocabulary 10.2).
///
/// A member that is missing or came in another shape than documented reads as absent or empty and never costs the rest.
///
/// ```
/// use jumio_model::{CredentialCategory, Raw, WorkflowDetails};
///
/// let body = br#"{"workflow":{"id":"w","status":"PROCESSED","definitionKey":"10170"},"account":{"id":"a"},
///     "credentials":[{"id":"c","category":"DOCUMENT","parts":[{"classifier":"1","href":"https://h/parts/1"}]}],
///     "decision":{"type":"PASSED","details":{"label":"PASSED"},"risk":{"score":0.0}},"capabilities":{}}"#;
/// let details: Raw<WorkflowDetails> = jumio_model::from_slice(body)?;
/// assert!(details.workflow.status.is_terminal());
/// let mut documents = details.credentials.iter().filter(|one| one.category == CredentialCategory::Document);
/// assert_eq!(documents.next().unwrap().parts[0].href.as_deref(), Some("https://h/parts/1"));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WorkflowDetails {
    /// The transaction. Called `workflow` here and `workflowExecution` everywhere else (protocol trap 10).
    pub workflow: WorkflowRef,
    /// The person's account.
    pub account: AccountRef,
    /// When the transaction was opened.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// When collecting began; absent where it never did.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub started_at: Option<Timestamp>,
    /// When the transaction ended.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub completed_at: Option<Timestamp>,
    /// When its data was erased. How sure: one sample, and one tenant whose data went some 14 minutes after the end.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub wiped_out_at: Option<Timestamp>,
    /// What was collected.
    #[serde_as(deserialize_as = "List")]
    #[serde(default)]
    pub credentials: Vec<DetailsCredential>,
    /// The decision; absent on workflows below 10000 (and in one sample of 10003), and while there is none.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub decision: Option<Decision>,
    /// Where the steps can be fetched; absent where the decision is.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub steps: Option<WorkflowSteps>,
    /// What ran, by capability name; empty for Doc Proof. Each name carries a list.
    #[serde_as(deserialize_as = "ListsByName")]
    #[serde(default)]
    pub capabilities: BTreeMap<CapabilityName, Vec<Capability>>,
    /// Members whose shape no source shows (protocol 7.2): kept as they came.
    pub rules: Option<Value>,
    /// As `rules`: drop-off data and the like.
    pub capture_client: Option<Value>,
    /// What the customer told Jumio of the decision afterwards. How sure: one sample.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub feedback: Option<Feedback>,
    /// The person's consent, only where enabled for the tenant (documented).
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub consent: Option<Consent>,
}

impl fmt::Debug for WorkflowDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowDetails")
            .field("workflow", &self.workflow)
            .field("account", &self.account)
            .field("created_at", &self.created_at)
            .field("started_at", &self.started_at)
            .field("completed_at", &self.completed_at)
            .field("wiped_out_at", &self.wiped_out_at)
            .field("credentials", &self.credentials)
            .field("decision", &self.decision)
            .field("capabilities", &self.capabilities)
            .finish_non_exhaustive()
    }
}

/// The transaction as the details name it (`workflow`, protocol 7.2).
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WorkflowRef {
    /// The transaction's id.
    #[serde(default)]
    pub id: WorkflowExecutionId,
    /// Where it stands; an empty one, which means "still running", where the reply has none.
    #[serde(default)]
    pub status: WorkflowStatus,
    /// The workflow that ran, always a string. May differ from the key that was asked for (vocabulary 1).
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub definition_key: Option<String>,
    /// The key that was asked for, where support remapped it. How sure: this member and the ones from
    /// `reporting_criteria` on are in one sample of the OpenAPI page, and their meaning is read off their names.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub original_definition_key: Option<String>,
    /// The caller's reference of the person, if one was sent.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub user_reference: Option<String>,
    /// The caller's reference of the transaction.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub customer_internal_reference: Option<String>,
    /// The caller's text for reports.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub reporting_criteria: Option<String>,
    /// The transaction that this one follows.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub parent_id: Option<WorkflowExecutionId>,
    /// The transactions that follow this one.
    #[serde_as(deserialize_as = "Scalars")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub child_ids: Vec<WorkflowExecutionId>,
}

impl fmt::Debug for WorkflowRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowRef")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("definition_key", &self.definition_key)
            .field("original_definition_key", &self.original_definition_key)
            .field("user_reference", &self.user_reference.as_deref().map(Silent))
            .field("customer_internal_reference", &self.customer_internal_reference.as_deref().map(Silent))
            .field("parent_id", &self.parent_id)
            .field("child_ids", &self.child_ids)
            .finish_non_exhaustive()
    }
}

/// Where the steps can be fetched (`steps`, protocol 7.2).
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WorkflowSteps {
    /// The URL on the retrieval host.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub href: Option<String>,
}

/// One credential that was asked for (`credentials[]`, protocol 7.3). How sure: id, category and parts are documented
/// and seen; each of the others stands on one page.
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DetailsCredential {
    /// The credential's id; empty where the reply has none.
    #[serde(default)]
    pub id: CredentialId,
    /// What kind of evidence; an empty one where the reply has none.
    #[serde(default)]
    pub category: CredentialCategory,
    /// The label of the request, echoed.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub label: Option<String>,
    /// What was uploaded; absent where nothing was, or where it was erased.
    #[serde_as(deserialize_as = "List")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<DetailsPart>,
    /// The person's address on the network, where reported.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub client_ip: Option<String>,
    /// Reuse of an earlier identity, where reported.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub reusable_identity: Option<ReusableIdentity>,
    /// The person's consent to this credential, where reported.
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub consent: Option<CredentialConsent>,
}

impl fmt::Debug for DetailsCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DetailsCredential")
            .field("id", &self.id)
            .field("category", &self.category)
            .field("parts", &self.parts)
            .finish_non_exhaustive()
    }
}

/// One uploaded part (`credentials[].parts[]`, protocol 7.3, 7.9). How sure: documented and seen; pages beyond `1` are
/// inferred.
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DetailsPart {
    /// Which part: `FRONT`, `FACE`, …; the page number as a string for a document.
    #[serde_as(deserialize_as = "ClassifierText")]
    #[serde(default)]
    pub classifier: Option<String>,
    /// Where its bytes can be fetched; absent for a face map (seen).
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub href: Option<String>,
    /// How it was taken. How sure: one sample value, and two more in prose whose spelling on the wire is not known.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub capture_type: Option<CaptureType>,
}
