//! The receiver as a `tower` service, and as a layer that stands before a service of yours.
//!
//! ```
//! use jumio_callback::tower::CallbackLayer;
//! use tower::{Layer as _, ServiceExt as _, service_fn};
//! # use http_body_util::{Empty, Full};
//! # use http::{Request, Response};
//! # use bytes::Bytes;
//! # struct Nobody;
//! # #[async_trait::async_trait]
//! # impl jumio_callback::Sink for Nobody {
//! #     async fn accept(&self, _: jumio_callback::Notification) -> Result<jumio_callback::Accepted, jumio_callback::SinkError> {
//! #         Ok(jumio_callback::Accepted::New)
//! #     }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # let sink = Nobody;
//! let mine = service_fn(|_: Request<Full<Bytes>>| async { Ok::<_, std::convert::Infallible>(Response::new(Full::new(Bytes::from("mine")))) });
//! let service = CallbackLayer::new("/jumio", sink).layer(mine);
//!
//! let knock = Request::post("/jumio/5ecre7").body(Full::new(Bytes::from(r#"{"workflowExecution":{"id":"w"}}"#))).unwrap();
//! assert_eq!(service.clone().oneshot(knock).await.unwrap().status(), 200);
//! let other = Request::get("/").body(Full::new(Bytes::new())).unwrap();
//! assert_eq!(service.oneshot(other).await.unwrap().status(), 200); // answered by `mine`
//! # }
//! ```

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};
use http_body::Body;
use http_body_util::{BodyExt as _, Either, Empty, Limited};
use tower_layer::Layer;
use tower_service::Service;

use crate::receiver::Seen;
use crate::{Answer, BODY_LIMIT, Knock, Receiver, Sink};

/// The address at the other end of the connection, as an extension of the request. The crate's own server puts it there;
/// another server's code does the same for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "an address in a wrapper, made by whoever accepts connections")]
pub struct PeerAddress(pub SocketAddr);

/// Answers `POST {prefix}/{key}` and `POST {prefix}`, and refuses everything else below the prefix with the same bare 404.
pub struct CallbackService<S> {
    receiver: Arc<Receiver<S>>,
    prefix: Arc<str>,
}

impl<S: Sink> CallbackService<S> {
    /// Takes a [`Receiver`], or a [`Sink`] to make one around, and a path such as `/jumio` (or nothing).
    pub fn new(prefix: &str, receiver: impl Into<Receiver<S>>) -> Self {
        Self { receiver: Arc::new(receiver.into()), prefix: prefix.trim_end_matches('/').into() }
    }

    /// What follows the prefix, where the path is below it.
    fn below<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_prefix(&*self.prefix).filter(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl<S> Clone for CallbackService<S> {
    fn clone(&self) -> Self {
        Self { receiver: Arc::clone(&self.receiver), prefix: Arc::clone(&self.prefix) }
    }
}

impl<S> fmt::Debug for CallbackService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackService").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl<S, B> Service<Request<B>> for CallbackService<S>
where
    S: Sink + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Response = Response<Empty<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move { Ok(respond(service.answer(request).await)) })
    }
}

impl<S: Sink> CallbackService<S> {
    async fn answer<B>(&self, request: Request<B>) -> Answer
    where
        B: Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        match self.read(request).await {
            Ok(seen) => self.receiver.take_in(seen).await,
            Err(answer) => answer,
        }
    }

    /// Reads a request to its end and lets it go: what it stands in is the connection's buffer.
    async fn read<B>(&self, request: Request<B>) -> Result<Seen, Answer>
    where
        B: Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let (head, body) = request.into_parts();
        let segment = self.below(head.uri.path()).map(|rest| rest.strip_prefix('/').unwrap_or(rest));
        // Keys need no escaping, so an escaped one is not ours; nor is anything deeper.
        let (Some(segment), &Method::POST) = (segment.filter(|text| !text.contains(['/', '%'])), &head.method) else {
            return Err(Answer::Refused);
        };
        let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
            return Err(Answer::Refused);
        };
        let body = body.to_bytes();
        let mut knock = Knock::new(&body).with_headers(&head.headers);
        if !segment.is_empty() {
            knock = knock.with_key(Some(segment));
        }
        if let Some(peer) = peer(&head.extensions) {
            knock = knock.from_peer(peer.ip());
        }
        self.receiver.read(&knock)
    }
}

fn peer(extensions: &http::Extensions) -> Option<SocketAddr> {
    if let Some(PeerAddress(peer)) = extensions.get() {
        return Some(*peer);
    }
    #[cfg(feature = "axum")]
    if let Some(::axum::extract::ConnectInfo(peer)) = extensions.get::<::axum::extract::ConnectInfo<SocketAddr>>() {
        return Some(*peer);
    }
    None
}

/// The answer on the wire: a status, and where it may come again, when.
fn respond(answer: Answer) -> Response<Empty<Bytes>> {
    let mut response = Response::new(Empty::new());
    *response.status_mut() = answer.status();
    if let Some(wait) = answer.retry_after() {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
    }
    response
}

/// Puts a [`CallbackService`] before another service, which gets everything outside the prefix.
pub struct CallbackLayer<S>(CallbackService<S>);

impl<S: Sink> CallbackLayer<S> {
    /// As [`CallbackService::new`].
    pub fn new(prefix: &str, receiver: impl Into<Receiver<S>>) -> Self {
        Self(CallbackService::new(prefix, receiver))
    }
}

impl<S> Clone for CallbackLayer<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S> fmt::Debug for CallbackLayer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CallbackLayer").field(&self.0).finish()
    }
}

impl<S, I> Layer<I> for CallbackLayer<S> {
    type Service = BeforeService<S, I>;

    fn layer(&self, inner: I) -> Self::Service {
        BeforeService { callbacks: self.0.clone(), inner }
    }
}

/// What [`CallbackLayer`] makes of a service.
pub struct BeforeService<S, I> {
    callbacks: CallbackService<S>,
    inner: I,
}

impl<S, I: Clone> Clone for BeforeService<S, I> {
    fn clone(&self) -> Self {
        Self { callbacks: self.callbacks.clone(), inner: self.inner.clone() }
    }
}

impl<S, I: fmt::Debug> fmt::Debug for BeforeService<S, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BeforeService").field("callbacks", &self.callbacks).field("inner", &self.inner).finish()
    }
}

impl<S, I, B, R> Service<Request<B>> for BeforeService<S, I>
where
    S: Sink + 'static,
    I: Service<Request<B>, Response = Response<R>>,
    I::Future: Send + 'static,
    I::Error: Send + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Response = Response<Either<Empty<Bytes>, R>>;
    type Error = I::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, I::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), I::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if self.callbacks.below(request.uri().path()).is_none() {
            let inner = self.inner.call(request);
            return Box::pin(async move { Ok(inner.await?.map(Either::Right)) });
        }
        let callbacks = self.callbacks.clone();
        Box::pin(async move { Ok(respond(callbacks.answer(request).await).map(Either::Left)) })
    }
}
