//! The OAuth2 access token. Another type than the transaction token of `jumio-model`, on purpose.

use std::fmt;
use std::time::Duration;

use http::HeaderValue;
use jumio_model::endpoint::bearer;
use secrecy::{ExposeSecret as _, SecretString};

use crate::{AuthError, lifetime};

/// An OAuth2 access token with how long it lives and which one it is. Silent in `Debug`.
#[derive(Clone)]
pub struct AccessToken {
    secret: SecretString,
    // Made once: every call needs it, and checking a token's characters each time costs more than the look into the cache.
    header: HeaderValue,
    lifetime: Duration,
    generation: u64,
}

impl AccessToken {
    /// A token as the service gave it, with the seconds that it said (`expires_in`).
    ///
    /// Its lifetime is the shorter of those and of what the token itself says where it is a readable JWT (`exp` − `iat`);
    /// 300 s where neither says anything; never under 10 s, so that a nonsense value cannot turn into a login for every
    /// call; never over a day.
    ///
    /// # Errors
    ///
    /// [`AuthError::InvalidToken`] where it is empty or has characters that no header can carry.
    pub fn new(text: &str, expires_in: Option<i64>) -> Result<Self, AuthError> {
        let (_, header) = bearer(text).map_err(|_| AuthError::InvalidToken)?;
        if text.trim().is_empty() {
            return Err(AuthError::InvalidToken);
        }
        let lifetime = lifetime::of(expires_in, text);
        Ok(Self { secret: SecretString::from(text), header, lifetime, generation: 0 })
    }

    /// Says which token this is, for providers: each newly fetched one gets another number.
    #[must_use]
    pub fn with_generation(mut self, generation: u64) -> Self {
        self.generation = generation;
        self
    }

    /// Which token this is.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// How long the token lives from when it was fetched.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// The `Authorization` header: `Bearer …`, marked sensitive.
    pub fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// The token itself. Whoever calls this is responsible for where it goes.
    pub fn expose(&self) -> &str {
        self.secret.expose_secret()
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("lifetime", &self.lifetime)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}
