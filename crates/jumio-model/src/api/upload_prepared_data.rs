//! `POST …/credentials/{credentialId}/parts/PREPARED_DATA` on the api host: what is known of the person (protocol 4.4).

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

#[cfg(feature = "endpoint")]
use crate::InvalidRequest;
use crate::TransactionToken;
#[cfg(feature = "endpoint")]
use crate::endpoint::{Access, Content, Endpoint, Repeat, Role, Target};

/// What is known of the person beforehand: names, dates, address. Silent in `Debug`.
///
/// Free JSON: the documentation's pages differ on its members and each risk signal needs others (protocol 4.4). The
/// fields that the reference knows are listed in `docs/reference/prepared-data.md` (vocabulary 4.4).
///
/// ```
/// use jumio_model::api::PreparedData;
///
/// let data = PreparedData::read(br#"{"firstName":"JANE","lastName":"DOE","dateOfBirth":"1990-01-31"}"#)?;
/// assert!(!format!("{data:?}").contains("JANE"));
/// assert!(PreparedData::read(b"[]").is_err());
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PreparedData(Box<RawValue>);

impl PreparedData {
    /// Takes a JSON object as it stands: the order of its members and the form of its numbers are kept.
    ///
    /// # Errors
    ///
    /// [`ReadError`](crate::ReadError) where the text is no JSON object.
    #[inline]
    pub fn read(text: &[u8]) -> Result<Self, crate::ReadError> {
        // Into values, not past them: half a character and a number beyond all range would only be refused at the other end.
        crate::from_slice::<BTreeMap<String, Value>>(text)?;
        crate::from_slice(text).map(Self)
    }

    /// The text as it is sent.
    pub fn expose(&self) -> &str {
        self.0.get()
    }
}

impl fmt::Debug for PreparedData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PreparedData({} bytes)", self.0.get().len())
    }
}

/// Gives Jumio what is known of the person: a POST of JSON to the URL that the account reply names (protocol 4.1). For
/// Doc Proof it may be left out, as one live client did (protocol 4.4). How sure: documented and seen.
///
/// Treated as unrepeatable like any upload: whether a second one replaces or adds is not documented.
///
/// ```
/// use jumio_model::TransactionToken;
/// use jumio_model::api::{PreparedData, UploadPreparedData};
///
/// let data = PreparedData::read(br#"{"firstName":"JANE","lastName":"DOE"}"#)?;
/// let token = TransactionToken::new("TRANSACTION_TOKEN");
/// let call = UploadPreparedData::new("https://api.emea-1.jumio.ai/x/parts/PREPARED_DATA", token, data);
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct UploadPreparedData {
    href: String,
    token: TransactionToken,
    data: PreparedData,
}

impl UploadPreparedData {
    /// The call: the part URL and token of the DATA credential, and the data.
    pub fn new(href: impl Into<String>, token: TransactionToken, data: PreparedData) -> Self {
        Self { href: href.into(), token, data }
    }

    /// The URL that the account reply names (`parts.prepared_data`).
    pub fn href(&self) -> &str {
        &self.href
    }

    /// What is known of the person.
    pub fn data(&self) -> &PreparedData {
        &self.data
    }

    /// The token of the DATA credential.
    pub fn token(&self) -> &TransactionToken {
        &self.token
    }
}

#[cfg(feature = "endpoint")]
impl Endpoint for UploadPreparedData {
    const NAME: &'static str = "upload_prepared_data";
    const METHOD: http::Method = http::Method::POST;
    const PATH: &'static str = "/api/v1/accounts/{accountId}/workflow-executions/{workflowExecutionId}/credentials/{credentialId}/parts/PREPARED_DATA";
    const ROLE: Role = Role::Api;
    const ACCESS: Access = Access::TransactionToken;
    const REPEAT: Repeat = Repeat::Once;
    type Reply = crate::Raw<crate::UploadReply>;

    fn target(&self) -> Target<'_> {
        Target::Href(&self.href)
    }

    fn body(&self) -> Result<Option<Content>, InvalidRequest> {
        Content::json("prepared data", &self.data).map(Some)
    }

    fn transaction_token(&self) -> Option<&TransactionToken> {
        Some(&self.token)
    }

    #[inline]
    fn decode(&self, body: &[u8]) -> Result<Self::Reply, crate::ReadError> {
        crate::api::upload::decode_or_empty(body)
    }
}
