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
    Rate, SignedWebhook, SigningSecret, Turn, WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP,
};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType};
use jumio_transport::{FnTransport, read_all};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

/// A store with one flow that ended.
async fn ended() -> Arc<MemoryStore> {
    ended_all(&["order-17"]).await
}

/// A store with flows that ended, in this order.
async fn ended_all(names: &[&str]) -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::new());
    for name in names {
        end(&store, name, at(0)).await;
    }
    store
}

async fn end(store: &MemoryStore, name: &str, added: DateTime<Utc>) {
    let reference = CustomerInternalReference::new("reference-canary").unwrap();
    let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let mut flow = Flow::new(Spec::person(request));
    store.insert(NewFlow::new(FlowKey::new(name), "eu", flow.clone()), added).await.unwrap();
    let claim = store.claim(&FlowKey::new(name), &Owner::new("a"), added, Duration::from_secs(60)).await.unwrap();
    let Claim::Taken(lease, _) = claim else { panic!() };
    let id = flow.pending().unwrap().id;
    step(&mut flow, Event::Begin { id }, added);
    let refused = Failure::new(Certainty::Refused, "create_account", "no").with_status(400);
    step(&mut flow, Event::Done { id, done: Done::Failed(refused) }, added);
    assert!(flow.ending().is_some());
    assert!(store.commit(&lease, Turn::new(&flow, &[]), added).await.unwrap());
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

/// Panics over one flow, and takes the others.
struct Fragile(Mutex<Vec<String>>);

#[async_trait]
impl OutcomeSink for Fragile {
    async fn take(&self, outcome: &Delivery) -> Result<(), Box<dyn Error + Send + Sync>> {
        let name = outcome.entry.key.as_str();
        self.0.lock().unwrap().push(name.to_owned());
        tokio::task::yield_now().await;
        assert_ne!(name, "b", "a defect of the application");
        Ok(())
    }
}

#[tokio::test]
async fn a_sink_that_panics_over_one_outcome_gets_the_others() {
    let now = Arc::new(AtomicI64::new(1));
    let feed = OutcomeFeed::new(ended_all(&["a", "b", "c"]).await, "eu").clock(clock(&now));
    let sink = Fragile(Mutex::default());
    assert_eq!(feed.pass(&sink).await.unwrap(), 2);
    assert_eq!(*sink.0.lock().unwrap(), ["a", "b", "c"]);
    now.store(2, Ordering::Relaxed);
    assert_eq!(feed.pass(&sink).await.unwrap(), 0);
    assert_eq!(*sink.0.lock().unwrap(), ["a", "b", "c", "b"], "it comes again, as what is refused does");
}

/// Asks for the end while it takes the first one.
struct Last(Arc<tokio::sync::Notify>, Mutex<Vec<String>>);

#[async_trait]
impl OutcomeSink for Last {
    async fn take(&self, outcome: &Delivery) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.0.notify_one();
        self.1.lock().unwrap().push(outcome.entry.key.to_string());
        Ok(())
    }
}

#[tokio::test]
async fn a_feed_that_is_told_to_stop_begins_no_other_outcome() {
    let feed = OutcomeFeed::new(ended_all(&["a", "b", "c"]).await, "eu").clock(|| at(1));
    let stop = Arc::new(tokio::sync::Notify::new());
    let sink = Last(Arc::clone(&stop), Mutex::default());
    feed.run(&sink, stop.notified()).await.unwrap();
    assert_eq!(*sink.1.lock().unwrap(), ["a"], "what was begun is finished");
}

/// The clock of tokio's paused time.
fn paused_clock() -> impl Fn() -> DateTime<Utc> + Send + Sync {
    let began = tokio::time::Instant::now();
    move || at(1) + began.elapsed()
}

