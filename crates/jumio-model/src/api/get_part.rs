//! `GET /api/v1/accounts/{accountId}/credentials/{credentialId}/parts/{classifier}` on the retrieval host: the bytes of an
//! uploaded part (protocol 7.9).

#[cfg(feature = "endpoint")]
use crate::endpoint::{Access, Endpoint, Repeat, Role, Target};
use crate::{AccountId, CredentialId};

/// Asks for the bytes of a part: on the retrieval host, below the account and its credential (protocol 7.9). How sure:
/// documented for images. What comes for a page that was uploaded as PDF, and for prepared data, is not documented.
///
/// ```
/// use jumio_model::api::GetPart;
/// use jumio_model::{AccountId, CredentialId};
///
/// let first_page = GetPart::new(AccountId::new("a-1"), CredentialId::new("c-1"), "1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetPart {
    /// The account.
    pub account: AccountId,
    /// The credential.
    pub credential: CredentialId,
    /// Which part: `FRONT`, `FACE`, `PREPARED_DATA`, … ([`PartClassifier`](crate::vocabulary::PartClassifier)); the
    /// page number for a document.
    pub classifier: String,
}

impl GetPart {
    /// The call.
    pub fn new(account: AccountId, credential: CredentialId, classifier: impl Into<String>) -> Self {
        Self { account, credential, classifier: classifier.into() }
    }
}

#[cfg(feature = "endpoint")]
impl Endpoint for GetPart {
    const NAME: &'static str = "get_part";
    const METHOD: http::Method = http::Method::GET;
    const PATH: &'static str = "/api/v1/accounts/{accountId}/credentials/{credentialId}/parts/{classifier}";
    const ROLE: Role = Role::Retrieval;
    const ACCESS: Access = Access::AccessToken;
    const REPEAT: Repeat = Repeat::Safe;
    const ACCEPT: &'static str = "*/*";
    type Reply = bytes::Bytes;

    fn target(&self) -> Target<'_> {
        Target::template([self.account.as_str(), self.credential.as_str(), &self.classifier])
    }

    fn decode(&self, body: &[u8]) -> Result<Self::Reply, crate::ReadError> {
        Ok(bytes::Bytes::copy_from_slice(body))
    }
}
