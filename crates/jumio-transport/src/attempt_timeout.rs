//! How long one attempt may take. Not the deadline of a whole call, which covers waiting and repeating too.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use jumio_model::endpoint::{Body, Segment};

use crate::{Transport, TransportError};

/// Ends an attempt that takes too long: 30 s for a call, 120 s for an upload, from opening files to the last byte of the
/// reply.
///
/// An upload is a request with a part in a file or with more than 64 KiB. An attempt that was ended may have been
/// processed.
#[derive(Debug, Clone)]
pub struct AttemptTimeout<T> {
    inner: T,
    call: Duration,
    upload: Duration,
}

impl<T> AttemptTimeout<T> {
    /// Bounds the attempts of this transport.
    pub fn new(inner: T) -> Self {
        Self { inner, call: Duration::from_secs(30), upload: Duration::from_secs(120) }
    }

    /// Sets how long a call may take.
    #[must_use]
    pub fn with_call(mut self, limit: Duration) -> Self {
        self.call = limit;
        self
    }

    /// Sets how long an upload may take.
    #[must_use]
    pub fn with_upload(mut self, limit: Duration) -> Self {
        self.upload = limit;
        self
    }
}

#[async_trait]
impl<T: Transport> Transport for AttemptTimeout<T> {
    async fn send(&self, request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        let limit = if is_upload(request.body()) { self.upload } else { self.call };
        match tokio::time::timeout(limit, self.inner.send(request)).await {
            Ok(result) => result,
            Err(_) => Err(TransportError::timeout(Some(limit))),
        }
    }
}

fn is_upload(body: &Body) -> bool {
    body.content_length() > 64 * 1024 || body.segments().iter().any(|segment| matches!(segment, Segment::File { .. }))
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use bytes::Bytes;
    use http::{Request, Response};
    use jumio_model::endpoint::{Body, Segment};
    use tokio::time::Instant;

    use super::AttemptTimeout;
    use crate::{FnTransport, Transport, TransportErrorKind};

    #[tokio::test(start_paused = true)]
    async fn a_call_has_30_s_and_an_upload_120_s() {
        let never = FnTransport(|_: Request<Body>| std::future::pending());
        let transport = AttemptTimeout::new(never);
        let file = Body::from_segments([Segment::file(Path::new("x"), 0, 1)]);
        let cases = [
            (Body::empty(), 30),
            (Body::from(vec![0; 64 * 1024]), 30),
            (Body::from(vec![0; 64 * 1024 + 1]), 120),
            (file, 120),
        ];
        for (body, seconds) in cases {
            let start = Instant::now();
            let error = transport.send(Request::new(body)).await.unwrap_err();
            // On the test's own clock, which stands still until everybody waits.
            assert_eq!(start.elapsed().as_secs(), seconds);
            assert_eq!(error.kind(), TransportErrorKind::Timeout);
            assert!(error.may_have_been_processed());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_in_time_comes_through() {
        let slow = FnTransport(|_: Request<Body>| async {
            tokio::time::sleep(Duration::from_secs(9)).await;
            Ok(Response::new(Bytes::from("late")))
        });
        let long = AttemptTimeout::new(&slow).with_call(Duration::from_secs(10));
        assert_eq!(long.send(Request::new(Body::empty())).await.unwrap().body(), "late");
        let short = AttemptTimeout::new(&slow).with_call(Duration::from_secs(8)).with_upload(Duration::from_secs(8));
        assert!(short.send(Request::new(Body::empty())).await.unwrap_err().is_timeout());
    }
}
