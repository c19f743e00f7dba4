//! `DELETE /api/v1/accounts/{accountId}` on the retrieval host: erases the personal data of an account (protocol 8).

use crate::AccountId;
#[cfg(feature = "endpoint")]
use crate::endpoint::{Access, Endpoint, Repeat, Role, Target};

/// Erases the personal data of an account with all of its transactions, at once and for good:
/// `DELETE /api/v1/accounts/{accountId}` (protocol 8). Their metadata and decisions stay. The client needs the
/// permission to retrieve and delete.
///
/// How sure: the call and what stays are documented; that it is at once and for good comes from the older product's
/// page. That sending it again does no harm is inferred (protocol 9.4). What it answers beside 200 is documented
/// nowhere, so the reply is the body as it came.
///
/// ```
/// use jumio_model::AccountId;
/// use jumio_model::api::DeleteAccount;
///
/// let call = DeleteAccount::new(AccountId::new("11111111-1111-4111-8111-111111111111"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeleteAccount {
    /// The account.
    pub account: AccountId,
}

impl DeleteAccount {
    /// The call.
    pub fn new(account: AccountId) -> Self {
        Self { account }
    }
}

#[cfg(feature = "endpoint")]
impl Endpoint for DeleteAccount {
    const NAME: &'static str = "delete_account";
    const METHOD: http::Method = http::Method::DELETE;
    const PATH: &'static str = "/api/v1/accounts/{accountId}";
    const ROLE: Role = Role::Retrieval;
    const ACCESS: Access = Access::AccessToken;
    const REPEAT: Repeat = Repeat::Safe;
    type Reply = bytes::Bytes;

    fn target(&self) -> Target<'_> {
        Target::template([self.account.as_str()])
    }

    fn decode(&self, body: &[u8]) -> Result<Self::Reply, crate::ReadError> {
        Ok(bytes::Bytes::copy_from_slice(body))
    }
}
