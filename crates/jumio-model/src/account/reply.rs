//! What the account calls answer (protocol 3.5).

use std::collections::BTreeMap;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_with::{serde_as, skip_serializing_none};

use crate::lenient::{List, Object, Scalars, Text, Values};
use crate::redact::{Present, Silent};

use crate::{
    AccountId, Channel, CredentialCategory, CredentialId, SdkToken, Timestamp, TransactionToken, WebLink,
    WorkflowExecutionId,
};

/// The reply to create and update: ids, and one way in per channel (protocol 3.5). How sure: quickstart, guide and live
/// traffic agree; which channels stand there depends on workflow and tenant.
///
/// Only the two ids are required: they name a chargeable transaction. A channel that came in another shape than documented
/// reads as one that is not there; the text keeps it.
///
/// ```
/// use jumio_model::{AccountReply, Raw};
///
/// let body = br#"{"account":{"id":"a"},"workflowExecution":{"id":"w","credentials":[
///     {"id":"c-1","category":"DATA","allowedChannels":["API"]},
///     {"id":"c-2","category":"DOCUMENT","allowedChannels":["WEB","API"],"api":{"token":"TRANSACTION_TOKEN",
///         "parts":{"document":"https://api.emea-1.jumio.ai/x/parts"},
///         "workflowExecution":"https://api.emea-1.jumio.ai/x"}}]}}"#;
/// let reply: Raw<AccountReply> = jumio_model::from_slice(body)?;
/// let api = reply.document().and_then(|credential| credential.api.as_ref()).unwrap();
/// assert_eq!(api.parts.document(), Some("https://api.emea-1.jumio.ai/x/parts"));
/// assert_eq!(api.workflow_execution.as_deref(), Some("https://api.emea-1.jumio.ai/x")); // PUT here finalizes
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AccountReply {
    /// When Jumio answered.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub timestamp: Option<Timestamp>,
    /// The person's account.
    #[serde(deserialize_with = "with_id")]
    pub account: AccountRef,
    /// The hosted page; only where the web channel is allowed and the portal has a domain prefix (documented).
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub web: Option<WebAccess>,
    /// The SDK's way in; only where the workflow allows the channel (one client says so, no page does).
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub sdk: Option<SdkAccess>,
    /// The transaction that the call opened.
    pub workflow_execution: ExecutionReply,
}

impl AccountReply {
    /// The credential that takes the document, found by category: the order is not fixed (protocol trap 9).
    pub fn document(&self) -> Option<&CredentialReply> {
        self.credential(&CredentialCategory::Document)
    }

    /// The credential that takes prepared data.
    pub fn data(&self) -> Option<&CredentialReply> {
        self.credential(&CredentialCategory::Data)
    }

    /// Every URL that takes a transaction token, with the member that it stands in: where parts go, and where the transaction
    /// is finalized.
    #[cfg(feature = "endpoint")]
    pub(crate) fn links(&self) -> Vec<(String, &str)> {
        let mut links = Vec::new();
        for (at, credential) in self.workflow_execution.credentials.iter().enumerate() {
            let Some(api) = &credential.api else { continue };
            let member = |name: &str| format!("workflowExecution.credentials[{at}].api.{name}");
            links.extend(api.parts.urls().map(|url| (member("parts"), url)));
            links.extend(api.workflow_execution.as_deref().map(|url| (member("workflowExecution"), url)));
        }
        // An empty text leads nowhere, and so nowhere wrong: whoever follows no link is not to lose the transaction for it.
        links.retain(|(_, url)| !url.is_empty());
        links
    }

    fn credential(&self, category: &CredentialCategory) -> Option<&CredentialReply> {
        self.workflow_execution.credentials.iter().find(|credential| credential.category == *category)
    }
}

/// An account as replies name it: with the id alone (protocol 3.5, 4.3, 7.2), or with its URL (callbacks and status,
/// protocol 6.2, 7.1).
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AccountRef {
    /// The account's id; empty where the reply has none, which [`AccountReply`] refuses.
    #[serde(default)]
    pub id: AccountId,
    /// The account's URL on the retrieval host, where the reply gives one. What it answers is documented nowhere.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub href: Option<String>,
}

/// The hosted page (`web`, protocol 3.5, 10.1). How sure: documented; one reply of 2023 had another URL in `href` where
/// the workflow knew the API alone, so its form is not checked.
///
/// ```
/// use jumio_model::WebAccess;
///
/// let body = br#"{"href":"https://acme.web.emea-1.jumio.ai/web/client?authorizationToken=T"}"#;
/// let web: WebAccess = jumio_model::from_slice(body)?;
/// assert!(!format!("{web:?}").contains("authorizationToken"));
/// assert!(web.href.unwrap().expose().ends_with("authorizationToken=T"));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebAccess {
    /// The link to hand to the person, verbatim. A secret.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub href: Option<WebLink>,
    /// Where the person lands after success, where configured.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub success_url: Option<String>,
    /// Where the person lands after an error, where configured.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub error_url: Option<String>,
}

