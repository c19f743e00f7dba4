//! Tokens that several caches share: the seam for a store, and how one is used. Not the cache of one process, which is
//! [`Cached`](crate::Cached) and stands in front of it.

#[cfg(feature = "file-store")]
mod file;
mod memory;
mod shelf;

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};

#[cfg(feature = "file-store")]
pub use self::file::FileTokenStore;
pub use self::memory::MemoryTokenStore;
pub(crate) use self::shelf::Shelf;
use crate::AccessToken;
use crate::cached::longest_lead;

/// Whose token it is: the address of the auth service and the client's id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TokenKey {
    auth: String,
    client_id: String,
}

impl TokenKey {
    /// The key of this client at this auth service.
    pub fn new(auth: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self { auth: auth.into(), client_id: client_id.into() }
    }

    /// The base URL of the auth service.
    pub fn auth(&self) -> &str {
        &self.auth
    }

    /// The client's id. No secret, but it names the tenant.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }
}

/// A token as a store keeps it. Silent in `Debug`.
#[derive(Clone)]
pub struct StoredToken {
    token: SecretString,
    lifetime: Duration,
    fetched_at: SystemTime,
}

impl StoredToken {
    /// A token, how long it lives from when it was fetched, and when that was by the wall clock: stores outlive a process and
    /// cross machines, where no other clock is shared.
    pub fn new(token: impl Into<SecretString>, lifetime: Duration, fetched_at: SystemTime) -> Self {
        Self { token: token.into(), lifetime, fetched_at }
    }

    /// The token itself.
    pub fn expose(&self) -> &str {
        self.token.expose_secret()
    }

    /// How long it lives from when it was fetched.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// When it was fetched.
    pub fn fetched_at(&self) -> SystemTime {
        self.fetched_at
    }

    /// The token, unless it is due for renewal, ended, or was fetched in what is now the future.
    fn usable(&self, now: SystemTime) -> Option<AccessToken> {
        let age = now.duration_since(self.fetched_at).ok()?;
        let seconds = i64::try_from(self.lifetime.as_secs()).ok()?;
        let token = AccessToken::new(self.expose(), Some(seconds)).ok()?;
        let left = token.lifetime().checked_sub(age)?;
        (left > longest_lead(token.lifetime())).then(|| token.with_age(age))
    }
}

impl fmt::Debug for StoredToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredToken")
            .field("lifetime", &self.lifetime)
            .field("fetched_at", &self.fetched_at)
            .finish_non_exhaustive()
    }
}

/// Keeps tokens for several caches, in one process or in many.
///
/// Errors are never fatal: whoever cannot use the store fetches a token without it. Their text is logged, so it must hold no
/// token.
#[async_trait]
pub trait TokenStore: Send + Sync {
    /// Opens the place of this key, and keeps everybody else out of it until the [`TokenSlot`] is dropped: so that one
    /// fetches while the others wait, and find what it fetched. It must give up by itself where that takes too long.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used now.
    async fn open(&self, key: &TokenKey) -> Result<Box<dyn TokenSlot>, Box<dyn Error + Send + Sync>>;
}

#[async_trait]
impl<T: TokenStore + ?Sized> TokenStore for Arc<T> {
    async fn open(&self, key: &TokenKey) -> Result<Box<dyn TokenSlot>, Box<dyn Error + Send + Sync>> {
        (**self).open(key).await
    }
}

/// The place of one key in a [`TokenStore`], held by one caller at a time.
#[async_trait]
pub trait TokenSlot: Send {
    /// What is kept there; `None` for nothing, and for anything that is broken or somebody else's.
    ///
    /// # Errors
    ///
    /// Where it cannot be read now.
    async fn load(&mut self) -> Result<Option<StoredToken>, Box<dyn Error + Send + Sync>>;

    /// Puts this token in the place of whatever is kept there.
    ///
    /// # Errors
    ///
    /// Where it cannot be written now.
    async fn save(&mut self, token: &StoredToken) -> Result<(), Box<dyn Error + Send + Sync>>;
}

#[cfg(test)]
mod tests;
