//! Faults on demand, for tests of what stands around a transport. Not a mock: what it lets through really goes out.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderValue, Request, Response, StatusCode};
use jumio_model::endpoint::Body;

use crate::{Transport, TransportError};

/// What happens to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mishap {
    /// Nothing: it goes through.
    None,
    /// No connection. It is not sent.
    Refused,
    /// It is sent and processed, and the answer is lost.
    LostAnswer,
    /// It is answered with this status instead of being sent.
    Answer(StatusCode),
    /// It is answered with this status and `Retry-After` in seconds.
    AnswerAfter(StatusCode, u64),
    /// It goes through after so long.
    Slow(Duration),
    /// It is sent and processed, and no answer ever comes.
    Silence,
}

/// Lets the script happen to the requests in the order in which they come, and nothing to those after it.
///
/// ```
/// use jumio_transport::{Fault, FnTransport, Mishap, Transport};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let mine = FnTransport(|_| async { Ok(http::Response::default()) });
/// let fault = Fault::new(mine, [Mishap::LostAnswer]);
/// assert!(fault.send(http::Request::default()).await.unwrap_err().may_have_been_processed());
/// assert!(fault.send(http::Request::default()).await.is_ok());
/// assert_eq!((fault.attempts(), fault.arrivals()), (2, 2));
/// # }
/// ```
pub struct Fault<T> {
    inner: T,
    script: Mutex<VecDeque<Mishap>>,
    attempts: AtomicUsize,
    arrivals: AtomicUsize,
}

impl<T> Fault<T> {
    /// Plays this script in front of the transport.
    pub fn new(inner: T, script: impl IntoIterator<Item = Mishap>) -> Self {
        let script = Mutex::new(script.into_iter().collect());
        Self { inner, script, attempts: AtomicUsize::new(0), arrivals: AtomicUsize::new(0) }
    }

    /// How many requests came here.
    pub fn attempts(&self) -> usize {
        self.attempts.load(Ordering::SeqCst)
    }

    /// How many of them reached the other side and were processed.
    pub fn arrivals(&self) -> usize {
        self.arrivals.load(Ordering::SeqCst)
    }
}

impl<T: Transport> Fault<T> {
    async fn pass(&self, request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        self.arrivals.fetch_add(1, Ordering::SeqCst);
        self.inner.send(request).await
    }
}

#[async_trait]
impl<T: Transport> Transport for Fault<T> {
    async fn send(&self, request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        self.attempts.fetch_add(1, Ordering::SeqCst);
        let next = self.script.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        match next.unwrap_or(Mishap::None) {
            Mishap::None => self.pass(request).await,
            Mishap::Refused => {
                Err(TransportError::connect(std::io::Error::from(std::io::ErrorKind::ConnectionRefused)))
            }
            Mishap::LostAnswer => {
                self.pass(request).await?;
                Err(TransportError::interrupted(std::io::Error::from(std::io::ErrorKind::ConnectionReset)))
            }
            Mishap::Answer(status) => Ok(answer(status, None)),
            Mishap::AnswerAfter(status, seconds) => Ok(answer(status, Some(seconds))),
            Mishap::Slow(wait) => {
                tokio::time::sleep(wait).await;
                self.pass(request).await
            }
            Mishap::Silence => {
                self.pass(request).await?;
                std::future::pending().await
            }
        }
    }
}

fn answer(status: StatusCode, retry_after: Option<u64>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

impl<T> fmt::Debug for Fault<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({} attempts, {} arrivals)", self.attempts(), self.arrivals())
    }
}
