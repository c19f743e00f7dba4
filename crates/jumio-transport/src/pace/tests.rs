//! Who goes when, on the tests' own clock.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use jumio_model::api::{CreateAccount, FetchToken, Finalize, GetHealth, GetStatus};
use jumio_model::endpoint::{Body, Endpoint, Meta};
use proptest::prelude::*;
use tokio::time::Instant;

use super::bucket::Bucket;
use super::{Limit, Limits, Pace, Pacer, Priority};
use crate::{CallDeadline, FnTransport, HeldBack, Transport, TransportError, TransportErrorKind};

fn request<E: Endpoint>() -> Request<Body> {
    Request::new(Body::empty().with_meta(Meta::of::<E>()))
}

fn ok() -> impl Transport + Clone {
    FnTransport(|_: Request<Body>| async { Ok(Response::new(Bytes::new())) })
}

/// An account limit of one call a second, all of it ours.
fn one_a_second() -> Pacer {
    Pacer::new(Limits::published().with_share(1.0))
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_call_has_its_own_published_limit_and_a_share_of_it() {
    async fn rate<E: Endpoint>(limits: Limits) -> f64 {
        let pace = Pace::new(ok(), Pacer::new(limits));
        // After the burst.
        for _ in 0..30 {
            pace.send(request::<E>()).await.unwrap();
        }
        let start = Instant::now();
        for _ in 0..100 {
            pace.send(request::<E>()).await.unwrap();
        }
        100.0 / start.elapsed().as_secs_f64()
    }
    let near = |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 0.02, "{found} for {expected}");
    for limits in [Limits::published(), Limits::over_five_seconds()] {
        near(rate::<FetchToken>(limits).await, 7.0);
        near(rate::<CreateAccount>(limits).await, 0.7);
        near(rate::<GetStatus>(limits).await, 10.5);
        near(rate::<GetStatus>(limits.with_share(1.0)).await, 15.0);
    }
    let start = Instant::now();
    let pace = Pace::new(ok(), Pacer::default());
    for _ in 0..1000 {
        pace.send(request::<Finalize>()).await.unwrap();
        pace.send(request::<GetHealth>()).await.unwrap();
        pace.send(Request::new(Body::empty())).await.unwrap();
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
}

proptest! {
    #[test]
    fn no_period_sees_more_calls_than_the_limit(
        calls in 1_u32..100, seconds in 1_u64..10, share in 0.01_f64..=1.0,
        steps in prop::collection::vec((0_u64..2000, 0_u8..20), 1..200),
    ) {
        let period = Duration::from_secs(seconds);
        let pace = Limit::per(calls, period).times(share);
        let mut bucket = Bucket::new(Some(pace));
        let mut now = Instant::now();
        let mut gone: Vec<Instant> = Vec::new();
        for (gap, answer) in steps {
            now = bucket.opens(now + Duration::from_millis(gap));
            bucket.take(now);
            gone.push(now);
            let within = gone.iter().filter(|moment| now.duration_since(**moment) < period).count();
            prop_assert!(within <= calls as usize, "{within} of {calls}");
            match answer {
                0 => bucket.throttled(now, now, Duration::from_millis(gap)),
                _ => {
                    let before = bucket.opens(now);
                    bucket.went_well(now);
                    // A pace that is still halved twice has four times the interval.
                    let most = before.max(now + pace.interval * 4);
                    prop_assert!(bucket.opens(now) <= most, "a pace that recovers stands still");
                }
            }
        }
    }

    /// What a caller is told when it takes its place is what happens.
    #[test]
    fn a_turn_comes_when_it_was_foreseen(
        calls in 1_u32..50, share in 0.01_f64..=1.0, before in 0_u32..60, rest in 0_u64..3000, others in 0_u32..60, pause in 0_u64..5000,
    ) {
        let mut bucket = Bucket::new(Some(Limit::per_second(calls).times(share)));
        let mut now = Instant::now();
        for _ in 0..before {
            now = bucket.opens(now);
            bucket.take(now);
        }
        bucket.throttled(now, now, Duration::from_millis(pause));
        now += Duration::from_millis(rest);
        let foreseen = bucket.opens_after(others, now);
        let mut moment = now;
        for _ in 0..others {
            moment = bucket.opens(moment);
            bucket.take(moment);
        }
        prop_assert_eq!(bucket.opens(moment), foreseen);
    }
}

#[test]
fn a_share_that_is_no_number_is_the_least() {
    let least = Limit::per_second(10).times(0.01);
    for share in [f64::NAN, f64::NEG_INFINITY, -1.0, 0.0] {
        assert_eq!(Limit::per_second(10).times(share), least, "{share}");
    }
    assert_eq!(Limit::per_second(10).times(f64::INFINITY), Limit::per_second(10).times(1.0));
    let _ = Pacer::new(Limits::published().with_share(f64::NAN));
}

/// The burst is used up and the next call would have to wait: a 429 must not make it sooner, whatever it asks for.
#[tokio::test(start_paused = true)]
async fn a_429_that_asks_for_nothing_never_lets_more_through() {
    for after in [Some("0"), Some("Sun, 06 Nov 1994 08:49:37 GMT"), None] {
        let answers = Arc::new(Mutex::new(vec![429, 200, 200, 200]));
        let inner = FnTransport(move |_: Request<Body>| {
            let mut response = Response::new(Bytes::new());
            let status = answers.lock().unwrap().pop().unwrap_or(200);
            *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
            if let Some(after) = after {
                response.headers_mut().insert("retry-after", after.parse().unwrap());
            }
            async move { Ok::<_, TransportError>(response) }
        });
        let pace = Pace::new(inner, Pacer::default());
        let start = Instant::now();
        for status in [200, 200, 200, 429] {
            assert_eq!(pace.send(request::<GetStatus>()).await.unwrap().status(), status);
        }
        // Retrieval: 10.5 calls a second and four at once after a rest.
        assert_eq!(start.elapsed(), Duration::ZERO);
        let mut moments = Vec::new();
        for _ in 0..3 {
            pace.send(request::<GetStatus>()).await.unwrap();
            moments.push(start.elapsed().as_millis());
        }
        assert!(moments[0] >= 1000, "{after:?} {moments:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_line_that_is_full_takes_no_more() {
    let pace = Pace::new(ok(), one_a_second());
    pace.send(request::<CreateAccount>()).await.unwrap();
    let mut waiting: Vec<_> = (0..super::MOST_WAITING).map(|_| pace.send(request::<CreateAccount>())).collect();
    // Each takes its place as soon as it is looked at.
    for place in &mut waiting {
        assert!(futures_util::poll!(place.as_mut()).is_pending());
    }
    let error = pace.send(request::<CreateAccount>()).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (TransportErrorKind::NotSent, false));
    assert_eq!(error.held_back(), Some(HeldBack::ForNow));
    waiting.pop();
    assert!(futures_util::poll!(pace.send(request::<CreateAccount>())).is_pending());
}

#[tokio::test(start_paused = true)]
async fn the_more_urgent_go_first_and_the_others_in_order() {
    let gone = Arc::new(Mutex::new(Vec::new()));
    let pace = Arc::new(Pace::new(ok(), one_a_second()));
    pace.send(request::<CreateAccount>()).await.unwrap();
    let mut tasks = Vec::new();
    use Priority::{Batch, Create, Result, Sweep};
    for (name, priority) in
        [("b1", Batch), ("s1", Sweep), ("b2", Batch), ("r1", Result), ("c1", Create), ("c2", Create)]
    {
        let (pace, gone) = (Arc::clone(&pace), Arc::clone(&gone));
        tasks.push(tokio::spawn(async move {
            let mut request = request::<CreateAccount>();
            request.extensions_mut().insert(priority);
            pace.send(request).await.unwrap();
            gone.lock().unwrap().push(name);
        }));
        // Each takes its place before the next one comes.
        tokio::task::yield_now().await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*gone.lock().unwrap(), ["c1", "c2", "r1", "s1", "b1", "b2"]);
}

/// Proves R12.
#[tokio::test(start_paused = true)]
async fn who_gives_up_leaves_the_place_to_the_next() {
    let pacer = one_a_second();
    let pace = Arc::new(Pace::new(ok(), pacer.clone()));
    pace.send(request::<CreateAccount>()).await.unwrap();
    let start = Instant::now();
    let wait = || {
        let pace = Arc::clone(&pace);
        tokio::spawn(async move { pace.send(request::<CreateAccount>()).await })
    };
    let (first, second) = (wait(), wait());
    tokio::time::sleep(Duration::from_millis(900)).await;
    first.abort();
    second.await.unwrap().unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(1));
    assert!(format!("{pacer:?}").contains("account(0 waiting)"), "{pacer:?}");
}

/// Proves R7.
#[tokio::test(start_paused = true)]
async fn a_turn_after_the_deadline_fails_at_once_and_unsent() {
    let pace = Pace::new(ok(), one_a_second());
    pace.send(request::<CreateAccount>()).await.unwrap();
    let start = Instant::now();
    let mut late = request::<CreateAccount>();
    late.extensions_mut().insert(CallDeadline::after(Duration::from_millis(900)));
    let error = pace.send(late).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (TransportErrorKind::NotSent, false));
    assert!(error.is_timeout());
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("account"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_429_slows_its_line_down_as_long_as_asked_and_it_recovers() {
    let answers = Arc::new(Mutex::new(vec![Some("5")]));
    let inner = {
        let answers = Arc::clone(&answers);
        FnTransport(move |_: Request<Body>| {
            let mut response = Response::new(Bytes::new());
            if let Some(Some(after)) = answers.lock().unwrap().pop() {
                *response.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
                response.headers_mut().insert("retry-after", after.parse().unwrap());
            }
            async move { Ok::<_, TransportError>(response) }
        })
    };
    let pace = Pace::new(inner, one_a_second());
    let start = Instant::now();
    let at = || start.elapsed().as_secs();
    assert_eq!(pace.send(request::<CreateAccount>()).await.unwrap().status(), 429);
    // Another line goes on.
    pace.send(request::<GetStatus>()).await.unwrap();
    assert_eq!(at(), 0);
    let mut moments = Vec::new();
    for _ in 0..8 {
        pace.send(request::<CreateAccount>()).await.unwrap();
        moments.push(at());
    }
    // Closed for 5 s, then every 2 s; the first call that goes well 10 s after the 429 brings the old pace back, for the next one.
    assert_eq!(moments, [5, 7, 9, 11, 12, 13, 14, 15]);
}

/// With a burst there is more that a slow pace took in advance: on a busy line that is no pause when it recovers.
#[test]
fn a_line_that_recovers_goes_on_at_once() {
    let pace = Limit::per(75, Duration::from_secs(5)).times(0.7);
    let mut bucket = Bucket::new(Some(pace));
    let mut now = Instant::now();
    for _ in 0..3 {
        bucket.throttled(now, now, Duration::ZERO);
    }
    let end = now + Duration::from_secs(60);
    let mut longest = Duration::ZERO;
    while now < end {
        let next = bucket.opens(now);
        longest = longest.max(next - now);
        now = next;
        bucket.take(now);
        bucket.went_well(now);
    }
    // Every call an eighth of the pace at first; no wait is longer than that.
    assert!(longest <= pace.interval * 8, "{longest:?}");
}
