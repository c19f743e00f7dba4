//! The receiver as an axum router.
//!
//! ```
//! use axum::Router;
//! # struct Nobody;
//! # #[async_trait::async_trait]
//! # impl jumio_callback::Sink for Nobody {
//! #     async fn accept(&self, _: jumio_callback::Notification) -> Result<jumio_callback::Accepted, jumio_callback::SinkError> {
//! #         Ok(jumio_callback::Accepted::New)
//! #     }
//! # }
//! # let sink = Nobody;
//! // Answers `POST /jumio/{key}` for transactions with a callback URL of their own, and `POST /jumio` for the portal's.
//! let app: Router = Router::new().nest("/jumio", jumio_callback::axum::router(sink));
//! ```
//!
//! Serve it with the crate's own `Server`, which has the timers that `axum::serve` has not, or with
//! `into_make_service_with_connect_info::<SocketAddr>()`, so that the caller's address is known where a list of addresses
//! decides.

use ::axum::Router;

use crate::tower::CallbackService;
use crate::{Receiver, Sink};

/// A router that answers `POST /{key}` and `POST /`, and refuses everything else with the same bare 404. Takes a
/// [`Receiver`], or a [`Sink`] to make one around. Mount it under a path of yours, on a host that Jumio can reach by
/// `https`; keep the path out of access logs, since it holds the key.
pub fn router<S: Sink + 'static>(receiver: impl Into<Receiver<S>>) -> Router {
    // Not routes: axum would tell the methods that a route allows.
    Router::new().fallback_service(CallbackService::new("", receiver))
}
