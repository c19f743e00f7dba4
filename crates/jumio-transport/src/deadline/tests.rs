//! When a call is over, whatever it is waiting for.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use jumio_model::endpoint::Body;
use tokio::time::Instant;

use super::{CallDeadline, Deadline};
use crate::{FnTransport, Transport, TransportErrorKind};

fn never() -> impl Transport {
    FnTransport(|_: Request<Body>| std::future::pending())
}

/// Proves R7.
#[tokio::test(start_paused = true)]
async fn a_call_ends_after_30_s_and_a_transfer_after_120_s() {
    let transport = Deadline::new(never());
    for (body, seconds) in [(Body::empty(), 30), (Body::from(vec![0; 64 * 1024 + 1]), 120)] {
        let start = Instant::now();
        let error = transport.send(Request::new(body)).await.unwrap_err();
        // On the test's own clock, which stands still until everybody waits.
        assert_eq!(start.elapsed().as_secs(), seconds);
        assert_eq!((error.kind(), error.may_have_been_processed()), (TransportErrorKind::Timeout, true));
    }
}

#[tokio::test(start_paused = true)]
async fn an_inner_deadline_never_moves_the_outer_one_back() {
    let start = Instant::now();
    let nested = Deadline::new(Deadline::new(never()).with_call(Duration::from_secs(60)));
    nested.send(Request::new(Body::empty())).await.unwrap_err();
    assert_eq!(start.elapsed().as_secs(), 30);
    let nested = Deadline::new(Deadline::new(never()).with_call(Duration::from_secs(5)));
    nested.send(Request::new(Body::empty())).await.unwrap_err();
    assert_eq!(start.elapsed().as_secs(), 35);
}

#[tokio::test(start_paused = true)]
async fn what_is_inside_knows_how_long_it_has() {
    let look = FnTransport(|request: Request<Body>| async move {
        let deadline = CallDeadline::of(request.extensions()).unwrap();
        assert_eq!(deadline.remaining(), Duration::from_secs(7));
        assert!(deadline.is_before_end_of(Duration::from_secs(7)));
        assert!(!deadline.is_before_end_of(Duration::from_secs(6)));
        assert!(deadline.bound(std::future::pending::<()>()).await.is_none());
        Ok(Response::new(Bytes::from_static(b"seen")))
    });
    let transport = Deadline::new(look).with_call(Duration::from_secs(7)).with_transfer(Duration::MAX);
    assert_eq!(transport.send(Request::new(Body::empty())).await.unwrap().body(), "seen");
}

#[tokio::test(start_paused = true)]
async fn a_limit_beyond_all_clocks_is_none() {
    let transport = Deadline::new(FnTransport(|_: Request<Body>| async { Ok(Response::default()) }));
    assert!(transport.with_call(Duration::MAX).send(Request::new(Body::empty())).await.is_ok());
    assert!(CallDeadline::after(Duration::MAX).remaining() > Duration::from_secs(1_000_000));
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_time_is_over_is_not_begun() {
    let untouched = FnTransport(|_: Request<Body>| async { panic!("it was handed on") });
    let mut request = Request::new(Body::empty());
    request.extensions_mut().insert(CallDeadline::after(Duration::ZERO));
    let error = Deadline::new(untouched).send(request).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (TransportErrorKind::NotSent, false));
    assert!(error.is_timeout());
}
