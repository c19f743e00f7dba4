//! `PUT /api/v1/accounts/{accountId}` on the account host: a new transaction on an existing account (protocol 3).

#[cfg(feature = "endpoint")]
use crate::endpoint::{Access, Content, Endpoint, Repeat, Role, Target};
use crate::{AccountId, AccountRequest};

/// Opens a new transaction on an existing account: `PUT /api/v1/accounts/{accountId}` (protocol 3). As chargeable and
/// as unrepeatable as [`CreateAccount`](super::CreateAccount), although it is a PUT (protocol 9.4). How sure:
/// documented.
///
/// ```
/// use jumio_model::api::UpdateAccount;
/// use jumio_model::{AccountId, AccountRequest, Country, CustomerInternalReference, DocumentType};
///
/// let reference = CustomerInternalReference::new("order-18")?;
/// let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::UTILITY_BILL)?;
/// let call = UpdateAccount::new(AccountId::new("11111111-1111-4111-8111-111111111111"), request);
/// # Ok::<(), jumio_model::InvalidRequest>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct UpdateAccount {
    /// The account.
    pub account: AccountId,
    /// What is asked for: the same schema as for a new account.
    pub request: AccountRequest,
}

impl UpdateAccount {
    /// The call.
    pub fn new(account: AccountId, request: AccountRequest) -> Self {
        Self { account, request }
    }
}

#[cfg(feature = "endpoint")]
impl Endpoint for UpdateAccount {
    const NAME: &'static str = "update_account";
    const METHOD: http::Method = http::Method::PUT;
    const PATH: &'static str = "/api/v1/accounts/{accountId}";
    const ROLE: Role = Role::Account;
    const ACCESS: Access = Access::AccessToken;
    const REPEAT: Repeat = Repeat::Once;
    type Reply = crate::Raw<crate::AccountReply>;

    fn target(&self) -> Target<'_> {
        Target::template([self.account.as_str()])
    }

    fn body(&self) -> Result<Option<Content>, crate::InvalidRequest> {
        Content::json("account request", &self.request).map(Some)
    }

    fn links<'reply>(&self, reply: &'reply Self::Reply) -> Vec<(String, &'reply str)> {
        reply.links()
    }

    #[inline]
    fn decode(&self, body: &[u8]) -> Result<Self::Reply, crate::ReadError> {
        // It has the tokens of the transaction.
        crate::from_slice(body).map(crate::Raw::wiped)
    }
}
