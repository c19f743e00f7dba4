//! The transaction at Jumio: its names, and the links and tokens that the account reply gave for it.

use chrono::{DateTime, Utc};
use jumio_model::{
    AccountId, AccountReply, ApiAccess, CredentialReply, PartLinks, SdkToken, TransactionToken, WebLink,
    WorkflowExecutionId,
};
use serde::{Deserialize, Serialize};

/// The transaction at Jumio. Its secrets are dropped when the flow ends.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Transaction {
    /// The account.
    pub account: AccountId,
    /// The transaction.
    pub execution: WorkflowExecutionId,
    /// When it was opened, by the host's clock; `None` where another system opened it, or the answer was lost.
    pub opened_at: Option<DateTime<Utc>>,
    /// Where and with what to act on it; `None` once the flow ended, and where it never came to us.
    pub access: Option<TransactionAccess>,
}

/// The links and tokens of an open transaction: secrets, all of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TransactionAccess {
    /// Where the document goes, and with which token.
    pub document: Option<(String, TransactionToken)>,
    /// Where prepared data goes, and with which token.
    pub prepared_data: Option<(String, TransactionToken)>,
    /// Where finalize goes, and with which token.
    pub finalize: Option<(String, TransactionToken)>,
    /// The hosted page.
    pub web: Option<WebLink>,
    /// The SDK's way in.
    pub sdk: Option<SdkToken>,
}

impl Transaction {
    /// One whose links and tokens never came to us.
    pub(super) fn without_access(account: AccountId, execution: WorkflowExecutionId) -> Self {
        Self { account, execution, opened_at: None, access: None }
    }

    pub(super) fn new(reply: &AccountReply, opened_at: DateTime<Utc>) -> Self {
        let api = |credential: Option<&CredentialReply>| credential.and_then(|c| c.api.clone());
        let document = api(reply.document());
        let data = api(reply.data());
        let part = |api: &Option<ApiAccess>, url: fn(&PartLinks) -> Option<&str>| {
            let api = api.as_ref()?;
            Some((url(&api.parts)?.to_owned(), api.token.clone()?))
        };
        let finalize = [&document, &data]
            .into_iter()
            .flatten()
            .find_map(|api| Some((api.workflow_execution.clone()?, api.token.clone()?)));
        let access = TransactionAccess {
            document: part(&document, |parts| parts.document()),
            prepared_data: part(&data, |parts| parts.prepared_data()),
            finalize,
            web: reply.web.as_ref().and_then(|web| web.href.clone()),
            sdk: reply.sdk.as_ref().and_then(|sdk| sdk.token.clone()),
        };
        Self {
            account: reply.account.id.clone(),
            execution: reply.workflow_execution.id.clone(),
            opened_at: Some(opened_at),
            access: Some(access),
        }
    }
}
