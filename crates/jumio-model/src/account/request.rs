//! The body of the account calls (protocol 3.1, 3.2).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use serde_with::skip_serializing_none;

use crate::host;
use crate::invalid::InvalidRequest;
use crate::redact::{Present, Silent};
use crate::{
    Country, CredentialCategory, CustomerInternalReference, DocumentType, PredefinedType, TokenLifetime, UserReference,
    WorkflowKey,
};

/// What `POST /api/v1/accounts` and `PUT /api/v1/accounts/{accountId}` carry. Every call opens a chargeable transaction.
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
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AccountRequest {
    /// The caller's reference of the transaction; required.
    pub customer_internal_reference: CustomerInternalReference,
    /// Which workflow, and what it needs to know.
    pub workflow_definition: WorkflowDefinition,
    /// The caller's reference of the person.
    pub user_reference: Option<UserReference>,
    /// Free text for the caller's reports, 1 to 255 characters.
    pub reporting_criteria: Option<String>,
    /// Where Jumio reports the end of this transaction. Without it the portal's setting holds.
    pub callback_url: Option<CallbackUrl>,
    /// How long the transaction waits for its person. Without it the portal's setting holds, 30 minutes by default.
    pub token_lifetime: Option<TokenLifetime>,
}

impl AccountRequest {
    /// Doc Proof: one document of one type from one country, stored and not checked (workflow 10170).
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] where the document type is only a marker that cannot be asked for.
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
        Ok(Self {
            customer_internal_reference: reference,
            workflow_definition: WorkflowDefinition { key, credentials: Some(vec![credential]), capabilities: None },
            user_reference: None,
            reporting_criteria: None,
            callback_url: None,
            token_lifetime: None,
        })
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
}

impl fmt::Debug for AccountRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountRequest")
            .field("customer_internal_reference", &self.customer_internal_reference)
            .field("workflow_definition", &self.workflow_definition)
            .field("user_reference", &self.user_reference)
            .field("reporting_criteria", &Present(self.reporting_criteria.is_some()))
            .field("callback_url", &self.callback_url)
            .field("token_lifetime", &self.token_lifetime)
            .finish()
    }
}

/// Which workflow runs, and with what (`workflowDefinition`).
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
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

/// One credential that the workflow will collect (protocol 3.2).
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CredentialRequest {
    /// What kind of evidence.
    pub category: CredentialCategory,
    /// A label that replies echo.
    pub label: Option<String>,
    /// From which country.
    pub country: Option<Preset<Country>>,
    /// Of which type: for a DOCUMENT the codes of [`DocumentType`].
    #[serde(rename = "type")]
    pub document_type: Option<Preset<DocumentType>>,
}

impl CredentialRequest {
    /// A document. Jumio demands exactly one country and exactly one type (protocol 3.2).
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] where the type is only a marker that cannot be asked for.
    pub fn document(country: Country, document_type: DocumentType) -> Result<Self, InvalidRequest> {
        if document_type.info().is_some_and(|info| !info.requestable) {
            let rule = "names a marker that cannot be asked for";
            return Err(InvalidRequest::new("type.values", rule, document_type.as_str()));
        }
        if !is_code(country.as_str(), 3..=3) {
            let rule = "must be an ISO 3166-1 alpha-3 code, such as USA";
            return Err(InvalidRequest::new("country.values", rule, country.as_str()));
        }
        if !is_code(document_type.as_str(), 1..=10) {
            let rule = "must be a document code of 1 to 10 letters or digits, such as BS";
            return Err(InvalidRequest::new("type.values", rule, document_type.as_str()));
        }
        Ok(Self {
            category: CredentialCategory::Document,
            label: None,
            country: Some(Preset::defined(country)),
            document_type: Some(Preset::defined(document_type)),
        })
    }
}

