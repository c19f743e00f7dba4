//! `POST /oauth2/token` on the auth host: an access token for the client's id and secret (protocol 2.1).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_with::{serde_as, skip_serializing_none};

#[cfg(feature = "endpoint")]
use crate::endpoint::{Access, Body, Content, Endpoint, Repeat, Role, Target};
use crate::lenient::{Integer, Text};

/// Asks for an access token: `POST /oauth2/token` on the auth host (protocol 2.1; quickstart, step 1). The sender adds
/// HTTP Basic with the client's id and secret. How sure: documented and seen.
///
/// Repeatable (protocol 9.4): the server caches and may hand out the same token again. Limited to 10 a second per
/// tenant by default (protocol 9.3).
///
/// ```
/// let call = jumio_model::api::FetchToken::new();
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct FetchToken;

impl FetchToken {
    /// The call.
    pub fn new() -> Self {
        Self
    }
}

/// The reply (protocol 2.1). Jumio's tokens live 60 minutes. That a cached one may have less left than `expires_in`
/// says is inferred from the server's caching.
///
/// ```
/// use jumio_model::TokenReply;
///
/// let body = br#"{"access_token":"ACCESS_TOKEN","expires_in":3600,"token_type":"Bearer"}"#;
/// let reply: TokenReply = jumio_model::from_slice(body)?;
/// assert_eq!(reply.expires_in, Some(3600));
/// assert!(!format!("{reply:?}").contains("ACCESS_TOKEN"));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[skip_serializing_none]
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TokenReply {
    /// The token: a secret. A JWT, the docs say, whose `exp` counts more than `expires_in`.
    pub access_token: Box<str>,
    /// Seconds it lives. Documented as a number; read from a string too, and optional as in RFC 6749.
    #[serde_as(deserialize_as = "Integer")]
    #[serde(default)]
    pub expires_in: Option<i64>,
    /// `Bearer`, in every source.
    #[serde_as(deserialize_as = "Text")]
    #[serde(default)]
    pub token_type: Option<String>,
}

impl fmt::Debug for TokenReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenReply")
            .field("access_token", &format_args!("…"))
            .field("expires_in", &self.expires_in)
            .field("token_type", &self.token_type)
            .finish()
    }
}

#[cfg(feature = "endpoint")]
impl Endpoint for FetchToken {
    const NAME: &'static str = "token";
    const METHOD: http::Method = http::Method::POST;
    const PATH: &'static str = "/oauth2/token";
    const ROLE: Role = Role::Auth;
    const ACCESS: Access = Access::ClientSecret;
    const REPEAT: Repeat = Repeat::Safe;
    type Reply = TokenReply;

    fn target(&self) -> Target<'_> {
        Target::template([])
    }

    fn body(&self) -> Result<Option<Content>, crate::InvalidRequest> {
        let form = http::HeaderValue::from_static("application/x-www-form-urlencoded");
        Ok(Some(Content::new(form, Body::from("grant_type=client_credentials"))))
    }

    #[inline]
    fn decode(&self, body: &[u8]) -> Result<TokenReply, crate::ReadError> {
        crate::from_slice(body)
    }
}
