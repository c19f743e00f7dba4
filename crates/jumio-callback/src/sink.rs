//! Where notifications go.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use crate::Notification;

/// Takes notifications in. Decides nothing by what one says, and follows no URL in it.
#[async_trait]
pub trait Sink: Send + Sync {
    /// Takes one in, durably: Jumio is told that it need not come again, and documents no retry (protocol 6.4).
    ///
    /// # Errors
    ///
    /// [`SinkError`] where it could not be made durable.
    async fn accept(&self, notification: Notification) -> Result<Accepted, SinkError>;

    /// Takes several in, and says of each what came of it, in their order. A sink that can make a group durable with one
    /// commit does so here; each on its own, where it is not written. It may be called again before an earlier call has ended.
    async fn accept_all(&self, notifications: Vec<Notification>) -> Vec<Result<Accepted, SinkError>> {
        let mut results = Vec::with_capacity(notifications.len());
        for notification in notifications {
            results.push(self.accept(notification).await);
        }
        results
    }

    /// Whether it needs the [`body`](Notification::body) of this one: a queue before it drops what is not needed. Yes, where
    /// it is not written.
    fn wants_body(&self, _: &Notification) -> bool {
        true
    }
}

#[async_trait]
impl<S: Sink + ?Sized> Sink for Arc<S> {
    async fn accept(&self, notification: Notification) -> Result<Accepted, SinkError> {
        self.as_ref().accept(notification).await
    }

    async fn accept_all(&self, notifications: Vec<Notification>) -> Vec<Result<Accepted, SinkError>> {
        self.as_ref().accept_all(notifications).await
    }

    fn wants_body(&self, notification: &Notification) -> bool {
        self.as_ref().wants_body(notification)
    }
}

/// What a sink did with a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Accepted {
    /// It is new, and durable.
    New,
    /// The same one came before, and is durable.
    Duplicate,
    /// It is for nobody here: its key is unknown.
    NotForUs,
}

/// A notification that could not be made durable.
#[derive(Debug)]
pub struct SinkError(Box<dyn Error + Send + Sync>);

impl SinkError {
    /// Says why.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}

impl fmt::Display for SinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the callback could not be stored")
    }
}

impl Error for SinkError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.0.as_ref())
    }
}
