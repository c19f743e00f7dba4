//! `POST /api/v1/accounts` on the account host: a new account with a new transaction (protocol 3).

#[cfg(feature = "endpoint")]
use crate::endpoint::{Access, Content, Endpoint, Repeat, Role, Target};
use crate::{AccountRequest, Country, CustomerInternalReference, DocumentType, InvalidRequest};

/// Opens a new account and a new transaction on it: `POST /api/v1/accounts` (protocol 3). Chargeable, and never to be
/// sent again in doubt: Jumio documents no idempotency key (protocol 9.4). How sure: documented and seen; it answers
/// 200 by the guide, and some clients expect 201, so any 2xx will do.
///
/// ```
/// use jumio_model::api::CreateAccount;
/// use jumio_model::{Country, DocumentType};
///
/// let call = CreateAccount::doc_proof("order-17", Country::USA, DocumentType::BANK_STATEMENT)?;
/// assert_eq!(call.request.customer_internal_reference.as_str(), "order-17");
/// # Ok::<(), jumio_model::InvalidRequest>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CreateAccount {
    /// What is asked for.
    pub request: AccountRequest,
}

impl CreateAccount {
    /// The call.
    pub fn new(request: AccountRequest) -> Self {
        Self { request }
    }

    /// Doc Proof with one document: the quickstart's request (step 2).
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] with the rule that a value breaks.
    pub fn doc_proof(reference: &str, country: Country, document_type: DocumentType) -> Result<Self, InvalidRequest> {
        let reference = CustomerInternalReference::new(reference)?;
        Ok(Self::new(AccountRequest::doc_proof(reference, country, document_type)?))
    }
}

#[cfg(feature = "endpoint")]
impl Endpoint for CreateAccount {
    const NAME: &'static str = "create_account";
    const METHOD: http::Method = http::Method::POST;
    const PATH: &'static str = "/api/v1/accounts";
    const ROLE: Role = Role::Account;
    const ACCESS: Access = Access::AccessToken;
    const REPEAT: Repeat = Repeat::Once;
    type Reply = crate::Raw<crate::AccountReply>;

    fn target(&self) -> Target<'_> {
        Target::template([])
    }

    fn body(&self) -> Result<Option<Content>, InvalidRequest> {
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
