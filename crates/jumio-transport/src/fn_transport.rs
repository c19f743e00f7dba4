//! A closure as a transport, for whoever has one function and wants no type.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use jumio_model::endpoint::Body;

use crate::{Transport, TransportError};

/// An async closure that sends a request.
///
/// ```
/// use bytes::Bytes;
/// use jumio_model::endpoint::Body;
/// use jumio_transport::{FnTransport, Transport};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let teapot = FnTransport(|_: http::Request<Body>| async {
///     let mut response = http::Response::new(Bytes::new());
///     *response.status_mut() = http::StatusCode::IM_A_TEAPOT;
///     Ok(response)
/// });
/// assert_eq!(teapot.send(http::Request::new(Body::empty())).await.unwrap().status(), 418);
/// # }
/// ```
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_structs, reason = "a wrapper: written and read by its one member")]
pub struct FnTransport<F>(pub F);

#[async_trait]
impl<F, Sending> Transport for FnTransport<F>
where
    F: Fn(Request<Body>) -> Sending + Send + Sync,
    Sending: Future<Output = Result<Response<Bytes>, TransportError>> + Send,
{
    async fn send(&self, request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        (self.0)(request).await
    }
}

impl<F> fmt::Debug for FnTransport<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FnTransport(…)")
    }
}