impl fmt::Debug for WebAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebAccess").field("href", &self.href).finish_non_exhaustive()
    }
}

/// The SDK's way in (`sdk`, protocol 3.5).
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SdkAccess {
    /// The token with which the SDK starts. A secret.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub token: Option<SdkToken>,
}

/// The transaction (`workflowExecution`, protocol 3.5).
#[serde_as]
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ExecutionReply {
    /// The transaction's id.
    #[serde(deserialize_with = "not_empty")]
    pub id: WorkflowExecutionId,
    /// What will be collected. 10170 lists DATA before DOCUMENT; pick by category.
    #[serde_as(deserialize_as = "List")]
    #[serde(default)]
    pub credentials: Vec<CredentialReply>,
}

/// One credential to collect (`workflowExecution.credentials[]`, protocol 3.5). A live reply had no more than id and
/// category.
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CredentialReply {
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
    /// From which country, as the guide's table says and no sample shows (protocol 3.5): kept as it came.
    pub country: Option<serde_json::Value>,
    /// Of which type, as `country`.
    #[serde(rename = "type")]
    pub types: Option<serde_json::Value>,
    /// By which channels it may be collected.
    #[serde_as(deserialize_as = "Scalars")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_channels: Vec<Channel>,
    /// The API's way in; only where `API` is among the channels (documented samples).
    #[serde_as(deserialize_as = "Object")]
    #[serde(default)]
    pub api: Option<ApiAccess>,
}

impl fmt::Debug for CredentialReply {
    // The label is the caller's own words, and country and type are free JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialReply")
            .field("id", &self.id)
            .field("category", &self.category)
            .field("label", &self.label.as_deref().map(Silent))
            .field("country", &Present(self.country.is_some()))
            .field("types", &Present(self.types.is_some()))
            .field("allowed_channels", &self.allowed_channels)
            .field("api", &self.api)
            .finish()
    }
}

/// How to collect a credential through the API (`credentials[].api` of an account reply, `api` of an upload's; protocol
/// 3.5, 4.3).
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ApiAccess {
    /// The transaction token for uploads and finalize. Absent in one documented upload reply, there in a live one;
    /// whether it is ever another one than before is not known.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub token: Option<TransactionToken>,
    /// Where each part goes.
    #[serde(default)]
    pub parts: PartLinks,
    /// The transaction's URL on the API host: PUT finalizes it.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub workflow_execution: Option<String>,
}

impl fmt::Debug for ApiAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiAccess")
            .field("token", &self.token)
            .field("parts", &self.parts)
            .field("workflow_execution", &self.workflow_execution)
            .finish()
    }
}

/// Part name to URL: flat (`{"document": url}`), nested (`{"document": {"1": url}}`) or empty (protocol 4.3). How sure:
/// flat in the quickstart and live, nested in one documented sample, empty live after prepared data.
///
/// Names are lower case here (`document`, `prepared_data`) although the URLs' classifiers are upper case.
///
/// ```
/// use jumio_model::PartLinks;
///
/// let nested: PartLinks = jumio_model::from_slice(br#"{"document":{"1":"https://h/1","2":"https://h/2"}}"#)?;
/// assert_eq!((nested.document(), nested.urls().count()), (Some("https://h/1"), 2));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartLinks(#[serde_as(deserialize_as = "Values")] BTreeMap<String, serde_json::Value>);

impl PartLinks {
    /// Where document pages go (`document`).
    pub fn document(&self) -> Option<&str> {
        self.named("document")
    }

    /// Where prepared data goes (`prepared_data`).
    pub fn prepared_data(&self) -> Option<&str> {
        self.named("prepared_data")
    }

    /// The URL of a part, by its lower-case name. Of a nested one, the URL of the first page.
    pub fn named(&self, part: &str) -> Option<&str> {
        match self.0.get(part)? {
            serde_json::Value::String(url) => Some(url),
            serde_json::Value::Object(pages) => pages.get("1").and_then(serde_json::Value::as_str),
            _ => None,
        }
    }

    /// Every URL, flat and nested alike.
    pub fn urls(&self) -> impl Iterator<Item = &str> {
        self.0.values().flat_map(|value| match value {
            serde_json::Value::String(url) => vec![url.as_str()],
            serde_json::Value::Object(pages) => pages.values().filter_map(serde_json::Value::as_str).collect(),
            _ => Vec::new(),
        })
    }
}

/// An account that nobody can name is none.
fn with_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AccountRef, D::Error> {
    let account = AccountRef::deserialize(deserializer)?;
    if account.id.as_str().is_empty() { Err(D::Error::missing_field("id")) } else { Ok(account) }
}

fn not_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<WorkflowExecutionId, D::Error> {
    let id = WorkflowExecutionId::deserialize(deserializer)?;
    if id.as_str().is_empty() { Err(D::Error::missing_field("id")) } else { Ok(id) }
}
