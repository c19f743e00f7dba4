//! How long one attempt may take. Not the deadline of a whole call, which covers waiting and repeating too.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use jumio_model::endpoint::{Body, Repeat};

use crate::transfer::is_transfer;
use crate::{Transport, TransportError};

/// Ends an attempt that takes too long, from opening files to the last byte of the reply: 10 s for a call that may be repeated,
/// 30 s for one that must happen once, 120 s for an upload or a download.
///
/// So a second and a third attempt fit into the 30 s that a [`Deadline`](crate::Deadline) gives the whole call. One that must not
/// be repeated gains nothing from giving up early.
///
/// An upload is a request with a part in a file or with more than 64 KiB. An attempt that was ended may have been
/// processed.
#[derive(Debug, Clone)]
pub struct AttemptTimeout<T> {
    inner: T,
    call: Duration,
    repeatable: Duration,
    transfer: Duration,
}

impl<T> AttemptTimeout<T> {
    /// Bounds the attempts of this transport.
    pub fn new(inner: T) -> Self {
        let (call, repeatable) = (Duration::from_secs(30), Duration::from_secs(10));
        Self { inner, call, repeatable, transfer: Duration::from_secs(120) }
    }

    /// Sets how long an attempt of a call may take, whether it may be repeated or not.
    #[must_use]
    pub fn with_call(mut self, limit: Duration) -> Self {
        (self.call, self.repeatable) = (limit, limit);
        self
    }

    /// Sets how long an attempt of a call may take that may be repeated.
    #[must_use]
    pub fn with_repeatable(mut self, limit: Duration) -> Self {
        self.repeatable = limit;
        self
    }

    /// Sets how long an upload or a download may take.
    #[must_use]
    pub fn with_transfer(mut self, limit: Duration) -> Self {
        self.transfer = limit;
        self
    }

    fn limit(&self, request: &Request<Body>) -> Duration {
        let meta = request.body().meta();
        if is_transfer(request) {
            self.transfer
        } else if meta.is_some_and(|meta| meta.repeat == Repeat::Safe) {
            self.repeatable
        } else {
            self.call
        }
    }
}

#[async_trait]
impl<T: Transport> Transport for AttemptTimeout<T> {
    async fn send(&self, request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        let limit = self.limit(&request);
        match tokio::time::timeout(limit, self.inner.send(request)).await {
            Ok(result) => result,
            Err(_) => Err(TransportError::timeout(Some(limit))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use bytes::Bytes;
    use http::{Request, Response};
    use jumio_model::api::{CreateAccount, GetHealth};
    use jumio_model::endpoint::{Body, Meta, Segment};
    use tokio::time::Instant;

    use super::AttemptTimeout;
    use crate::{Deadline, Fault, FnTransport, Mishap, Retry, Transport, TransportErrorKind};

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
    async fn a_call_that_may_be_repeated_has_less() {
        let never = || FnTransport(|_: Request<Body>| std::future::pending());
        let (usual, set) = (AttemptTimeout::new(never()), AttemptTimeout::new(never()));
        let set = set.with_repeatable(Duration::from_secs(5));
        for (transport, meta, seconds) in [
            (&usual, Meta::of::<GetHealth>(), 10),
            (&usual, Meta::of::<CreateAccount>(), 30),
            (&set, Meta::of::<GetHealth>(), 5),
            (&set, Meta::of::<CreateAccount>(), 30),
        ] {
            let request = Request::new(Body::empty().with_meta(meta));
            let start = Instant::now();
            transport.send(request).await.unwrap_err();
            assert_eq!(start.elapsed().as_secs(), seconds, "{}", meta.name);
        }
    }

    /// With the limits as they are, and a service that is silent once.
    #[tokio::test(start_paused = true)]
    async fn one_silent_attempt_leaves_time_for_another() {
        let well = FnTransport(|_: Request<Body>| async { Ok(Response::new(Bytes::new())) });
        let mine = Fault::new(well, [Mishap::Silence, Mishap::Silence]);
        let onion = Deadline::new(Retry::new(AttemptTimeout::new(mine)));
        let request = Request::new(Body::empty().with_meta(Meta::of::<GetHealth>()));
        assert!(onion.send(request).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_in_time_comes_through() {
        let slow = FnTransport(|_: Request<Body>| async {
            tokio::time::sleep(Duration::from_secs(9)).await;
            Ok(Response::new(Bytes::from("late")))
        });
        let long = AttemptTimeout::new(&slow).with_call(Duration::from_secs(10));
        assert_eq!(long.send(Request::new(Body::empty())).await.unwrap().body(), "late");
        let short = AttemptTimeout::new(&slow).with_call(Duration::from_secs(8)).with_transfer(Duration::from_secs(8));
        assert!(short.send(Request::new(Body::empty())).await.unwrap_err().is_timeout());
    }
}
