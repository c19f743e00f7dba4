//! A batch of flows by workers that share a database, on simulated time: how long it takes, and whether it keeps the limits.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use jumio_flow::machine::{Done, Failure, Flow, Op, Spec};
use jumio_flow::{
    Admission, ClientEffects, Effects, Filter, FlowKey, FlowStore, Flows, Interposed, NewFlow, PaceRates, PaceStore,
    SharedPace, UploadProgress, connect,
};
use jumio_simulator::Simulator;
use tokio::time::Instant;

use crate::flows::{BYTES, page, request, site_and_credentials};
use crate::steady::{Steady, hold};

/// More than a host has at work at once, and more than any burst that is tolerated.
const FLOWS: usize = 80;
const SHARE: f64 = 0.9;
/// How much longer a batch may take than the limits ask for.
const MOST: f64 = 1.05;

/// The time of the test, which everything here goes by.
#[derive(Clone, Copy)]
struct Time {
    began: Instant,
    at: DateTime<Utc>,
}

impl Time {
    fn now(self) -> DateTime<Utc> {
        self.at + self.began.elapsed()
    }
}

/// When which call left.
type Left = Vec<(DateTime<Utc>, Op)>;

/// Calls that take their time on the test's clock, and leave on it.
struct InTime {
    calls: ClientEffects,
    time: Time,
    left: Arc<Mutex<Left>>,
}

#[async_trait]
impl Effects for InTime {
    async fn admit(&self, flow: &Flow, op: Op) -> Result<Admission, Failure> {
        hold(self.calls.admit(flow, op)).await
    }

    async fn run(&self, flow: &Flow, op: Op, progress: UploadProgress) -> Done {
        self.left.lock().unwrap().push((self.time.now(), op));
        let done = hold(self.calls.run(flow, op, progress)).await;
        tokio::time::sleep(Duration::from_millis(if op.is_upload() { 800 } else { 200 })).await;
        done
    }
}

/// The published limits (protocol 9.3), counted on the test's clock: one account call and 15 retrievals in any second.
fn keep_the_limits(left: &[(DateTime<Utc>, Op)]) {
    let is_retrieval = |op: Op| !op.is_opening() && !op.is_upload() && op != Op::Finalize;
    for (what, most, moments) in [
        ("account calls", 1, left.iter().filter(|(_, op)| op.is_opening()).collect::<Vec<_>>()),
        ("retrievals", 15, left.iter().filter(|(_, op)| is_retrieval(*op)).collect()),
    ] {
        assert!(moments.len() >= FLOWS, "{} {what}", moments.len());
        for within in moments.windows(most + 1) {
            let (first, last) = (within[0].0, within[most].0);
            assert!(last - first >= TimeDelta::seconds(1), "more than {most} {what} in a second, at {first}");
        }
    }
}

fn new_flow(number: usize, file: &std::path::Path) -> NewFlow {
    let name = format!("order-{number}");
    let spec = Spec::upload(request(&name), vec![page(file)]).unwrap();
    NewFlow::new(FlowKey::new(name), "eu", Flow::new(spec))
}

/// Runs a batch of flows by one worker for each of these handles on one database. They share the pace of their tenant: no call
/// may be one too many for the published limits, and all together may take no more than 1.05 times as long as the limits ask for.
///
/// For a test whose time is paused (`#[tokio::test(start_paused = true)]`), so that minutes take none: open the store within
/// [`hold`], since time that is paused goes on by itself while everybody waits for a disk.
pub async fn is_as_fast_as_the_limits_allow<S: FlowStore + 'static>(workers: Vec<Arc<S>>) {
    let time = Time { began: Instant::now(), at: Utc::now() };
    let simulator = hold(Simulator::builder().processing_delay(Duration::ZERO).start()).await.unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(BYTES).unwrap();
    let left = Arc::new(Mutex::new(Left::new()));
    let host = |store: &Arc<S>| {
        let (url, id, secret) = (simulator.base_url(), simulator.client_id(), simulator.client_secret());
        let (site, credentials) = site_and_credentials(url, id, secret);
        let calls = connect(site, credentials).unwrap().effects();
        let effects = InTime { calls, time, left: Arc::clone(&left) };
        let pace: Arc<dyn PaceStore> = Arc::new(Interposed { store: Arc::clone(store), by: Steady });
        let effects = SharedPace::new(effects, pace, "eu", PaceRates::published(SHARE)).clock(move || time.now());
        let store = Interposed { store: Arc::clone(store), by: Steady };
        // A long lease, so that a test does not spend its time on renewals.
        let lease = Duration::from_secs(60);
        Flows::builder(effects).profile("eu").lease(lease).store(store).clock(move || time.now()).build().unwrap()
    };
    let hosts: Vec<_> = workers.iter().map(host).collect();
    for number in 0..FLOWS {
        hosts[0].start(new_flow(number, file.path())).await.unwrap();
    }
    let began = time.now();
    let store = Interposed { store: Arc::clone(&workers[0]), by: Steady };
    let all_ended = async {
        while !store.list(&Filter::all().unfinished().limit(1)).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let running = hosts.iter().map(|host| {
        let mut stopped = stopped.clone();
        host.run(async move { drop(stopped.wait_for(|stop| *stop).await) })
    });
    let (_, ()) = tokio::join!(futures_util::future::join_all(running), async {
        all_ended.await;
        stop.send(true).unwrap();
    });

    let records = store.list(&Filter::all()).await.unwrap();
    assert_eq!(records.len(), FLOWS);
    for record in records.iter() {
        assert_eq!(record.flow.ending().map(|ending| ending.name()), Some("decided"), "{}", record.key);
    }
    let mut left = std::mem::take(&mut *left.lock().unwrap());
    left.sort_by_key(|(at, _)| *at);
    keep_the_limits(&left);
    let took = records.iter().map(|record| record.updated_at).max().unwrap() - began;
    // One account call a second is the limit that a batch is slow by.
    let allowed = TimeDelta::milliseconds((1_000.0 * FLOWS as f64 / SHARE * MOST) as i64);
    assert!(took <= allowed, "{} workers took {took}, and {allowed} would be enough", workers.len());
    let least = TimeDelta::milliseconds((1_000.0 * (FLOWS - 1) as f64 / SHARE) as i64);
    assert!(took >= least, "{} workers took {took}: the share of the limits was not kept", workers.len());
}
