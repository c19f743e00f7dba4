//! A batch that is far longer than a host has places, on simulated time: those that wait for their account call keep nobody
//! from the results of the others.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use jumio_flow::machine::{Done, Failure, Flow, Op, Spec};
use jumio_flow::{
    Admission, Effects, Filter, FlowKey, FlowStore as _, Flows, MemoryStore, NewFlow, PaceRates, PaceStore, SharedPace,
    UploadProgress,
};
use tokio::time::Instant;

const FLOWS: usize = 300;
const EVERY: f64 = 1.0;
/// The first look at somebody who has not begun, with its jitter, the looking around of a host, and the claims of a batch
/// that all begin at once.
const LATEST: Duration = Duration::from_secs(75);

#[derive(Clone, Copy)]
struct Time(Instant);

impl Time {
    fn now(self) -> DateTime<Utc> {
        support::start() + self.0.elapsed()
    }
}

/// By flow: when it was opened, and when it was first looked at.
type Calls = HashMap<String, (DateTime<Utc>, Option<DateTime<Utc>>)>;

struct AtOnce {
    time: Time,
    calls: Arc<Mutex<Calls>>,
}

#[async_trait]
impl Effects for AtOnce {
    async fn admit(&self, _: &Flow, _: Op) -> Result<Admission, Failure> {
        Ok(Admission::Ready)
    }

    async fn run(&self, flow: &Flow, op: Op, _: UploadProgress) -> Done {
        let name = flow.spec().request.customer_internal_reference.as_str().to_owned();
        let now = self.time.now();
        let mut calls = self.calls.lock().unwrap();
        if op.is_opening() {
            assert!(calls.insert(name, (now, None)).is_none(), "opened twice");
            return Done::Succeeded(support::opened());
        }
        calls.get_mut(&name).unwrap().1.get_or_insert(now);
        Done::Succeeded(support::status("TOKEN_EXPIRED"))
    }
}

/// Runs the batch by so many hosts that share a store, until all are open and were looked at.
async fn batch(hosts: usize) {
    let time = Time(Instant::now());
    let calls = Arc::new(Mutex::new(Calls::new()));
    let store = Arc::new(MemoryStore::new());
    let host = |_| {
        let effects = AtOnce { time, calls: Arc::clone(&calls) };
        let pace: Arc<dyn PaceStore> = store.clone();
        let effects = SharedPace::new(effects, pace, "eu", PaceRates::published(EVERY)).clock(move || time.now());
        let lease = Duration::from_secs(600);
        Flows::builder(effects).store(Arc::clone(&store)).lease(lease).clock(move || time.now()).build().unwrap()
    };
    let hosts: Vec<_> = (0..hosts).map(host).collect();
    for number in 0..FLOWS {
        let mut request = support::request();
        request.customer_internal_reference =
            jumio_model::CustomerInternalReference::new(&format!("order-{number}")).unwrap();
        hosts[0]
            .start(NewFlow::new(FlowKey::new(number.to_string()), "", Flow::new(Spec::person(request))))
            .await
            .unwrap();
    }
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let running: Vec<_> = hosts
        .iter()
        .map(|host| {
            let (host, mut stopped) = (host.clone(), stopped.clone());
            tokio::spawn(async move { host.run(async move { drop(stopped.wait_for(|stop| *stop).await) }).await })
        })
        .collect();
    while !store.list(&Filter::all().unfinished().limit(1)).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    stop.send(true).unwrap();
    for host in running {
        host.await.unwrap().unwrap();
    }
    judge(&calls.lock().unwrap());
}

fn judge(calls: &Calls) {
    assert_eq!(calls.len(), FLOWS);
    let mut opened: Vec<_> = calls.values().map(|(opened, _)| *opened).collect();
    opened.sort();
    let took = opened[FLOWS - 1] - opened[0];
    let most = TimeDelta::milliseconds((FLOWS as f64 * 1_050.0 / EVERY) as i64);
    assert!(took <= most, "opening all took {took}");
    assert!(opened.windows(2).all(|pair| pair[1] - pair[0] >= TimeDelta::seconds(1)), "the pace was not kept");
    let latest = calls.values().map(|(opened, looked)| looked.unwrap() - opened).max().unwrap();
    assert!(latest <= TimeDelta::from_std(LATEST).unwrap(), "somebody waited {latest} for the first look");
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_to_be_opened_keep_nobody_from_a_result() {
    batch(1).await;
}

#[tokio::test(start_paused = true)]
async fn nor_do_they_on_four_hosts() {
    batch(4).await;
}

/// Says when it was asked.
struct Asked(Time, Arc<Mutex<Vec<DateTime<Utc>>>>);

#[async_trait]
impl Effects for Asked {
    async fn admit(&self, _: &Flow, _: Op) -> Result<Admission, Failure> {
        self.1.lock().unwrap().push(self.0.now());
        Ok(Admission::Ready)
    }

    async fn run(&self, _: &Flow, _: Op, _: UploadProgress) -> Done {
        unreachable!("nothing is run")
    }
}

#[tokio::test(start_paused = true)]
async fn whether_something_may_be_erased_is_asked_after_the_wait() {
    let time = Time(Instant::now());
    let asked = Arc::default();
    let pace: Arc<dyn PaceStore> = Arc::new(MemoryStore::new());
    let effects = SharedPace::new(Asked(time, Arc::clone(&asked)), pace, "eu", PaceRates::published(0.01))
        .clock(move || time.now());
    let flow = Flow::new(Spec::person(support::request()));
    for _ in 0..3 {
        assert_eq!(effects.admit(&flow, Op::Erase).await.unwrap(), Admission::Ready);
    }
    let (last, now) = (*asked.lock().unwrap().last().unwrap(), time.now());
    assert!(now > support::start() + TimeDelta::seconds(5), "it had to wait");
    assert_eq!(last, now, "a hold that came meanwhile is heeded");
}