#[tokio::test(start_paused = true)]
async fn what_is_received_and_dropped_comes_again_and_what_is_acknowledged_does_not() {
    let feed = OutcomeFeed::new(ended().await, "eu").clock(paused_clock());
    let (pump, mut outcomes) = feed.clone().channel(1);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let pump = tokio::spawn(pump.run(async { drop(stopped.await) }));
    let began = tokio::time::Instant::now();
    let first = outcomes.recv().await.unwrap();
    assert_eq!((first.entry.attempts, first.record.flow.ending().unwrap().name()), (1, "not_opened"));
    let id = first.id();
    drop(first);
    let second = outcomes.recv().await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(10), "soon, and not when its lease is over");
    assert_eq!((second.entry.attempts, second.id()), (2, id));
    drop(stop);
    assert!(outcomes.recv().await.is_none(), "after the end comes nothing more");
    second.acknowledge().await.unwrap();
    pump.await.unwrap().unwrap();
    tokio::time::advance(Duration::from_secs(100_000)).await;
    assert_eq!(feed.pass(&Reluctant { refusals: Mutex::new(0), ids: Mutex::default() }).await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_outcome_stays_with_whoever_holds_it_however_slow() {
    let feed = OutcomeFeed::new(ended().await, "eu").clock(paused_clock());
    let (pump, mut outcomes) = feed.clone().channel(1);
    let pump = tokio::spawn(pump.run(std::future::pending()));
    let held = outcomes.recv().await.unwrap();
    let other = Reluctant { refusals: Mutex::new(0), ids: Mutex::default() };
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(feed.pass(&other).await.unwrap(), 0, "another process gets nothing");
        assert!(outcomes.try_recv().is_err(), "nor does it come here again");
    }
    held.acknowledge().await.unwrap();
    drop(outcomes);
    pump.await.unwrap().unwrap();
    tokio::time::advance(Duration::from_secs(100_000)).await;
    assert_eq!(feed.pass(&other).await.unwrap(), 0, "its acknowledgement counts");
}

#[tokio::test(start_paused = true)]
async fn a_channel_holds_as_many_as_it_may() {
    let feed = OutcomeFeed::new(ended_all(&["a", "b", "c", "d"]).await, "eu").clock(paused_clock());
    let (pump, mut outcomes) = feed.clone().channel(2);
    let pump = tokio::spawn(pump.run(std::future::pending()));
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(outcomes.len(), 2);
    let mut worked_on = Vec::new();
    for _ in 0..4 {
        worked_on.push(outcomes.recv().await.unwrap());
    }
    for outcome in worked_on {
        outcome.acknowledge().await.unwrap();
    }
    drop(outcomes);
    pump.await.unwrap().unwrap();
}

/// Writes down how each outcome is told from others: in its store, and everywhere.
#[derive(Default)]
struct Ids(Mutex<Vec<(i64, String)>>);

#[async_trait]
impl OutcomeSink for Ids {
    async fn take(&self, outcome: &Delivery) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.0.lock().unwrap().push((outcome.entry.id, outcome.id()));
        Err("again".into())
    }
}

#[tokio::test]
async fn outcomes_of_several_stores_are_told_apart() {
    let ids = Ids::default();
    // The last one is a store that was begun anew, in which the name is taken again.
    for (name, added) in [("order-17", at(0)), ("order-18", at(0)), ("order-17", at(5))] {
        let store = Arc::new(MemoryStore::new());
        end(&store, name, added).await;
        for now in [9, 10] {
            let feed = OutcomeFeed::new(Arc::clone(&store) as Arc<dyn FlowStore>, "eu").clock(move || at(now));
            feed.pass(&ids).await.unwrap();
        }
    }
    let ids = ids.0.into_inner().unwrap();
    assert!(ids.iter().all(|(row, _)| *row == 1), "each is its store's first");
    let unique: std::collections::BTreeSet<_> = ids.iter().map(|(_, id)| id).collect();
    assert_eq!((ids.len(), unique.len()), (6, 3), "{ids:?}");
    assert!(ids.chunks(2).all(|attempts| attempts[0] == attempts[1]), "one outcome, one id");
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
        "http://[::1]x:80/",
        "https://[::1]app.example/",
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
