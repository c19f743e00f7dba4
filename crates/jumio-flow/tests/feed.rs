//! The outcome feed as an application meets it: at least once, in order, retried, signed.

#![cfg(feature = "test-util")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::error::Error;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use jumio_flow::machine::{Certainty, Done, Event, Failure, Flow, Spec, step};
use jumio_flow::{
    Claim, Delivery, FlowKey, FlowStore, MemoryStore, NewFlow, OutcomeFeed, OutcomeSink, Owner, PaceRates, PaceStore,
    Rate, SignedWebhook, SigningSecret, Turn, WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP, outcome_channel,
};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType};
use jumio_transport::{FnTransport, read_all};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

/// A store with one flow that ended.
async fn ended() -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::new());
    let reference = CustomerInternalReference::new("reference-canary").unwrap();
    let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let mut flow = Flow::new(Spec::person(request));
    store.insert(NewFlow::new(FlowKey::new("order-17"), "eu", flow.clone()), at(0)).await.unwrap();
    let claim = store.claim(&FlowKey::new("order-17"), &Owner::new("a"), at(0), Duration::from_secs(60)).await.unwrap();
    let Claim::Taken(lease, _) = claim else { panic!() };
    let id = flow.pending().unwrap().id;
    step(&mut flow, Event::Begin { id }, at(0));
    let refused = Failure::new(Certainty::Refused, "create_account", "no").with_status(400);
    step(&mut flow, Event::Done { id, done: Done::Failed(refused) }, at(0));
    assert!(flow.ending().is_some());
    assert!(store.commit(&lease, Turn::new(&flow, &[]), at(0)).await.unwrap());
    store
}

/// A clock that a test moves.
fn clock(now: &Arc<AtomicI64>) -> impl Fn() -> DateTime<Utc> + Send + Sync + use<> {
    let now = Arc::clone(now);
    move || at(now.load(Ordering::Relaxed))
}

/// Refuses so often, then takes.
struct Reluctant {
    refusals: Mutex<u32>,
    ids: Mutex<Vec<i64>>,
}

#[async_trait]
impl OutcomeSink for Reluctant {
    async fn take(&self, outcome: &Delivery) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.ids.lock().unwrap().push(outcome.entry.id);
        let mut refusals = self.refusals.lock().unwrap();
        if *refusals == 0 {
            return Ok(());
        }
        *refusals -= 1;
        Err("not now".into())
    }
}

#[tokio::test]
async fn what_is_refused_comes_again_later_and_later() {
    let now = Arc::new(AtomicI64::new(1));
    let feed = OutcomeFeed::new(ended().await, "eu").clock(clock(&now));
    let sink = Reluctant { refusals: Mutex::new(3), ids: Mutex::default() };
    let mut attempts = Vec::new();
    for second in 1..60 {
        now.store(second, Ordering::Relaxed);
        let before = sink.ids.lock().unwrap().len();
        let taken = feed.pass(&sink).await.unwrap();
        if sink.ids.lock().unwrap().len() > before {
            attempts.push((second, taken));
        }
    }
    assert_eq!(attempts, [(1, 0), (2, 0), (7, 0), (37, 1)], "after 1, 5 and 30 seconds, and never again");
    let ids = sink.ids.lock().unwrap();
    assert!(ids.iter().all(|id| *id == ids[0]), "the same one");
}

#[tokio::test]
async fn what_is_received_and_not_acknowledged_comes_again() {
    let now = Arc::new(AtomicI64::new(1));
    let feed = OutcomeFeed::new(ended().await, "eu").clock(clock(&now));
    let (sink, mut outcomes) = outcome_channel(1);
    let (taken, key) = tokio::join!(feed.pass(&sink), async { outcomes.recv().await.map(|one| one.entry.key.clone()) });
    assert_eq!((taken.unwrap(), key), (0, Some(FlowKey::new("order-17"))));
    now.store(10, Ordering::Relaxed);
    let (taken, ending) = tokio::join!(feed.pass(&sink), async {
        let outcome = outcomes.recv().await.unwrap();
        let ending = outcome.record.flow.ending().unwrap().name();
        outcome.acknowledge();
        ending
    });
    assert_eq!((taken.unwrap(), ending), (1, "not_opened"));
    now.store(100_000, Ordering::Relaxed);
    assert_eq!(feed.pass(&sink).await.unwrap(), 0);
}

/// Begins and never ends, as a process that is killed does.
struct Killed;

