//! Keeps callbacks without a key as they came, for an older receiver that shares the tenant.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::Utc;
use jumio_flow::{CallbackToLend, FlowStore};

use crate::{Accepted, Notification, Sink, SinkError};

/// A sink before the flows' own, which keeps each callback without a key until a flow has its transaction or
/// [`HandOver`](jumio_flow::HandOver) has brought it to the older receiver. What came with a key is ours, and goes straight on.
///
/// ```
/// # use std::sync::Arc;
/// use jumio_callback::{GroupCommit, Lending, Receiver, Sources, StoreSink};
/// use jumio_flow::MemoryStore;
/// use jumio_model::endpoint::Region;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let store = Arc::new(MemoryStore::new()); // the one that the flows are in
/// let sink = Lending::new(store.clone(), StoreSink::new(store));
/// let receiver = Receiver::new(GroupCommit::new(sink)).sources(Sources::published([Region::Eu]));
/// # }
/// ```
pub struct Lending<S> {
    store: Arc<dyn FlowStore>,
    sink: S,
}

impl<S: Sink> Lending<S> {
    /// Keeps callbacks in this store, and hands them on to this sink.
    pub fn new(store: Arc<dyn FlowStore>, sink: S) -> Self {
        Self { store, sink }
    }
}

#[async_trait]
impl<S: Sink> Sink for Lending<S> {
    async fn accept(&self, notification: Notification) -> Result<Accepted, SinkError> {
        let answer = self.accept_all(vec![notification]).await.pop();
        answer.unwrap_or_else(|| Err(SinkError::new("the sink gave no answer")))
    }

    /// One that could not be kept is not handed on either: its sender is told to come again.
    async fn accept_all(&self, notifications: Vec<Notification>) -> Vec<Result<Accepted, SinkError>> {
        let lent: Vec<_> = notifications.iter().filter_map(to_lend).collect();
        if lent.is_empty() {
            return self.sink.accept_all(notifications).await;
        }
        let why = match self.store.lend(&lent, Utc::now()).await {
            Ok(true) => return self.sink.accept_all(notifications).await,
            Ok(false) => "too many callbacks wait for the older receiver; see to it".to_owned(),
            Err(error) => error.to_string(),
        };
        // Those with a key need nothing to be kept.
        let is_lent: Vec<_> = notifications.iter().map(|one| to_lend(one).is_some()).collect();
        let others = notifications.into_iter().filter(|one| to_lend(one).is_none()).collect();
        let mut answers = self.sink.accept_all(others).await.into_iter();
        let none = || Err(SinkError::new("the sink gave no answer"));
        let answer = |lent| if lent { Err(SinkError::new(why.clone())) } else { answers.next().unwrap_or_else(none) };
        is_lent.into_iter().map(answer).collect()
    }

    fn wants_body(&self, notification: &Notification) -> bool {
        notification.key.is_none() || self.sink.wants_body(notification)
    }
}

fn to_lend(notification: &Notification) -> Option<CallbackToLend> {
    let (None, Some(execution), Some(body)) = (&notification.key, &notification.execution, &notification.body) else {
        return None;
    };
    Some(CallbackToLend::new(execution.as_str(), notification.identity(), &**body))
}

impl<S> fmt::Debug for Lending<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lending").finish_non_exhaustive()
    }
}
