//! A store as a source uses it: look, else fetch and put. Whatever the store does wrong costs one token call.

use std::error::Error;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use super::{StoredToken, TokenKey, TokenSlot, TokenStore};
use crate::{AccessToken, AuthError};

const LONGEST_TEXT: usize = 300;

pub(crate) struct Shelf {
    store: Box<dyn TokenStore>,
    // The token that was refused last: not to be taken from the store again.
    refused: Mutex<Option<AccessToken>>,
}

impl Shelf {
    pub(crate) fn new(store: impl TokenStore + 'static) -> Self {
        Self { store: Box::new(store), refused: Mutex::default() }
    }

    pub(crate) fn refuse(&self, token: &AccessToken) {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
    }

    fn is_refused(&self, token: &AccessToken) -> bool {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.as_ref().is_some_and(|refused| refused.expose() == token.expose())
    }

    pub(crate) async fn get<F>(
        &self,
        key: &TokenKey,
        fetch: impl FnOnce() -> F + Send,
    ) -> Result<AccessToken, AuthError>
    where
        F: Future<Output = Result<AccessToken, AuthError>> + Send,
    {
        let mut slot = self.store.open(key).await.map_err(|error| unusable(&*error)).ok();
        if let Some(slot) = &mut slot
            && let Some(token) = self.kept(&mut **slot).await
        {
            return Ok(token);
        }
        // Before the call: the token is never younger than it says.
        let fetched_at = SystemTime::now();
        let token = fetch().await?;
        if let Some(slot) = &mut slot {
            let stored = StoredToken::new(token.expose(), token.lifetime(), fetched_at);
            if let Err(error) = slot.save(&stored).await {
                unusable(&*error);
            }
        }
        Ok(token)
    }

    async fn kept(&self, slot: &mut dyn TokenSlot) -> Option<AccessToken> {
        let stored = slot.load().await.map_err(|error| unusable(&*error)).ok()??;
        stored.usable(SystemTime::now()).filter(|token| !self.is_refused(token))
    }
}

fn unusable(error: &(dyn Error + Send + Sync)) {
    // Escaped and cut: a store may be far away, and what it says must not look like lines of ours.
    let error: String = error.to_string().chars().take(LONGEST_TEXT).collect();
    tracing::warn!(?error, "the shared token store cannot be used, so a token is fetched without it");
}
