//! The body of the account calls (protocol 3.1 to 3.4).

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use serde_with::skip_serializing_none;

use crate::invalid::InvalidRequest;
use crate::redact::Present;
use crate::{
    Country, CustomerInternalReference, DocumentType, ReportingCriteria, TokenLifetime, UserConsent, UserReference,
    WebRequest, WorkflowKey,
};

pub use super::credential::{CredentialRequest, Preset};
pub use super::urls::CallbackUrl;

/// What `POST /api/v1/accounts` and `PUT /api/v1/accounts/{accountId}` carry (protocol 3.1). Every call opens a
/// chargeable transaction. How sure: documented, but for what a member says of itself.
///
/// ```
/// use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, TokenLifetime};
///
/// let reference = CustomerInternalReference::new("order-17")?;
/// let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT)?
///     .with_token_lifetime(TokenLifetime::parse("2h")?);
/// # Ok::<(), jumio_model::InvalidRequest>(())
/// ```
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AccountRequest {
    /// The caller's reference of the transaction; required.
    pub customer_internal_reference: CustomerInternalReference,
    /// Which workflow, and what it needs to know.
    pub workflow_definition: WorkflowDefinition,
    /// The caller's reference of the person.
    pub user_reference: Option<UserReference>,
    /// Free text for the caller's reports.
    pub reporting_criteria: Option<ReportingCriteria>,
    /// Where Jumio reports the end of this transaction. Without it the portal's setting holds.
    pub callback_url: Option<CallbackUrl>,
    /// How long the transaction waits for its person. Without it the portal's setting holds, 30 minutes by default.
    pub token_lifetime: Option<TokenLifetime>,
    /// The hosted page's language and where it sends the person. Without it the portal's settings hold.
    pub web: Option<WebRequest>,
    /// Where the person is, and what they agreed to. Not needed for Doc Proof (protocol 3.4).
    pub user_consent: Option<UserConsent>,
    /// The tenant's settings that this transaction overrides. Every value is text, `"true"` and `"false"` included
    /// (protocol trap 22). The account page says that there is such an object; the keys come from one sample by one of
    /// Jumio's people.
    pub override_settings: Option<BTreeMap<String, String>>,
}

impl AccountRequest {
    /// Any workflow, with nothing preset. Where the workflow takes a document, add exactly one country and type with
    /// [`with_credential`](Self::with_credential) and [`CredentialRequest::document`].
    pub fn new(key: WorkflowKey, reference: CustomerInternalReference) -> Self {
        Self {
            customer_internal_reference: reference,
            workflow_definition: WorkflowDefinition { key, credentials: None, capabilities: None },
            user_reference: None,
            reporting_criteria: None,
            callback_url: None,
            token_lifetime: None,
            web: None,
            user_consent: None,
            override_settings: None,
        }
    }

    /// Doc Proof: one document of one type from one country, stored and not checked (workflow 10170, protocol 3.6; the
    /// quickstart's request).
    ///
    /// # Errors
    ///
    /// As [`CredentialRequest::document`].
    pub fn doc_proof(
        reference: CustomerInternalReference,
        country: Country,
        document_type: DocumentType,
    ) -> Result<Self, InvalidRequest> {
        Self::document(WorkflowKey::DOC_PROOF, reference, country, document_type)
    }

    /// One document in any workflow that takes one: a tenant's own, or [`WorkflowKey::DOCUMENT_VERIFICATION`].
    ///
    /// # Errors
    ///
    /// As [`doc_proof`](Self::doc_proof).
    pub fn document(
        key: WorkflowKey,
        reference: CustomerInternalReference,
        country: Country,
        document_type: DocumentType,
    ) -> Result<Self, InvalidRequest> {
        let credential = CredentialRequest::document(country, document_type)?;
        Ok(Self::new(key, reference).with_credential(credential))
    }

