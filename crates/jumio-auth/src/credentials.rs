//! A client's id and secret, as the portal shows them.

use std::error::Error;
use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};

/// A client's id and secret. Both silent in `Debug`.
#[derive(Clone)]
pub struct Credentials {
    client_id: String,
    client_secret: SecretString,
}

impl Credentials {
    /// An id and a secret, as they are.
    ///
    /// # Errors
    ///
    /// [`InvalidCredentials`] where HTTP Basic cannot carry them: one is empty, has a line break or another control
    /// character (a file's last line break, mostly), or the id has a colon.
    pub fn new(
        client_id: impl Into<String>,
        client_secret: impl Into<SecretString>,
    ) -> Result<Self, InvalidCredentials> {
        let (client_id, client_secret) = (client_id.into(), client_secret.into());
        let secret = client_secret.expose_secret();
        if client_id.is_empty() || client_id.contains(':') || client_id.contains(char::is_control) {
            return Err(InvalidCredentials::Id);
        }
        if secret.is_empty() || secret.contains(char::is_control) {
            return Err(InvalidCredentials::Secret);
        }
        Ok(Self { client_id, client_secret })
    }

    /// The id. No secret, but it names the tenant.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The `Authorization` header of HTTP Basic. Id and secret go in as they are: Jumio says nothing of encoding them first.
    pub(crate) fn basic(&self) -> Option<HeaderValue> {
        let pair = format!("{}:{}", self.client_id, self.client_secret.expose_secret());
        let mut header = HeaderValue::try_from(format!("Basic {}", BASE64_STANDARD.encode(pair))).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// An id or a secret that cannot be used. Shows neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidCredentials {
    /// The id.
    Id,
    /// The secret.
    Secret,
}

impl fmt::Display for InvalidCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Id => "the client id is empty or has a colon, a line break or another control character",
            Self::Secret => "the client secret is empty or has a line break or another control character",
        })
    }
}

impl Error for InvalidCredentials {}

#[cfg(test)]
mod tests {
    use super::{Credentials, InvalidCredentials};

    #[test]
    fn basic_as_rfc_7617_shows_it() {
        let credentials = Credentials::new("Aladdin", "open sesame").unwrap();
        let header = credentials.basic().unwrap();
        assert_eq!(header, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(header.is_sensitive());
        assert_eq!(format!("{credentials:?} {header:?}"), "Credentials(…) Sensitive");
        let odd = Credentials::new("a+b%", "c:d é\u{1F600}").unwrap();
        assert_eq!(odd.basic().unwrap(), "Basic YStiJTpjOmQgw6nwn5iA");
    }

    #[test]
    fn what_basic_cannot_carry() {
        let new = |id, secret: &str| Credentials::new(id, secret).map(|_| ()).unwrap_err();
        for id in ["", "a:b", "a\n"] {
            assert_eq!(new(id, "s"), InvalidCredentials::Id, "{id:?}");
        }
        for secret in ["", "s\n", "s\0"] {
            assert_eq!(new("i", secret), InvalidCredentials::Secret, "{secret:?}");
        }
    }
}
