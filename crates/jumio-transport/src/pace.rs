//! Sends no faster than Jumio's published limits allow, so that a 429 is the exception. Not a queue that survives a restart:
//! who waits here waits in memory.

mod bucket;
mod limits;
mod line;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use jumio_model::endpoint::{Body, Role};

use self::line::Line;
use crate::retry::wait_asked_for;
use crate::{CallDeadline, Transport, TransportError};

pub use self::limits::{Limit, Limits};
pub use self::line::Priority;

/// Lets requests through at the pace of a [`Pacer`].
///
/// It belongs inside of [`Retry`](crate::Retry) and of the decorator that adds the access token, so that repetitions take
/// their turn too, and outside of [`AttemptTimeout`](crate::AttemptTimeout), so that waiting is not taken for a slow answer.
/// A request whose turn comes after the call's [`CallDeadline`] fails at once, and was not sent; so does one before which 10 000
/// others wait.
///
/// ```
/// use jumio_transport::{Limits, Pace, Pacer, Transport};
///
/// // One pacer for each tenant; the transport for the token call takes a clone of it.
/// fn paced(mine: impl Transport, pacer: &Pacer) -> impl Transport {
///     Pace::new(mine, pacer.clone())
/// }
/// let pacer = Pacer::new(Limits::published().with_share(0.5));
/// # let _ = paced(jumio_transport::FnTransport(|_| async { Ok(http::Response::default()) }), &pacer);
/// ```
#[derive(Debug, Clone)]
pub struct Pace<T> {
    inner: T,
    pacer: Pacer,
}

impl<T> Pace<T> {
    /// Paces what goes through this transport.
    pub fn new(inner: T, pacer: Pacer) -> Self {
        Self { inner, pacer }
    }
}

#[async_trait]
impl<T: Transport> Transport for Pace<T> {
    async fn send(&self, request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        let Some(line) = self.pacer.line(&request) else {
            return self.inner.send(request).await;
        };
        let priority = priority_of(&request);
        let turn = line
            .turn(priority, CallDeadline::of(request.extensions()))
            .await
            .map_err(|late| TransportError::not_sent(late.what(), late).because(late.held_back()))?;
        let result = self.inner.send(request).await;
        match &result {
            Ok(response) if response.status() == StatusCode::TOO_MANY_REQUESTS => {
                line.throttled(turn, wait_asked_for(response.headers()));
            }
            Ok(_) => line.went_well(),
            Err(_) => {}
        }
        result
    }
}

/// The pace of one tenant: a line for each kind of call that Jumio limits. Clones share it.
///
/// Callers wait by [`Priority`] and in order within it. One that gives up leaves its place to the next. A 429 stops its line
/// for as long as the service asked (at least 1 s, at most 60 s), and halves its pace; after 10 s without another
/// one the pace doubles again, until it is the old one.
#[derive(Clone)]
pub struct Pacer {
    lines: Arc<[Line; 4]>,
}

impl Pacer {
    /// A pacer with these limits.
    pub fn new(limits: Limits) -> Self {
        let line = |name, limit: Option<Limit>| Line::new(name, limit.map(|limit| limit.times(limits.share)));
        Self {
            lines: Arc::new([
                line("token", limits.token),
                line("account", limits.account),
                line("retrieval", limits.retrieval),
                line("upload", limits.upload),
            ]),
        }
    }

    /// The line that a request waits in. Health is not limited, and neither is what says nothing of itself.
    fn line(&self, request: &Request<Body>) -> Option<&Line> {
        let [token, account, retrieval, upload] = &*self.lines;
        match request.body().meta()?.role {
            Role::Auth => Some(token),
            Role::Account => Some(account),
            Role::Retrieval => Some(retrieval),
            Role::Api => Some(upload),
            _ => None,
        }
    }
}

impl Default for Pacer {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl fmt::Debug for Pacer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lines.iter()).finish()
    }
}

/// What the call was given, or else what it is: opening a transaction comes before looking at one.
fn priority_of(request: &Request<Body>) -> Priority {
    match (request.extensions().get::<Priority>(), request.body().meta()) {
        (Some(priority), _) => *priority,
        (None, Some(meta)) if meta.role == Role::Retrieval => Priority::Result,
        _ => Priority::Create,
    }
}

/// How many may wait in one line: at the slowest of the published limits, hours.
const MOST_WAITING: usize = 10_000;

/// How long a line stands still after a 429, at least and at most.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests;
