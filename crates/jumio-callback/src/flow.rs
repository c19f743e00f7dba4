//! The bridge to `jumio-flow`: a callback becomes a hint, addressed by the key in its URL, or else by the transaction.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::Utc;
use jumio_flow::{CallbackKey, Delivered, FlowStore, Flows, Hint, HintAddress};

use crate::{Accepted, Notification, Sink, SinkError};

/// Takes callbacks in for flows that this process runs, and wakes them.
#[async_trait]
impl Sink for Flows {
    async fn accept(&self, notification: Notification) -> Result<Accepted, SinkError> {
        let hint = hint_of(&notification);
        if let HintAddress::Key(key) = &hint.address
            && !self.knows_key(key).await.map_err(failed)?
        {
            return Ok(Accepted::NotForUs);
        }
        self.deliver(&hint).await.map(accepted).map_err(failed)
    }
}

/// Takes callbacks in for flows that another process runs: it finds them in the store within a second.
pub struct StoreSink {
    store: Arc<dyn FlowStore>,
}

impl StoreSink {
    /// Puts hints into this store.
    pub fn new(store: Arc<dyn FlowStore>) -> Self {
        Self { store }
    }
}

#[async_trait]
impl Sink for StoreSink {
    async fn accept(&self, notification: Notification) -> Result<Accepted, SinkError> {
        let hint = hint_of(&notification);
        if let HintAddress::Key(key) = &hint.address
            && !self.store.knows_key(key).await.map_err(failed)?
        {
            return Ok(Accepted::NotForUs);
        }
        self.store.deliver(&hint, Utc::now()).await.map(accepted).map_err(failed)
    }
}

impl fmt::Debug for StoreSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreSink").finish_non_exhaustive()
    }
}

fn hint_of(notification: &Notification) -> Hint {
    let address = match &notification.key {
        Some(key) => HintAddress::Key(CallbackKey::from_url(key)),
        None => HintAddress::Execution(notification.execution.clone()),
    };
    Hint::new(address, notification.status.clone(), notification.identity())
}

fn accepted(delivered: Delivered) -> Accepted {
    match delivered {
        Delivered::Duplicate => Accepted::Duplicate,
        _ => Accepted::New,
    }
}

fn failed(error: impl Error + Send + Sync + 'static) -> SinkError {
    SinkError::new(error)
}
