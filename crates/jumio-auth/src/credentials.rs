//! A client's id and secret, as the portal shows them.

use std::error::Error;
use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::header;

/// `application/x-www-form-urlencoded`, but for the space.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

/// A client's id and secret. Both silent in `Debug`.
#[derive(Clone)]
pub struct Credentials {
    client_id: String,
    client_secret: SecretString,
    form_encoded: bool,
}

impl Credentials {
    /// An id and a secret, which go into HTTP Basic as they are: Jumio says nothing of encoding them first.
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
        if client_id.contains(':') {
            return Err(InvalidCredentials::Id);
        }
        Self::checked(client_id, client_secret, false)
    }

    /// An id and a secret that are form-encoded before they go into HTTP Basic, as RFC 6749, 2.3.1, asks for. For a service
    /// between you and Jumio that insists on it.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), but the id may have a colon.
    pub fn form_encoded(
        client_id: impl Into<String>,
        client_secret: impl Into<SecretString>,
    ) -> Result<Self, InvalidCredentials> {
        Self::checked(client_id.into(), client_secret.into(), true)
    }

    fn checked(client_id: String, client_secret: SecretString, form_encoded: bool) -> Result<Self, InvalidCredentials> {
        let secret = client_secret.expose_secret();
        if client_id.is_empty() || client_id.contains(char::is_control) {
            return Err(InvalidCredentials::Id);
        }
        if secret.is_empty() || secret.contains(char::is_control) {
            return Err(InvalidCredentials::Secret);
        }
        Ok(Self { client_id, client_secret, form_encoded })
    }

    /// The id. No secret, but it names the tenant.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// Whether it is the same pair. Not for what a stranger sends: the time it takes depends on the texts.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.client_id == other.client_id
            && self.client_secret.expose_secret() == other.client_secret.expose_secret()
            && self.form_encoded == other.form_encoded
    }

    /// The `Authorization` header of HTTP Basic.
    pub(crate) fn basic(&self) -> Option<HeaderValue> {
        let (id, secret) = (&self.client_id, self.client_secret.expose_secret());
        let pair = Zeroizing::new(match self.form_encoded {
            true => format!("{}:{}", *form(id), *form(secret)),
            false => format!("{id}:{secret}"),
        });
        header::authorization("Basic", &Zeroizing::new(BASE64_STANDARD.encode(pair.as_bytes())))
    }
}

fn form(text: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(3 * text.len()));
    for (at, word) in text.split(' ').enumerate() {
        if at > 0 {
            out.push('+');
        }
        out.extend(utf8_percent_encode(word, FORM));
    }
    out
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
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

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

    /// Proves A11.
    #[test]
    fn both_encodings_to_the_letter() {
        // Id, secret, and what stands before base64 where both are form-encoded.
        let vectors = [
            ("id", "secret", "id:secret"),
            ("a:b", "c", "a%3Ab:c"),
            ("a", "b:c", "a:b%3Ac"),
            ("a", "100%", "a:100%25"),
            ("a", "%41", "a:%2541"),
            ("a+b", "c+d", "a%2Bb:c%2Bd"),
            ("a b", "c d", "a+b:c+d"),
            ("a", " ", "a:+"),
            ("a", "  x ", "a:++x+"),
            ("a", "é", "a:%C3%A9"),
            ("ä", "ß", "%C3%A4:%C3%9F"),
            ("a", "日本", "a:%E6%97%A5%E6%9C%AC"),
            ("a", "\u{1F600}", "a:%F0%9F%98%80"),
            ("a", "*-._", "a:*-._"),
            ("a", "~", "a:%7E"),
            ("a", "!'()", "a:%21%27%28%29"),
            ("a", "a&b=c", "a:a%26b%3Dc"),
            ("a", "/?#", "a:%2F%3F%23"),
            ("a", "\"\\", "a:%22%5C"),
            ("a", "Zz09", "a:Zz09"),
        ];
        let encoded = |text: &str| format!("Basic {}", BASE64_STANDARD.encode(text));
        for (id, secret, form) in vectors {
            let basic = Credentials::form_encoded(id, secret).unwrap().basic().unwrap();
            assert_eq!(basic, encoded(form), "{id} {secret}");
            match Credentials::new(id, secret) {
                Ok(as_is) => assert_eq!(as_is.basic().unwrap(), encoded(&format!("{id}:{secret}"))),
                Err(error) => assert!(error == InvalidCredentials::Id && id.contains(':')),
            }
        }
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
