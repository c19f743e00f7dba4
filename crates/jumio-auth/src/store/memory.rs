//! Tokens shared within one process: by clients that were made apart from each other.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::runtime::Handle;
use tokio::sync::OwnedMutexGuard;

use super::{StoredToken, TokenKey, TokenSlot, TokenStore};

type Place = Arc<tokio::sync::Mutex<Option<StoredToken>>>;

/// How long another source may take to fetch a token before this one fetches its own.
const PATIENCE: Duration = Duration::from_secs(30);

/// A [`TokenStore`] in memory. Clones share what is kept.
///
/// A source waits 30 s for another's fetch and then fetches its own. Outside a tokio runtime, which tells the time, it does
/// not wait.
#[derive(Clone, Default)]
pub struct MemoryTokenStore {
    places: Arc<Mutex<HashMap<TokenKey, Place>>>,
}

impl MemoryTokenStore {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl TokenStore for MemoryTokenStore {
    async fn open(&self, key: &TokenKey) -> Result<Box<dyn TokenSlot>, Box<dyn Error + Send + Sync>> {
        let place = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(places.entry(key.clone()).or_default())
        };
        Ok(Box::new(Slot(hold(place).await?)))
    }
}

async fn hold(place: Place) -> Result<OwnedMutexGuard<Option<StoredToken>>, &'static str> {
    match Arc::clone(&place).try_lock_owned() {
        Ok(held) => Ok(held),
        Err(_) if Handle::try_current().is_err() => Err("another source holds its place"),
        Err(_) => {
            let held = tokio::time::timeout(PATIENCE, place.lock_owned()).await;
            held.map_err(|_| "another source holds its place for too long")
        }
    }
}

struct Slot(OwnedMutexGuard<Option<StoredToken>>);

#[async_trait]
impl TokenSlot for Slot {
    async fn load(&mut self) -> Result<Option<StoredToken>, Box<dyn Error + Send + Sync>> {
        Ok(self.0.clone())
    }

    async fn save(&mut self, token: &StoredToken) -> Result<(), Box<dyn Error + Send + Sync>> {
        *self.0 = Some(token.clone());
        Ok(())
    }
}

impl fmt::Debug for MemoryTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryTokenStore(…)")
    }
}
