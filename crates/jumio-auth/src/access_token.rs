//! The OAuth2 access token. Another type than the transaction token of `jumio-model`, on purpose.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::HeaderValue;

use crate::{AuthError, header, lifetime};

const SCHEME: &str = "Bearer";

/// How many tokens were made in this process.
static MADE: AtomicU64 = AtomicU64::new(0);

/// An OAuth2 access token with how long it lives and which one it is. Silent in `Debug`, wiped from memory with its last
/// clone, and cheap to clone.
#[derive(Clone)]
pub struct AccessToken {
    // The token's only place. Every call needs the header, and writing it each time costs more than the look into the cache.
    header: HeaderValue,
    lifetime: Duration,
    age: Duration,
    generation: u64,
    // Providers number their tokens each by itself. This number no two share that were made apart, even of the same text.
    serial: u64,
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
    /// [`AuthError::InvalidToken`] where it is empty or has characters other than visible ASCII ones (RFC 6750, 2.1).
    pub fn new(text: &str, expires_in: Option<i64>) -> Result<Self, AuthError> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(AuthError::InvalidToken);
        }
        let header = header::authorization(SCHEME, text).ok_or(AuthError::InvalidToken)?;
        let lifetime = lifetime::of(expires_in, text);
        let serial = MADE.fetch_add(1, Ordering::Relaxed);
        Ok(Self { header, lifetime, age: Duration::ZERO, generation: 0, serial })
    }

    /// Says how long ago the token was fetched, for sources that keep tokens.
    #[must_use]
    pub fn with_age(mut self, age: Duration) -> Self {
        self.age = age;
        self
    }

    /// Says which token this is, for providers: each newly fetched one gets another number, from 1. One that is handed out again after
    /// it was refused is no new one.
    #[must_use]
    pub fn with_generation(mut self, generation: u64) -> Self {
        self.generation = generation;
        self
    }

    /// The same token as this other one of the same text.
    pub(crate) fn known_as(mut self, other: &Self) -> Self {
        (self.generation, self.serial) = (other.generation, other.serial);
        self
    }

    /// The same of all clones, and of what is [known](Self::known_as) as one.
    pub(crate) fn serial(&self) -> u64 {
        self.serial
    }

    /// Which token this is.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// How long the token lives from when it was fetched.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// How old it was when its source handed it over. Zero for one that was just fetched.
    pub fn age(&self) -> Duration {
        self.age
    }

    /// The `Authorization` header: `Bearer …`, marked sensitive.
    pub fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// [`header`](Self::header) of one that is of no more use.
    pub(crate) fn into_header(self) -> HeaderValue {
        self.header
    }

    /// The same in memory of its own, which shares no count of holders with this one.
    pub(crate) fn copied(&self) -> Self {
        let header = header::authorization(SCHEME, self.expose()).unwrap_or_else(|| self.header.clone());
        Self { header, ..*self }
    }

    /// The token itself. Whoever calls this is responsible for where it goes.
    pub fn expose(&self) -> &str {
        let text = std::str::from_utf8(self.header.as_bytes()).unwrap_or_default();
        text.get(SCHEME.len() + 1..).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::AccessToken;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]
        /// Proves A12.
        #[test]
        fn a_token_is_a_legal_header_or_an_error(text in any::<String>(), odd in "[\\x00-\\x7f]{1,8}") {
            for text in [text, odd] {
                let legal = !text.is_empty() && text.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
                let token = AccessToken::new(&text, None);
                prop_assert_eq!(token.is_ok(), legal);
                if let Ok(token) = token {
                    prop_assert_eq!(token.expose(), &text);
                    let header = token.header();
                    prop_assert_eq!(header.to_str().unwrap(), format!("Bearer {text}"));
                }
            }
        }
    }
}
