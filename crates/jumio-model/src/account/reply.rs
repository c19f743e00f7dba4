//! What the account calls answer (protocol 3.5).

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_with::{DefaultOnNull, serde_as, skip_serializing_none};

use crate::{
    AccountId, Channel, CredentialCategory, CredentialId, SdkToken, Timestamp, TransactionToken, WebLink,
    WorkflowExecutionId,
};

/// The reply to create and update: ids, and one way in per channel.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AccountReply {
    /// When Jumio answered.
    pub timestamp: Option<Timestamp>,
    /// The person's account.
    pub account: AccountRef,
    /// The hosted page; only where the web channel is allowed and the portal has a domain prefix.
    pub web: Option<WebAccess>,
    /// The SDK's way in; only where the workflow allows the channel.
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

    fn credential(&self, category: &CredentialCategory) -> Option<&CredentialReply> {
        self.workflow_execution.credentials.iter().find(|credential| credential.category == *category)
    }
}

/// An account as replies name it.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AccountRef {
    /// The account's id.
    pub id: AccountId,
    /// The account's URL on the retrieval host, where the reply gives one.
    pub href: Option<String>,
}

/// The hosted page (`web`).
#[skip_serializing_none]
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebAccess {
    /// The link to hand to the person, verbatim.
    pub href: WebLink,
    /// Where the person lands after success, where configured.
    pub success_url: Option<String>,
    /// Where the person lands after an error, where configured.
    pub error_url: Option<String>,
}

impl fmt::Debug for WebAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebAccess").field("href", &self.href).finish_non_exhaustive()
    }
}

/// The SDK's way in (`sdk`).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SdkAccess {
    /// The token with which the SDK starts. A secret.
    pub token: SdkToken,
}

/// The transaction (`workflowExecution`).
#[serde_as]
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExecutionReply {
    /// The transaction's id.
    pub id: WorkflowExecutionId,
    /// What will be collected. 10170 lists DATA before DOCUMENT; pick by category.
    #[serde_as(deserialize_as = "DefaultOnNull")]
    #[serde(default)]
    pub credentials: Vec<CredentialReply>,
}

/// One credential to collect.
#[serde_as]
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CredentialReply {
    /// The credential's id.
    pub id: CredentialId,
    /// What kind of evidence.
    pub category: CredentialCategory,
    /// The label of the request, echoed.
    pub label: Option<String>,
    /// By which channels it may be collected.
    #[serde_as(deserialize_as = "DefaultOnNull")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_channels: Vec<Channel>,
    /// The API's way in; only where `API` is among the channels.
    pub api: Option<ApiAccess>,
}

/// How to collect a credential through the API (`credentials[].api`).
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ApiAccess {
    /// The transaction token for uploads and finalize. Absent in some upload replies.
    pub token: Option<TransactionToken>,
    /// Where each part goes.
    #[serde_as(deserialize_as = "DefaultOnNull")]
    #[serde(default)]
    pub parts: PartLinks,
    /// The transaction's URL on the API host: PUT finalizes it.
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

/// Part name to URL: flat (`{"document": url}`), nested (`{"document": {"1": url}}`) or empty (protocol 4.3).
///
/// Names are lower case here (`document`, `prepared_data`) although the URLs' classifiers are upper case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PartLinks(BTreeMap<String, serde_json::Value>);

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
