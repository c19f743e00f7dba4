//! Who fetches a token. Not who keeps it: that is a [`TokenProvider`](crate::TokenProvider).

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::{AccessToken, AuthError};

/// Fetches a new token each time it is asked. Put it into [`Cached`](crate::Cached).
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

    /// The service refused this token (401). A source that keeps tokens must not hand it out again. It is called while others wait, so
    /// it must only take note.
    fn refused(&self, token: &AccessToken) {
        let _ = token;
    }
}

#[cfg(any(test, feature = "test-util"))]
mockall::mock! {
    /// A [`TokenSource`] for tests.
    pub TokenSource {}

    #[async_trait]
    impl TokenSource for TokenSource {
        async fn fetch(&self) -> Result<AccessToken, AuthError>;
    }
}

/// A closure as a [`TokenSource`]: for tokens that another part of the program fetches.
///
/// ```
/// use jumio_auth::{AccessToken, Cached, FnTokenSource, TokenProvider as _};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jumio_auth::AuthError> {
/// let tokens = Cached::new(FnTokenSource(|| async { AccessToken::new("from-our-gateway", Some(3600)) }));
/// assert_eq!(tokens.token().await?.expose(), "from-our-gateway");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "a name for the closure, and nothing else ever")]
pub struct FnTokenSource<F>(pub F);

#[async_trait]
impl<F, R> TokenSource for FnTokenSource<F>
where
    F: Fn() -> R + Send + Sync,
    R: Future<Output = Result<AccessToken, AuthError>> + Send,
{
    async fn fetch(&self) -> Result<AccessToken, AuthError> {
        (self.0)().await
    }
}

impl<F> fmt::Debug for FnTokenSource<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FnTokenSource(…)")
    }
}

#[async_trait]
impl<T: TokenSource + ?Sized> TokenSource for Box<T> {
    async fn fetch(&self) -> Result<AccessToken, AuthError> {
        (**self).fetch().await
    }

    fn refused(&self, token: &AccessToken) {
        (**self).refused(token);
    }
}

#[async_trait]
impl<T: TokenSource + ?Sized> TokenSource for Arc<T> {
    async fn fetch(&self) -> Result<AccessToken, AuthError> {
        (**self).fetch().await
    }

    fn refused(&self, token: &AccessToken) {
        (**self).refused(token);
    }
}
