//! Whether Jumio is played: every answer of a simulator says so in a header, also one that somebody else started. What a
//! simulator decides must never look like a decision of Jumio's.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderName, Request, Response};
use jumio_model::endpoint::Body;
use jumio_transport::{Transport, TransportError};

const HEADER: HeaderName = HeaderName::from_static("x-simulated");

/// Of the whole process: it talks to one place, and lines are written from many.
static SEEN: AtomicBool = AtomicBool::new(false);

/// Whether an answer said so.
pub(crate) fn is_seen() -> bool {
    SEEN.load(Ordering::Relaxed)
}

/// Looks at every answer on its way.
pub(crate) struct Watch<T>(pub(crate) T);

#[async_trait]
impl<T: Transport> Transport for Watch<T> {
    async fn send(&self, request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        let response = self.0.send(request).await?;
        if response.headers().contains_key(&HEADER) {
            SEEN.store(true, Ordering::Relaxed);
        }
        Ok(response)
    }
}
