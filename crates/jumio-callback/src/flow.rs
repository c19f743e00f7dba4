//! The bridge to `jumio-flow`: a callback becomes a hint, addressed by the key in its URL, or else by the transaction.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::Utc;
use jumio_flow::{CallbackKey, Delivered, FlowStore, Flows, Hint, HintAddress, StoreError};

use crate::{Accepted, Notification, Sink, SinkError};

/// Takes callbacks in for flows that this process runs, and wakes them.
#[async_trait]
impl Sink for Flows {
    async fn accept(&self, notification: Notification) -> Result<Accepted, SinkError> {
        one(self.accept_all(vec![notification]).await)
    }

    async fn accept_all(&self, notifications: Vec<Notification>) -> Vec<Result<Accepted, SinkError>> {
        let group = Group::sort(self.store(), &notifications).await;
        let delivered = self.deliver_all(&group.hints).await;
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
        let group = Group::sort(self.store.as_ref(), &notifications).await;
        let delivered = self.store.deliver_all(&group.hints, Utc::now()).await;
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

/// Several notifications: those that the store is to keep, and the answers to the others.
struct Group {
    hints: Vec<Hint>,
    /// One for each notification; `None` where the store has the answer.
    decided: Vec<Option<Result<Accepted, SinkError>>>,
}

impl Group {
    /// A key that no flow has is refused before anything is written.
    async fn sort(store: &dyn FlowStore, notifications: &[Notification]) -> Self {
        let hints: Vec<_> = notifications.iter().map(hint_of).collect();
        let key_of = |hint: &Hint| if let HintAddress::Key(key) = &hint.address { Some(key.clone()) } else { None };
        let keys: Vec<_> = hints.iter().flatten().filter_map(key_of).collect();
        let known = store.knows_keys(&keys).await;
        let mut answers = known.as_ref().map(|known| known.iter().copied());
        let mut group = Self { hints: Vec::new(), decided: Vec::new() };
        for hint in hints {
            let Some(hint) = hint else {
                group.decided.push(Some(Ok(Accepted::NotForUs)));
                continue;
            };
            let decided = match (&hint.address, &mut answers) {
                (HintAddress::Key(_), Err(error)) => Some(Err(again(error))),
                (HintAddress::Key(_), Ok(known)) => (known.next() != Some(true)).then_some(Ok(Accepted::NotForUs)),
                _ => None,
            };
            if decided.is_none() {
                group.hints.push(hint);
            }
            group.decided.push(decided);
        }
        group
    }

    fn answers<E: Error + Send + Sync + 'static>(
        self,
        delivered: Vec<Result<Delivered, E>>,
    ) -> Vec<Result<Accepted, SinkError>> {
        let mut delivered = delivered.into_iter();
        let answer = |decided: Option<_>| decided.unwrap_or_else(|| accepted(delivered.next()));
        self.decided.into_iter().map(answer).collect()
    }
}

/// One failure, for each of those who share it.
fn again(error: &StoreError) -> SinkError {
    let cause = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    SinkError::new(format!("{error}{cause}"))
}

/// `None` for one that has no address.
fn hint_of(notification: &Notification) -> Option<Hint> {
    let address = match &notification.key {
        Some(key) => HintAddress::Key(CallbackKey::from_url(key)),
        None => HintAddress::Execution(notification.execution.clone()?),
    };
    let hint = Hint::new(address, notification.status.clone(), notification.identity())
        .naming(notification.account.clone(), notification.execution.clone());
    Some(match notification.attempt {
        Some(attempt) => hint.by_attempt(attempt),
        None => hint,
    })
}

fn accepted<E: Error + Send + Sync + 'static>(delivered: Option<Result<Delivered, E>>) -> Result<Accepted, SinkError> {
    match delivered {
        Some(Ok(Delivered::Duplicate)) => Ok(Accepted::Duplicate),
        Some(Ok(_)) => Ok(Accepted::New),
        Some(Err(error)) => Err(SinkError::new(error)),
        None => Err(SinkError::new("the store answered for fewer callbacks than it was given")),
    }
}

fn one(mut answers: Vec<Result<Accepted, SinkError>>) -> Result<Accepted, SinkError> {
    answers.pop().unwrap_or_else(|| accepted::<fmt::Error>(None))
}
