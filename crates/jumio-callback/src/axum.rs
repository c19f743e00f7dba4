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

use std::sync::Arc;

use ::axum::Router;
use ::axum::body::{Body, to_bytes};
use ::axum::extract::rejection::PathRejection;
use ::axum::extract::{Path, State};
use ::axum::routing::any;
use http::{Method, StatusCode};

use crate::{Answer, BODY_LIMIT, Receiver, Sink};

/// A router that answers `POST /{key}` and `POST /`, and refuses everything else with the same bare 404. Takes a
/// [`Receiver`], or a [`Sink`] to make one around. Mount it under a path of yours, on a host that Jumio can reach by
/// `https`; keep the path out of access logs, since it holds the key.
pub fn router<S: Sink + 'static>(receiver: impl Into<Receiver<S>>) -> Router {
    Router::new()
        // Any method: axum would tell the methods that a route allows.
        .route("/{key}", any(with_key::<S>))
        .route("/", any(without_key::<S>))
        .fallback(refuse)
        .with_state(Arc::new(receiver.into()))
}

async fn with_key<S: Sink>(
    State(receiver): State<Arc<Receiver<S>>>,
    key: Result<Path<String>, PathRejection>,
    method: Method,
    body: Body,
) -> StatusCode {
    match key {
        Ok(Path(key)) => receive(&receiver, Some(&key), &method, body).await,
        Err(_) => refuse().await,
    }
}

async fn without_key<S: Sink>(State(receiver): State<Arc<Receiver<S>>>, method: Method, body: Body) -> StatusCode {
    receive(&receiver, None, &method, body).await
}

async fn receive<S: Sink>(receiver: &Receiver<S>, key: Option<&str>, method: &Method, body: Body) -> StatusCode {
    if *method != Method::POST {
        return refuse().await;
    }
    match to_bytes(body, BODY_LIMIT).await {
        Ok(body) => receiver.receive(key, &body).await.status(),
        Err(_) => refuse().await,
    }
}

async fn refuse() -> StatusCode {
    Answer::Refused.status()
}
