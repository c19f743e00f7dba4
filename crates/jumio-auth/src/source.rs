//! Who fetches a token. Not who keeps it: that is a [`TokenProvider`](crate::TokenProvider).

use std::sync::Arc;

use async_trait::async_trait;

use crate::{AccessToken, AuthError};

/// Fetches a new token each time it is asked. Put it into [`Cached`](crate::Cached).
#[cfg_attr(any(test, feature = "test-util"), mockall::automock)]
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// Fetches a token.
    ///
    /// It must come to an end by itself: everybody who needs a token waits for it.
    ///
    /// # Errors
    ///
    /// [`AuthError`]; [`AuthError::other`] for sources of your own.
    async fn fetch(&self) -> Result<AccessToken, AuthError>;
}

#[async_trait]
impl<T: TokenSource + ?Sized> TokenSource for Box<T> {
    async fn fetch(&self) -> Result<AccessToken, AuthError> {
        (**self).fetch().await
    }
}

#[async_trait]
impl<T: TokenSource + ?Sized> TokenSource for Arc<T> {
    async fn fetch(&self) -> Result<AccessToken, AuthError> {
        (**self).fetch().await
    }
}
