//! The one trait over HTTP. Not a client: it knows no endpoint and no token.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use jumio_model::endpoint::Body;

use crate::TransportError;

/// Sends a request and gives back the response, whatever its status.
///
/// An implementation
/// - sends the request as it stands, with its `Content-Length`, and adds no credential;
/// - follows no redirect and unpacks no compressed body;
/// - reads at most [`ReplyCeiling`](crate::ReplyCeiling) bytes of the response ([`ReplyReader`](crate::ReplyReader));
/// - says in its error whether the request may have been processed, and says yes in doubt.
///
/// [`read_all`](crate::read_all) gives a body as bytes, [`SendBody`](crate::SendBody) streams it. What is known of the call
/// is in the request's body ([`Body::meta`](jumio_model::endpoint::Body::meta)), and may be missing.
///
/// ```
/// use async_trait::async_trait;
/// use bytes::Bytes;
/// use jumio_model::endpoint::Body;
/// use jumio_transport::{Transport, TransportError, read_all};
///
/// # struct Stack;
/// # impl Stack {
/// #     async fn run(&self, _: http::Request<Bytes>) -> Result<http::Response<Bytes>, std::io::Error> {
/// #         Ok(http::Response::new(Bytes::new()))
/// #     }
/// # }
/// struct Mine(Stack);
///
/// #[async_trait]
/// impl Transport for Mine {
///     async fn send(&self, request: http::Request<Body>) -> Result<http::Response<Bytes>, TransportError> {
///         let (head, body) = request.into_parts();
///         let body = read_all(body).await.map_err(|error| TransportError::body(error).unprocessed())?;
///         self.0.run(http::Request::from_parts(head, body)).await.map_err(TransportError::other)
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # assert!(Mine(Stack).send(http::Request::new(Body::from("x"))).await.is_ok());
/// # }
/// ```
#[cfg_attr(any(test, feature = "test-util"), mockall::automock)]
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends one request.
    ///
    /// # Errors
    ///
    /// [`TransportError`] where no whole response came. A response with any status is no error here.
    async fn send(&self, request: Request<Body>) -> Result<Response<Bytes>, TransportError>;
}

/// What points to a transport is one. Written out, because async-trait would put a box around the box that is handed on.
macro_rules! pointers {
    ($($pointer:ty),+) => {$(
        impl<T: Transport + ?Sized> Transport for $pointer {
            fn send<'this, 'future>(
                &'this self,
                request: Request<Body>,
            ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + 'future>>
            where
                'this: 'future,
                Self: 'future,
            {
                (**self).send(request)
            }
        }
    )+};
}

pointers!(&T, Box<T>, Arc<T>);