fn is_code(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A value chosen before the person starts.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Preset<T> {
    /// Whether the person may change it. Absent means [`PredefinedType::Defined`].
    pub predefined_type: Option<PredefinedType>,
    /// The values; exactly one for a DOCUMENT.
    pub values: Vec<T>,
}

impl<T> Preset<T> {
    /// One value that the person cannot change.
    pub fn defined(value: T) -> Self {
        Self { predefined_type: Some(PredefinedType::Defined), values: vec![value] }
    }
}

/// Where Jumio reports the end of a transaction (`callbackUrl`, protocol 6.1). `Debug` hides path and query, which may
/// carry a secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallbackUrl(Box<str>);

// Jumio appends these to redirects and reserves them (protocol 6.1, 10.2).
const RESERVED: &[&str] = &[
    "accountId",
    "workflowExecutionId",
    "customerInternalReference",
    "acquisitionStatus",
    "errorCode",
    "publicErrorCode",
    "transactionReference",
    "transactionStatus",
    "jumioIdScanReference",
    "idScanStatus",
];

impl CallbackUrl {
    /// Takes a URL that keeps Jumio's rules: `https`, at most 255 ASCII characters, a host name of the customer's own, no
    /// IP address, no port, no fragment, no user part, none of the query parameters that Jumio reserves.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] with the rule that it breaks.
    pub fn new(url: &str) -> Result<Self, InvalidRequest> {
        let fail = |rule| Err(InvalidRequest::new("callbackUrl", rule, url));
        let Some(rest) = url.strip_prefix("https://") else {
            return fail("must begin with https://");
        };
        if url.len() > 255 {
            return fail("must have at most 255 characters");
        }
        if !host::is_plain(url) {
            return fail("must be ASCII without blanks or any of \\ < > \" `; write a host name in Punycode");
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return fail("must not contain a user part");
        }
        if host::is_ip(authority) {
            return fail("must name a host, not an IP address");
        }
        if authority.contains(':') {
            return fail("must not name a port");
        }
        if !authority.contains('.') || authority.split('.').any(str::is_empty) {
            return fail("must name a complete host, such as kyc.example.com");
        }
        if url.contains('#') {
            return fail("must not have a fragment");
        }
        let query = url.split_once('?').map_or("", |(_, query)| query);
        if query.split('&').any(|pair| RESERVED.contains(&pair.split('=').next().unwrap_or_default())) {
            return fail("must not use a query parameter that Jumio reserves, such as accountId");
        }
        Ok(Self(url.into()))
    }

    /// Takes a URL on this machine, for a simulator. Jumio itself refuses it.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] where the host is not `localhost`, `127.x.x.x` or `[::1]`.
    pub fn loopback(url: &str) -> Result<Self, InvalidRequest> {
        let fail = |rule| Err(InvalidRequest::new("callbackUrl", rule, url));
        let Some(rest) = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")) else {
            return fail("must begin with http:// or https://");
        };
        if url.len() > 255 || !host::is_plain(url) {
            return fail("must have at most 255 ASCII characters, and none of \\ < > \" `");
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if host::is_loopback(authority) {
            Ok(Self(url.into()))
        } else {
            fail("must name this machine: localhost, 127.0.0.1 or [::1]")
        }
    }

    /// The URL as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CallbackUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CallbackUrl").field(&Silent(&self.0)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::CallbackUrl;

    #[test]
    fn the_rules_of_a_callback_url() {
        for good in ["https://kyc.example.com/jumio", "https://kyc.example.com/cb?token=abc"] {
            assert!(CallbackUrl::new(good).is_ok(), "{good}");
        }
        let long = format!("https://kyc.example.com/{}", "x".repeat(255));
        for bad in [
            "http://kyc.example.com/",
            "https://10.0.0.1/cb",
            "https://[::1]/cb",
            "https://kyc.example.com:8443/cb",
            "https://kyc.example.com/cb#x",
            "https://user@kyc.example.com/cb",
            "https://kyc.example.com/cb?a=1&accountId=2",
            "https://localhost/cb",
            "https://127.1/cb",
            "https://0x7f.1/cb",
            "https://kyc.example.com\\x/cb",
            "https://kyc.exämple.com/",
            long.as_str(),
        ] {
            assert!(CallbackUrl::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn loopback_is_by_name_only() {
        for good in ["http://127.0.0.1:8080/cb", "http://localhost/cb", "http://[::1]:9/cb"] {
            assert!(CallbackUrl::loopback(good).is_ok(), "{good}");
        }
        for bad in [
            "http://127.0.0.1.evil.example/",
            "http://10.0.0.1/",
            "http://a@evil.example/",
            "ftp://localhost/",
            "http://localhost:x@evil.example/",
            "http://127.0.0.1:80@evil.example/",
            "http://[::1]@evil.example/",
            "http://[::1].evil.example/",
            "http://localhost:",
            "http://localhost:8x/",
        ] {
            assert!(CallbackUrl::loopback(bad).is_err(), "{bad}");
        }
    }
}
