//! `PUT /api/v1/accounts/{accountId}/workflow-executions/{workflowExecutionId}` on the api host: collecting is done
//! (protocol 5).

use crate::TransactionToken;
#[cfg(feature = "endpoint")]
use crate::endpoint::{Access, Content, Endpoint, Repeat, Role, Target};

/// Says that every part is in; Jumio begins to work: PUT on the transaction's URL (protocol 5). Only for the API
/// channel: the hosted page and the SDKs finalize themselves. Without it the transaction expires. How sure: documented
/// and seen.
///
/// Chosen: repeatable, since it adds nothing and opens nothing. What a second one answers is not documented.
///
/// ```
/// use jumio_model::TransactionToken;
/// use jumio_model::api::Finalize;
///
/// // Both come from one credential of the account reply (`api.workflowExecution`, `api.token`).
/// let call = Finalize::new("https://api.emea-1.jumio.ai/x", TransactionToken::new("TRANSACTION_TOKEN"));
/// assert_eq!(call.href(), "https://api.emea-1.jumio.ai/x");
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Finalize {
    href: String,
    token: TransactionToken,
}

impl Finalize {
    /// The call: the transaction's URL and a token from any of its credentials.
    pub fn new(href: impl Into<String>, token: TransactionToken) -> Self {
        Self { href: href.into(), token }
    }

    /// The transaction's URL on the api host (`api.workflowExecution`).
    pub fn href(&self) -> &str {
        &self.href
    }

    /// The transaction token.
    pub fn token(&self) -> &TransactionToken {
        &self.token
    }
}

#[cfg(feature = "endpoint")]
impl Endpoint for Finalize {
    const NAME: &'static str = "finalize";
    const METHOD: http::Method = http::Method::PUT;
    const PATH: &'static str = "/api/v1/accounts/{accountId}/workflow-executions/{workflowExecutionId}";
    const ROLE: Role = Role::Api;
    const ACCESS: Access = Access::TransactionToken;
    const REPEAT: Repeat = Repeat::Safe;
    type Reply = crate::Raw<crate::FinalizeReply>;

    fn target(&self) -> Target<'_> {
        Target::Href(&self.href)
    }

    // No body and `{}` with a JSON content type are both accepted live; the guides ask for a content type on the call
    // (protocol 2.4), so `{}` is what is written.
    fn body(&self) -> Result<Option<Content>, crate::InvalidRequest> {
        Content::json("finalize", &serde_json::Map::new()).map(Some)
    }

    fn transaction_token(&self) -> Option<&TransactionToken> {
        Some(&self.token)
    }

    #[inline]
    fn decode(&self, body: &[u8]) -> Result<Self::Reply, crate::ReadError> {
        crate::api::upload::decode_or_empty(body)
    }
}
