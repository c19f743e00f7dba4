//! A token that somebody else looks after.

use async_trait::async_trait;

use crate::{AccessToken, AuthError, TokenProvider};

/// Always the same token: for tests and for one-off tools. A 401 is final with it.
#[derive(Debug, Clone)]
pub struct StaticToken(AccessToken);

impl StaticToken {
    /// Serves this token. One without a generation becomes the first.
    pub fn new(token: AccessToken) -> Self {
        // A numbered token need not be kept for each call.
        Self(if token.generation() == 0 { token.with_generation(1) } else { token })
    }
}

#[async_trait]
impl TokenProvider for StaticToken {
    fn peek(&self) -> Option<AccessToken> {
        Some(self.0.clone())
    }

    async fn token(&self) -> Result<AccessToken, AuthError> {
        Ok(self.0.clone())
    }

    async fn rejected(&self, _generation: u64) {}
}
