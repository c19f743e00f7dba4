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
        one(self.accept_all(vec![notification]).await)
    }

    async fn accept_all(&self, notifications: Vec<Notification>) -> Vec<Result<Accepted, SinkError>> {
        let group = Group::of(notifications);
        let delivered = self.deliver_known(&group.hints).await;
        group.answers(delivered)
    }

    /// A flow believes nothing of what came, and asks.
    fn wants_body(&self, _: &Notification) -> bool {
        false
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
        one(self.accept_all(vec![notification]).await)
    }

    async fn accept_all(&self, notifications: Vec<Notification>) -> Vec<Result<Accepted, SinkError>> {
        let group = Group::of(notifications);
        let delivered = self.store.deliver_known(&group.hints, Utc::now()).await;
        group.answers(delivered)
    }

    /// A flow believes nothing of what came, and asks.
    fn wants_body(&self, _: &Notification) -> bool {
        false
    }
}

impl fmt::Debug for StoreSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreSink").finish_non_exhaustive()
    }
}

/// Several notifications, as hints.
struct Group {
    hints: Vec<Hint>,
    /// Of each notification, whether it is one of the hints: what has no address is for nobody.
    has_address: Vec<bool>,
}

impl Group {
    fn of(notifications: Vec<Notification>) -> Self {
        let mut group = Self { hints: Vec::with_capacity(notifications.len()), has_address: Vec::new() };
        for notification in notifications {
            let hint = hint_of(notification);
            group.has_address.push(hint.is_some());
            group.hints.extend(hint);
        }
        group
    }

    fn answers<E: Error + Send + Sync + 'static>(
        self,
        delivered: Vec<Result<Option<Delivered>, E>>,
    ) -> Vec<Result<Accepted, SinkError>> {
        let mut delivered = delivered.into_iter();
        let answer = |has_address| if has_address { accepted(delivered.next()) } else { Ok(Accepted::NotForUs) };
        self.has_address.into_iter().map(answer).collect()
    }
}

/// `None` for one that has no address.
fn hint_of(notification: Notification) -> Option<Hint> {
    let identity = notification.identity();
    let address = match &notification.key {
        Some(key) => HintAddress::Key(CallbackKey::from_url(key)),
        None => HintAddress::Execution(notification.execution.clone()?),
    };
    let hint = Hint::new(address, notification.status, identity).naming(notification.account, notification.execution);
    Some(match notification.attempt {
        Some(attempt) => hint.by_attempt(attempt),
        None => hint,
    })
}

fn accepted<E: Error + Send + Sync + 'static>(
    delivered: Option<Result<Option<Delivered>, E>>,
) -> Result<Accepted, SinkError> {
    match delivered {
        Some(Ok(None)) => Ok(Accepted::NotForUs),
        Some(Ok(Some(Delivered::Duplicate))) => Ok(Accepted::Duplicate),
        Some(Ok(Some(_))) => Ok(Accepted::New),
        Some(Err(error)) => Err(SinkError::new(error)),
        None => Err(SinkError::new("the store answered for fewer callbacks than it was given")),
    }
}

fn one(mut answers: Vec<Result<Accepted, SinkError>>) -> Result<Accepted, SinkError> {
    answers.pop().unwrap_or_else(|| accepted::<fmt::Error>(None))
}
