//! Any bytes, as the `Retry-After` and, after a line's end, the `Date` of a refusal: the wait is what they ask for, within its cap.
#![no_main]

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{DATE, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, Request, Response};
use jumio_model::endpoint::{Body, RetryAfter};
use jumio_transport::{FnTransport, Retry, RetryPolicy, Transport as _};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

/// Its time passes as soon as all wait.
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().start_paused(true).build().unwrap());

fuzz_target!(|bytes: &[u8]| {
    let lines = bytes.split(|byte| *byte == b'\n');
    let mut headers = HeaderMap::new();
    for (name, line) in [RETRY_AFTER, DATE].into_iter().zip(lines) {
        let Ok(value) = HeaderValue::from_bytes(line) else { return };
        headers.insert(name, value);
    }
    let text = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let asked = text.and_then(RetryAfter::read);
    if let Some(asked) = asked {
        std::hint::black_box(asked.wait_from(SystemTime::now().into()));
    }

    let policy = RetryPolicy::default();
    let wait = RUNTIME.block_on(wait(headers));
    // Timers are exact to a millisecond.
    let rounded = Duration::from_millis(1);
    assert!(wait <= policy.retry_after_cap + rounded, "{wait:?}");
    match asked {
        Some(RetryAfter::After(asked)) => assert!(wait >= asked.min(policy.retry_after_cap), "{wait:?}"),
        Some(_) => {}
        None => assert!(wait <= policy.throttled_base + rounded, "{wait:?}"),
    }
});

/// How long it takes until a call is sent again after a 429 with these headers.
async fn wait(headers: HeaderMap) -> Duration {
    let first = AtomicBool::new(true);
    let transport = FnTransport(move |_: Request<Body>| {
        let mut response = Response::new(Bytes::new());
        if first.swap(false, Ordering::Relaxed) {
            *response.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
            *response.headers_mut() = headers.clone();
        }
        async { Ok(response) }
    });
    let start = Instant::now();
    let answer = Retry::new(transport).send(Request::new(Body::empty())).await;
    assert!(answer.is_ok_and(|response| response.status().is_success()));
    start.elapsed()
}
