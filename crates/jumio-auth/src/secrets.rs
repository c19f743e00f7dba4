//! Where a client's id and secret come from, each time they are needed: so that they can be changed while the program runs.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::Credentials;

/// Gives id and secret. Asked before each fetch of a token, and once more where the service refuses what it gave.
///
/// To change a secret without an outage, change what this gives; tokens that were fetched before live on. The id may change
/// with it: Jumio's portal lets a new client stand beside the old one. [`Credentials`] are a source that never changes.
#[async_trait]
pub trait SecretSource: Send + Sync {
    /// Reads id and secret as they are now.
    ///
    /// # Errors
    ///
    /// Whatever the place they are kept in says. Its text is shown, so it must not hold the secret.
    async fn read(&self) -> Result<Credentials, Box<dyn Error + Send + Sync>>;
}

#[async_trait]
impl SecretSource for Credentials {
    async fn read(&self) -> Result<Credentials, Box<dyn Error + Send + Sync>> {
        Ok(self.clone())
    }
}

#[async_trait]
impl<T: SecretSource + ?Sized> SecretSource for Arc<T> {
    async fn read(&self) -> Result<Credentials, Box<dyn Error + Send + Sync>> {
        (**self).read().await
    }
}

/// A closure as a [`SecretSource`].
///
/// ```
/// use jumio_auth::{Credentials, FnSecretSource, SecretSource as _};
///
/// # async fn from_our_vault(_: &str) -> String { "s".to_owned() }
/// let secrets = FnSecretSource(|| async { Ok(Credentials::new("id", from_our_vault("jumio").await)?) });
/// # fn takes(_: impl jumio_auth::SecretSource) {}
/// # takes(secrets);
/// ```
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "a name for the closure, and nothing else ever")]
pub struct FnSecretSource<F>(pub F);

#[async_trait]
impl<F, R> SecretSource for FnSecretSource<F>
where
    F: Fn() -> R + Send + Sync,
    R: Future<Output = Result<Credentials, Box<dyn Error + Send + Sync>>> + Send,
{
    async fn read(&self) -> Result<Credentials, Box<dyn Error + Send + Sync>> {
        (self.0)().await
    }
}

impl<F> fmt::Debug for FnSecretSource<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FnSecretSource(…)")
    }
}
