//! Callbacks that no flow has reach the older receiver: as they came, at least once, again and again until it takes them.

#![cfg(feature = "test-util")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use jumio_flow::{CallbackToLend, FlowStore, HandOver, LentStore as _, MemoryStore};
use jumio_model::endpoint::Body;
use jumio_transport::{FnTransport, read_all};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

/// What the older receiver got, and when; it takes nothing before that second.
struct Older {
    got: Arc<Mutex<Vec<(i64, String)>>>,
    now: Arc<AtomicI64>,
    job: HandOver,
}

fn older(store: &Arc<MemoryStore>, takes_from: i64) -> Older {
    let (got, now) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicI64::new(0)));
    let (got_by, now_of) = (Arc::clone(&got), Arc::clone(&now));
    let transport = FnTransport(move |request: http::Request<Body>| {
        let (got, now) = (Arc::clone(&got_by), now_of.load(Ordering::Relaxed));
        async move {
            let (head, body) = request.into_parts();
            assert_eq!(head.uri.to_string(), "https://old.example/jumio");
            assert_eq!(head.headers["content-type"], "application/json");
            let body = String::from_utf8(read_all(body).await.unwrap().to_vec()).unwrap();
            got.lock().unwrap().push((now, body));
            let status = if now < takes_from { 503 } else { 200 };
            Ok(http::Response::builder().status(status).body(bytes::Bytes::new()).unwrap())
        }
    });
    let clock = Arc::clone(&now);
    let job = HandOver::new(Arc::clone(store) as Arc<dyn FlowStore>, transport, "https://old.example/jumio").unwrap();
    let job = job.after(Duration::from_secs(100)).clock(move || at(clock.load(Ordering::Relaxed)));
    Older { got, now, job }
}

const BODY: &str = "{\n \"workflowExecution\" : {\"id\":\"w\"}, \"new\": 1.0 }";

#[tokio::test]
async fn it_gets_what_came_again_until_it_takes_it() {
    let store = Arc::new(MemoryStore::new());
    store.lend(&[CallbackToLend::new("w", "1", BODY)], at(0)).await.unwrap();
    let older = older(&store, 130);
    let mut taken = 0;
    for second in 0..400 {
        older.now.store(second, Ordering::Relaxed);
        taken += older.job.pass().await.unwrap();
    }
    let got = older.got.lock().unwrap();
    assert_eq!(
        got.iter().map(|(second, _)| *second).collect::<Vec<_>>(),
        [100, 105, 135],
        "after the grace, later and later"
    );
    assert!(got.iter().all(|(_, body)| body == BODY), "every byte of it");
    assert_eq!(taken, 1);
}

#[tokio::test]
async fn what_it_does_not_take_for_a_week_is_dropped() {
    let store = Arc::new(MemoryStore::new());
    store.lend(&[CallbackToLend::new("w", "1", BODY)], at(0)).await.unwrap();
    let older = older(&store, i64::MAX);
    for hour in 1..24 * 10 {
        older.now.store(hour * 3_600, Ordering::Relaxed);
        assert_eq!(older.job.pass().await.unwrap(), 0);
    }
    let last = older.got.lock().unwrap().last().unwrap().0;
    assert!((7 * 24 * 3_600..8 * 24 * 3_600).contains(&last), "{last}");
}