#[async_trait]
impl OutcomeSink for Killed {
    async fn take(&self, _: &Delivery) -> Result<(), Box<dyn Error + Send + Sync>> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn what_a_killed_process_had_taken_comes_again_after_two_minutes() {
    let now = Arc::new(AtomicI64::new(1));
    let feed = OutcomeFeed::new(ended().await, "eu").clock(clock(&now));
    assert!(tokio::time::timeout(Duration::ZERO, feed.pass(&Killed)).await.is_err());
    let sink = Reluctant { refusals: Mutex::new(0), ids: Mutex::default() };
    now.store(120, Ordering::Relaxed);
    assert_eq!(feed.pass(&sink).await.unwrap(), 0);
    now.store(121, Ordering::Relaxed);
    assert_eq!(feed.pass(&sink).await.unwrap(), 1);
}

#[tokio::test]
async fn a_webhook_is_signed_and_says_nothing_of_a_person() {
    let now = Arc::new(AtomicI64::new(1));
    let feed = OutcomeFeed::new(ended().await, "eu").clock(clock(&now));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let seen_by = Arc::clone(&seen);
    let transport = FnTransport(move |request: http::Request<jumio_model::endpoint::Body>| {
        let seen = Arc::clone(&seen_by);
        async move {
            let (head, body) = request.into_parts();
            let body = read_all(body).await.unwrap();
            seen.lock().unwrap().push((head, body));
            let status = if seen.lock().unwrap().len() == 1 { 500 } else { 204 };
            Ok(http::Response::builder().status(status).body(bytes::Bytes::new()).unwrap())
        }
    });
    let secret = SigningSecret::parse(SECRET).unwrap();
    let webhook = SignedWebhook::new(transport, "https://app.example/hooks/secret-path", secret.clone());
    let webhook = webhook.unwrap().clock(clock(&now));
    assert_eq!(feed.pass(&webhook).await.unwrap(), 0);
    now.store(10, Ordering::Relaxed);
    assert_eq!(feed.pass(&webhook).await.unwrap(), 1);

    let seen = seen.lock().unwrap();
    let header = |place: usize, name: &str| seen[place].0.headers[name].to_str().unwrap().to_owned();
    assert_eq!(header(0, WEBHOOK_ID), header(1, WEBHOOK_ID), "one outcome, one id");
    for (place, sent) in [(0, at(1)), (1, at(10))] {
        assert_eq!(header(place, WEBHOOK_TIMESTAMP), sent.timestamp().to_string());
        let (id, signature, body) = (header(place, WEBHOOK_ID), header(place, WEBHOOK_SIGNATURE), &seen[place].1);
        let soon = sent + TimeDelta::minutes(4);
        assert!(secret.verify(&id, sent, &signature, body, soon, TimeDelta::minutes(5)));
        assert!(
            secret.verify(&id, sent, &format!("v1,AAAA {signature}"), body, soon, TimeDelta::minutes(5)),
            "rotation"
        );
        assert!(!secret.verify(&id, sent, &signature, body, sent + TimeDelta::minutes(6), TimeDelta::minutes(5)));
        assert!(!secret.verify("outcome_0", sent, &signature, body, soon, TimeDelta::minutes(5)));
    }
    let body: serde_json::Value = serde_json::from_slice(&seen[0].1).unwrap();
    let data = serde_json::json!({"flow": "order-17", "profile": "eu", "sequence": 1, "ending": "not_opened"});
    assert_eq!(body["type"], "flow.outcome");
    assert_eq!(body["data"], data);
    assert!(!String::from_utf8_lossy(&seen[0].1).contains("canary"));
    assert!(!format!("{webhook:?}").contains("secret-path"));
}

#[test]
fn a_webhook_goes_nowhere_unsafe() {
    let to = |address| {
        let transport = FnTransport(|_| async { Ok(http::Response::default()) });
        SignedWebhook::new(transport, address, SigningSecret::parse(SECRET).unwrap()).is_ok()
    };
    for address in ["https://app.example/x", "http://127.0.0.1:8080/x", "http://localhost/x"] {
        assert!(to(address), "{address}");
    }
    for address in [
        "http://app.example/x",
        "https://user:pass@app.example/",
        "ftp://localhost/",
        "/x",
        "",
        "http://localhost.evil.example/",
    ] {
        assert!(!to(address), "{address}");
    }
    for secret in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_*"] {
        assert!(SigningSecret::parse(secret).is_err(), "{secret}");
    }
}

/// A batch on four workers takes the time that the pace allows, and no call leaves early: `reserve` gives 50 places in
/// 49 intervals, whoever asks.
#[tokio::test(start_paused = true)]
async fn a_batch_takes_the_time_that_the_share_allows() {
    let store = Arc::new(MemoryStore::new());
    let rate = PaceRates::published(0.5).account.unwrap();
    assert_eq!(rate, Rate::every(Duration::from_secs(2)));
    let (start, began) = (at(0), tokio::time::Instant::now());
    let workers = (0..4).map(|worker| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut went = Vec::new();
            let calls = if worker < 2 { 13 } else { 12 };
            for _ in 0..calls {
                let place = store.reserve("eu/account", rate, start + began.elapsed()).await.unwrap();
                if let Ok(wait) = (place - (start + began.elapsed())).to_std() {
                    tokio::time::sleep(wait).await;
                }
                went.push(began.elapsed());
            }
            went
        })
    });
    let mut went = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        went.extend(worker.await.unwrap());
    }
    went.sort();
    assert_eq!(went.len(), 50);
    assert!(went.windows(2).all(|two| two[1] - two[0] >= Duration::from_millis(1_999)), "no two within an interval");
    let allowed = Duration::from_secs(2 * 49);
    assert!(went[49] <= allowed.mul_f64(1.05), "{:?}", went[49]);
}