    /// Adds a credential to collect, or one to link.
    #[must_use]
    pub fn with_credential(mut self, credential: CredentialRequest) -> Self {
        self.workflow_definition.credentials.get_or_insert_default().push(credential);
        self
    }

    /// Sets what a capability needs to know, such as `watchlistScreening`. The sources disagree on the members
    /// (protocol 3.3), so they are free JSON.
    #[must_use]
    pub fn with_capability(mut self, name: impl Into<String>, settings: Value) -> Self {
        self.workflow_definition.capabilities.get_or_insert_default().insert(name.into(), settings);
        self
    }

    /// Sets the caller's reference of the person.
    #[must_use]
    pub fn with_user_reference(mut self, reference: UserReference) -> Self {
        self.user_reference = Some(reference);
        self
    }

    /// Sets where Jumio reports the end of this transaction.
    #[must_use]
    pub fn with_callback_url(mut self, url: CallbackUrl) -> Self {
        self.callback_url = Some(url);
        self
    }

    /// Sets how long the transaction waits for its person.
    #[must_use]
    pub fn with_token_lifetime(mut self, lifetime: TokenLifetime) -> Self {
        self.token_lifetime = Some(lifetime);
        self
    }

    /// Sets free text for the caller's reports.
    #[must_use]
    pub fn with_reporting_criteria(mut self, criteria: ReportingCriteria) -> Self {
        self.reporting_criteria = Some(criteria);
        self
    }

    /// Sets the hosted page's language and where it sends the person.
    #[must_use]
    pub fn with_web(mut self, web: WebRequest) -> Self {
        self.web = Some(web);
        self
    }

    /// Sets where the person is, and what they agreed to.
    #[must_use]
    pub fn with_user_consent(mut self, consent: UserConsent) -> Self {
        self.user_consent = Some(consent);
        self
    }

    /// Overrides one of the tenant's settings, such as `forceCrossDevice` with `true`. See
    /// [`override_settings`](Self::override_settings) for how sure.
    #[must_use]
    pub fn with_override(mut self, setting: impl Into<String>, value: impl ToString) -> Self {
        self.override_settings.get_or_insert_default().insert(setting.into(), value.to_string());
        self
    }
}

impl fmt::Debug for AccountRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountRequest")
            .field("customer_internal_reference", &self.customer_internal_reference)
            .field("workflow_definition", &self.workflow_definition)
            .field("user_reference", &self.user_reference)
            .field("reporting_criteria", &self.reporting_criteria)
            .field("callback_url", &self.callback_url)
            .field("token_lifetime", &self.token_lifetime)
            .field("web", &self.web)
            .field("user_consent", &self.user_consent)
            .field("override_settings", &self.override_settings.as_ref().map(BTreeMap::keys))
            .finish()
    }
}

/// Which workflow runs, and with what (`workflowDefinition`, protocol 3.1 to 3.3).
///
/// ```
/// use jumio_model::{AccountRequest, CustomerInternalReference, WorkflowKey};
///
/// let reference = CustomerInternalReference::new("order-17")?;
/// let request = AccountRequest::new(WorkflowKey::number(10010), reference)
///     .with_capability("watchlistScreening", serde_json::json!({"searchProfile": "profile-1"}));
/// assert!(request.workflow_definition.credentials.is_none());
/// # Ok::<(), jumio_model::InvalidRequest>(())
/// ```
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WorkflowDefinition {
    /// The workflow.
    pub key: WorkflowKey,
    /// What will be collected. Required for workflows with a document, optional otherwise.
    pub credentials: Option<Vec<CredentialRequest>>,
    /// Settings per capability. The sources disagree on their members (protocol 3.3), so they stay free JSON.
    pub capabilities: Option<Map<String, Value>>,
}

impl fmt::Debug for WorkflowDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowDefinition")
            .field("key", &self.key)
            .field("credentials", &self.credentials)
            .field("capabilities", &Present(self.capabilities.is_some()))
            .finish()
    }
}
