//! Who has a token ready. Not who fetches it: that is a [`TokenSource`](crate::TokenSource).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::{AccessToken, AuthError};

/// Has a valid token for every call.
#[cfg_attr(any(test, feature = "test-util"), mockall::automock)]
#[async_trait]
pub trait TokenProvider: Send + Sync {
    /// The token, where one is at hand and nothing needs to be done for it: no waiting, no fetching.
    fn peek(&self) -> Option<AccessToken>;

    /// The token; waits for one where none is at hand.
    ///
    /// # Errors
    ///
    /// [`AuthError`] where none can be had.
    async fn token(&self) -> Result<AccessToken, AuthError>;

    /// After a failure: how long the same answer will be given without asking the service again. `None` where the next
    /// [`token`](Self::token) asks.
    fn retry_in(&self) -> Option<Duration> {
        None
    }

    /// The service refused the token of this generation (401). Tokens of other generations are not touched.
    ///
    /// After this call the provider is asked again, and another token is tried once. Whoever numbers tokens
    /// ([`AccessToken::with_generation`]) gives out clones of one [`AccessToken`] for as long as it is the same: one that is made anew
    /// counts as another, whatever its number and text. Tokens without a number are of generation 0, and are told apart by their text.
    async fn rejected(&self, generation: u64);
}

#[async_trait]
impl<T: TokenProvider + ?Sized> TokenProvider for Box<T> {
    fn peek(&self) -> Option<AccessToken> {
        (**self).peek()
    }

    fn retry_in(&self) -> Option<Duration> {
        (**self).retry_in()
    }

    async fn token(&self) -> Result<AccessToken, AuthError> {
        (**self).token().await
    }

    async fn rejected(&self, generation: u64) {
        (**self).rejected(generation).await;
    }
}

#[async_trait]
impl<T: TokenProvider + ?Sized> TokenProvider for Arc<T> {
    fn peek(&self) -> Option<AccessToken> {
        (**self).peek()
    }

    fn retry_in(&self) -> Option<Duration> {
        (**self).retry_in()
    }

    async fn token(&self) -> Result<AccessToken, AuthError> {
        (**self).token().await
    }

    async fn rejected(&self, generation: u64) {
        (**self).rejected(generation).await;
    }
}
