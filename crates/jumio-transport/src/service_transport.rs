//! A `tower::Service` as a transport, for whoever has built their HTTP stack of layers. Depends on `tower-service` alone.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as HttpBody;
use jumio_model::endpoint::Body;
use tower_service::Service;

use crate::{MinimumSpeed, Progress, ReplyReader, SendBody, Transport, TransportError};

/// A service that sends a [`SendBody`] and answers with any body.
///
/// What is known of the call ([`Meta`](jumio_model::endpoint::Meta)) is in the extensions of the request that the service gets.
///
/// The service is cloned for each request, as hyper's and tower's clients are made for. What it says of a failure is not
/// known here, so every failure of the service counts as "may have been processed": a call that must not happen twice is
/// then not sent again. Where your service knows better, say so with [`with_failure`](Self::with_failure).
///
/// ```
/// use http_body_util::Full;
/// use jumio_transport::{SendBody, ServiceTransport, Transport};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let service = tower::service_fn(|request: http::Request<SendBody>| async move {
///     Ok::<_, std::io::Error>(http::Response::new(Full::new(bytes::Bytes::from("hello"))))
/// });
/// let transport = ServiceTransport::new(service);
/// assert_eq!(transport.send(http::Request::default()).await.unwrap().body(), "hello");
/// # }
/// ```
#[derive(Clone)]
pub struct ServiceTransport<S> {
    service: S,
    failure: fn(Box<dyn Error + Send + Sync>) -> TransportError,
}

impl<S> ServiceTransport<S> {
    /// Sends through this service.
    pub fn new(service: S) -> Self {
        Self { service, failure: |error| TransportError::other(error) }
    }

    /// Says what a failure of the service means: whether there was no connection, or the request may have been processed.
    #[must_use]
    pub fn with_failure(mut self, failure: fn(Box<dyn Error + Send + Sync>) -> TransportError) -> Self {
        self.failure = failure;
        self
    }
}

#[async_trait]
impl<S, B> Transport for ServiceTransport<S>
where
    S: Service<Request<SendBody>, Response = Response<B>> + Clone + Send + Sync,
    S::Future: Send,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: HttpBody + Send,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>> + Send,
{
    async fn send(&self, request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        let uri = request.uri().clone();
        let reader = ReplyReader::of(&request);
        let (mut head, body) = request.into_parts();
        if let Some(meta) = body.meta() {
            head.extensions.insert(*meta);
        }
        let mut body = SendBody::open(body).await.map_err(|error| TransportError::body(error).unprocessed())?;
        if let Some(progress) = head.extensions.get::<Progress>() {
            body = body.with_progress(progress.clone());
        }
        let watch = body.watched(MinimumSpeed::default());
        let mut service = self.service.clone();
        // A service that is not ready has been given nothing.
        poll_fn(|cx| service.poll_ready(cx))
            .await
            .map_err(|error| TransportError::not_sent("the HTTP stack is not ready", error).at(&uri))?;
        let (sending, failure) = (service.call(Request::from_parts(head, body)), self.failure);
        let meaning = |error: Box<dyn Error + Send + Sync>| watch.body_failure().unwrap_or_else(|| failure(error));
        let sending = async { sending.await.map_err(|error| meaning(error.into())) };
        let response = watch.wait(sending).await.and_then(std::convert::identity).map_err(|error| error.at(&uri))?;
        reader.read(response).await.map_err(|error| error.at(&uri))
    }
}

impl<S> fmt::Debug for ServiceTransport<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceTransport(…)")
    }
}
