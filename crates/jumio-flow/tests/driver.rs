//! The driver over the in-memory store and a small world of its own: killed at every point, nothing is lost or repeated.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use jumio_flow::machine::{By, Certainty, Done, Ending, Failure, Flow, Op, Page, Reply, Spec};
use jumio_flow::{
    Admission, Claim, Delivered, Effects, Filter, FlowKey, FlowRecord, FlowStore, Flows, Hint, HintAddress, Inserted,
    Interpose, Interposed, MemoryStore, NewFlow, Owner, Progress, UploadProgress,
};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Media, Raw, WorkflowStatus};
use tokio::sync::Notify;

const PAGES: u32 = 2;

/// Kills the host at the n-th dangerous point: from then on, nothing it does ever comes back.
#[derive(Default)]
struct Fuse {
    left: AtomicU32,
    blown: Notify,
}

impl Fuse {
    fn after(points: u32) -> Arc<Self> {
        Arc::new(Self { left: AtomicU32::new(points), blown: Notify::new() })
    }

    async fn point(&self) {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.blown.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

/// Jumio, as far as it matters here: counts what was really done.
#[derive(Default)]
struct World {
    done: Mutex<Vec<Op>>,
}

impl World {
    fn count(&self, wanted: fn(Op) -> bool) -> usize {
        self.done.lock().unwrap().iter().filter(|op| wanted(**op)).count()
    }
}

struct Worker {
    world: Arc<World>,
    fuse: Arc<Fuse>,
    /// How long a call takes.
    slow: Duration,
}

#[async_trait]
impl Effects for Worker {
    async fn admit(&self, _: &Flow, _: Op) -> Result<Admission, Failure> {
        self.fuse.point().await;
        Ok(Admission::Ready)
    }

    async fn run(&self, _: &Flow, op: Op, progress: UploadProgress) -> Done {
        self.fuse.point().await; // before the request left
        tokio::time::sleep(self.slow).await;
        progress(1, 1);
        self.world.done.lock().unwrap().push(op);
        self.fuse.point().await; // after the work was done, before the answer was saved
        Done::Succeeded(match op {
            Op::CreateAccount => {
                let text = r#"{"account":{"id":"a"},"workflowExecution":{"id":"w","credentials":[
                    {"id":"c","category":"DOCUMENT","api":{"token":"t","parts":{"document":"u"},"workflowExecution":"f"}}]}}"#;
                Reply::Opened(Box::new(Raw::read(text).unwrap()))
            }
            Op::UploadDocument { .. } => Reply::Uploaded,
            Op::Finalize => Reply::Finalized,
            Op::GetStatus => Reply::Status(WorkflowStatus::Processed),
            Op::GetDetails => {
                let text = r#"{"workflow":{"id":"w","status":"PROCESSED"},"account":{"id":"a"},
                    "decision":{"type":"PASSED"}}"#;
                Reply::Details(Box::new(Raw::read(text).unwrap()))
            }
            _ => return Done::Failed(Failure::new(Certainty::NotSent, op.name(), "not part of this world")),
        })
    }
}

/// A store dies with its host, before or after a commit took effect.
struct AroundCommits(Arc<Fuse>);

impl Interpose for AroundCommits {
    async fn around<F: Future<Output: Send> + Send>(&self, call: &'static str, work: F) -> F::Output {
        if call != "commit" {
            return work.await;
        }
        self.0.point().await;
        let saved = work.await;
        self.0.point().await;
        saved
    }
}

/// The wall clock that follows tokio's, so that a test's paused time moves both.
fn clock() -> impl Fn() -> DateTime<Utc> + Send + Sync + 'static {
    let (start, began) = (DateTime::from_timestamp(1_750_000_000, 0).unwrap(), tokio::time::Instant::now());
    move || start + began.elapsed()
}

fn host(
    store: &Arc<MemoryStore>,
    world: &Arc<World>,
    fuse: &Arc<Fuse>,
    now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
) -> Flows {
    // Nearly the third of a lease: a lease that is only renewed during a call would run out under it.
    let worker = Worker { world: Arc::clone(world), fuse: Arc::clone(fuse), slow: Duration::from_secs(3) };
    let store = Interposed { store: Arc::clone(store), by: AroundCommits(Arc::clone(fuse)) };
    Flows::builder(worker).store(store).clock(now).build().unwrap()
}

fn flow() -> NewFlow {
    let reference = CustomerInternalReference::new("order-17").unwrap();
    let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let pages = (0..PAGES).map(|_| Page::new("page.pdf", Media::Pdf, 7, [1; 32])).collect();
    NewFlow::new(key(), "default", Flow::new(Spec::upload(request, pages).unwrap()))
}

fn key() -> FlowKey {
    FlowKey::new("flow-1")
}

/// Proves U6.
#[tokio::test(start_paused = true)]
async fn killed_at_every_point_nothing_is_lost_or_repeated() {
    let mut endings = std::collections::BTreeMap::<&str, u32>::new();
    for point in 1.. {
        let (store, world, fuse) = (Arc::new(MemoryStore::new()), Arc::new(World::default()), Fuse::after(point));
        let now = clock();
        let now = Arc::new(now);
        let tick = |now: &Arc<_>| {
            let now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync> = Arc::clone(now) as _;
            move || now()
        };
        let first = host(&store, &world, &fuse, tick(&now));
        first.start(flow()).await.unwrap();
        let key = key();
        let survived = tokio::select! {
            record = first.drive(&key) => Some(record.unwrap()),
            () = fuse.blown.notified() => None,
        };
        first.kill_calls();
        let uninterrupted = survived.is_some();
        let second = host(&store, &world, &Fuse::after(u32::MAX), tick(&now));
        let record = second.drive(&key).await.unwrap();

        assert!(world.count(Op::is_opening) <= 1, "point {point}: a second account");
        assert!(world.count(Op::is_upload) <= PAGES as usize, "point {point}: a page twice");
        let ending = record.flow.ending().unwrap_or_else(|| panic!("point {point}: not ended"));
        match ending {
            Ending::Decided { .. } => assert_eq!(world.count(Op::is_upload), PAGES as usize),
            ending if ending.is_unknown() => {
                assert_eq!(world.count(|op| op == Op::Finalize), 0, "finalized on a guess")
            }
            other => panic!("point {point}: {}", other.name()),
        }
        *endings.entry(ending.name()).or_default() += 1;
        if uninterrupted {
            break;
        }
    }
    // Each once-only call has four points at which nobody can know: after the record, before the send, after the work,
    // and before the answer is saved.
    assert_eq!(endings["account_unknown"], 4);
    assert_eq!(endings["upload_unknown"], 4 * PAGES);
    assert!(endings["decided"] > 20, "{endings:?}");
}

/// Whoever knows a callback key can say again and again that Jumio is done.
#[tokio::test(start_paused = true)]
async fn callbacks_after_the_result_cost_a_few_calls_and_keep_no_flow_young() {
    let (store, world, fuse) = (Arc::new(MemoryStore::new()), Arc::new(World::default()), Fuse::after(u32::MAX));
    let flows = host(&store, &world, &fuse, clock());
    flows.start(flow()).await.unwrap();
    let before = flows.drive(&key()).await.unwrap();
    assert_eq!(world.count(|op| op == Op::GetDetails), 1);
    let mut times = vec![before.updated_at];
    for number in 0..30 {
        let status = Some(WorkflowStatus::Processed);
        let hint = Hint::new(HintAddress::Execution("w".into()), status, format!("again {number}"));
        assert_eq!(flows.deliver(&hint).await.unwrap(), Delivered::New);
        tokio::select! {
            ended = flows.run(std::future::pending()) => panic!("{ended:?}"),
            () = tokio::time::sleep(Duration::from_secs(60)) => {}
        }
        assert!(store.hints(&key()).await.unwrap().is_empty(), "each is used up");
        times.push(flows.get(&key()).await.unwrap().updated_at);
    }
    assert_eq!(world.count(|op| op == Op::GetDetails), 1 + 16);
    times.dedup();
    assert_eq!(times.len(), 1 + 16, "what changes nothing makes no flow younger");
    let record = flows.get(&key()).await.unwrap();
    assert!(record.flow.is_over() && record.flow.outcome_count() == 1);
}

#[tokio::test(start_paused = true)]
async fn a_hint_wakes_a_waiting_flow_and_all_that_happens_is_told() {
    let (store, world, fuse) = (Arc::new(MemoryStore::new()), Arc::new(World::default()), Fuse::after(u32::MAX));
    let flows = host(&store, &world, &fuse, clock());
    let mut progress = flows.progress();
    flows.start(flow()).await.unwrap();
    let hint = Hint::new(HintAddress::Execution("w".into()), Some(WorkflowStatus::Processed), "w PROCESSED 1");
    assert_eq!(flows.deliver(&hint).await.unwrap(), Delivered::New); // before anybody knows the transaction
    assert_eq!(flows.deliver(&hint).await.unwrap(), Delivered::Duplicate);
    let record = flows.drive(&key()).await.unwrap();
    assert!(matches!(record.flow.ending(), Some(Ending::Decided { .. })));
    let mut told = 0;
    while let Ok(event) = progress.try_recv() {
        told += u64::from(matches!(event, Progress::Moved { .. }));
    }
    assert_eq!(told, record.flow.noted());
}

#[tokio::test(start_paused = true)]
async fn a_host_of_many_flows_stops_when_asked() {
    let (store, world, fuse) = (Arc::new(MemoryStore::new()), Arc::new(World::default()), Fuse::after(u32::MAX));
    let flows = host(&store, &world, &fuse, clock());
    for number in 0..100 {
        let new = {
            let mut new = flow();
            new.key = FlowKey::new(format!("flow-{number}"));
            new
        };
        assert_eq!(flows.start(new.clone()).await.unwrap(), Inserted::New);
        assert_eq!(flows.start(new).await.unwrap(), Inserted::Exists);
    }
    let unfinished = || async { flows.list(&Filter::all().unfinished()).await.unwrap().len() };
    let all_done = async {
        while unfinished().await > 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    flows.run(all_done).await.unwrap();
    assert_eq!(world.count(Op::is_opening), 100);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_asked_to_stop_ends_its_calls_and_begins_none() {
    let (store, world, fuse) = (Arc::new(MemoryStore::new()), Arc::new(World::default()), Fuse::after(u32::MAX));
    let flows = host(&store, &world, &fuse, clock());
    for number in 0..100 {
        let mut new = flow();
        new.key = FlowKey::new(format!("flow-{number}"));
        flows.start(new).await.unwrap();
    }
    // In the middle of the first calls: each takes three seconds.
    flows.run(tokio::time::sleep(Duration::from_secs(1))).await.unwrap();
    let records = flows.list(&Filter::all()).await.unwrap();
    let opened = records.iter().filter(|record| record.flow.transaction().is_some()).count();
    assert!(opened > 0, "some were under way");
    assert_eq!(world.done.lock().unwrap().len(), opened, "each answer was saved, and nothing else was sent");
    for record in records {
        assert!(record.flow.pending().is_none_or(|pending| !pending.begun), "{}", record.key);
        let (owner, now) = (Owner::new("another"), clock());
        let claim = store.claim(&record.key, &owner, now(), Duration::from_secs(10)).await.unwrap();
        assert!(matches!(claim, Claim::Taken(..)), "{} was not given back", record.key);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_may_go_away_and_the_answer_is_saved() {
    let (store, world, fuse) = (Arc::new(MemoryStore::new()), Arc::new(World::default()), Fuse::after(u32::MAX));
    let flows = host(&store, &world, &fuse, clock());
    flows.start(flow()).await.unwrap();
    let key = key();
    tokio::select! {
        _ = flows.drive(&key) => panic!("it takes longer"),
        () = tokio::time::sleep(Duration::from_secs(1)) => {} // the account call is under way
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    let record = flows.get(&key).await.unwrap();
    assert!(record.flow.transaction().is_some(), "{:?}", record.flow.phase());
    let by = By::new("clerk", "nobody wants it");
    let cancelled = tokio::time::timeout(Duration::from_secs(1), flows.cancel(&key, false, &by)).await;
    assert_eq!(cancelled.unwrap().unwrap().flow.phase().name(), "cancelled");
    assert_eq!(world.count(|_| true), 1, "and nothing else was sent");
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_flow_does_not_keep_others_from_it() {
    let (store, world, fuse) = (Arc::new(MemoryStore::new()), Arc::new(World::default()), Fuse::after(u32::MAX));
    let flows = host(&store, &world, &fuse, clock());
    let mut new = flow();
    let reference = CustomerInternalReference::new("order-17").unwrap();
    let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    new.flow = Flow::new(Spec::person(request));
    flows.start(new).await.unwrap();
    let waiting = {
        let flows = flows.clone();
        tokio::spawn(async move { flows.drive(&key()).await })
    };
    tokio::time::sleep(Duration::from_secs(30)).await; // the person has not come yet
    let by = By::new("clerk", "nobody wants it");
    let cancelled = tokio::time::timeout(Duration::from_secs(1), flows.cancel(&key(), false, &by)).await;
    assert!(cancelled.is_ok(), "an order does not wait for the person");
    let record = waiting.await.unwrap().unwrap();
    assert_eq!(record.flow.phase().name(), "cancelled", "and whoever waits is told");
}

/// The clock was days ahead when the flow was taken.
#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_right_has_its_holders_renew_their_leases() {
    let (store, world, fuse) = (Arc::new(MemoryStore::new()), Arc::new(World::default()), Fuse::after(u32::MAX));
    let (days_ahead, right) = (Arc::new(AtomicU32::new(3)), Arc::new(clock()));
    let now = {
        let (days_ahead, right) = (Arc::clone(&days_ahead), Arc::clone(&right));
        move || right() + chrono::TimeDelta::days(days_ahead.load(Ordering::SeqCst).into())
    };
    let flows = host(&store, &world, &fuse, now);
    flows.start(flow()).await.unwrap();
    let working = {
        let flows = flows.clone();
        tokio::spawn(async move { flows.drive(&key()).await })
    };
    tokio::time::sleep(Duration::from_secs(1)).await; // in its first call
    days_ahead.store(0, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(3)).await; // in its second one, each too short to renew a lease meanwhile
    match store.claim(&key(), &Owner::new("another"), right(), Duration::from_secs(60)).await.unwrap() {
        Claim::Held { until } => assert!(until <= right() + chrono::TimeDelta::seconds(10), "{until}"),
        other => panic!("{other:?}"),
    }
    let record = working.await.unwrap().unwrap();
    assert_done_once(&world, [record.clone(), record]);
}

/// What two workers on one flow must come to, whoever they are.
fn assert_done_once(world: &World, records: [FlowRecord; 2]) {
    for record in records {
        assert!(matches!(record.flow.ending(), Some(Ending::Decided { .. })), "{:?}", record.flow.ending());
    }
    assert_eq!(world.count(Op::is_opening), 1);
    assert_eq!(world.count(Op::is_upload), PAGES as usize);
}

#[tokio::test(start_paused = true)]
async fn two_hosts_on_one_flow_do_its_work_once() {
    let (store, world, fuse) = (Arc::new(MemoryStore::new()), Arc::new(World::default()), Fuse::after(u32::MAX));
    let now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync> = Arc::new(clock());
    let (a, b) = (Arc::clone(&now), now);
    let first = host(&store, &world, &fuse, move || a());
    let second = host(&store, &world, &fuse, move || b());
    first.start(flow()).await.unwrap();
    let key = key();
    let (one, two) = tokio::join!(first.drive(&key), second.drive(&key));
    assert_done_once(&world, [one.unwrap(), two.unwrap()]);
}

#[tokio::test(start_paused = true)]
async fn two_tasks_of_one_host_do_its_work_once() {
    let (store, world, fuse) = (Arc::new(MemoryStore::new()), Arc::new(World::default()), Fuse::after(u32::MAX));
    let flows = host(&store, &world, &fuse, clock());
    flows.start(flow()).await.unwrap();
    let key = key();
    let both = async { tokio::join!(flows.drive(&key), flows.drive(&key)) };
    let (one, two) = tokio::select! {
        both = both => both,
        _ = flows.run(std::future::pending()) => panic!("runs until it is told to stop"),
    };
    assert_done_once(&world, [one.unwrap(), two.unwrap()]);
}

#[tokio::test(start_paused = true)]
async fn a_host_leaves_flows_of_other_profiles_alone() {
    let (store, world, fuse) = (Arc::new(MemoryStore::new()), Arc::new(World::default()), Fuse::after(u32::MAX));
    let flows = host(&store, &world, &fuse, clock());
    let mut foreign = flow();
    foreign.profile = "live".to_owned();
    store.insert(foreign, Utc::now()).await.unwrap();
    let error = flows.drive(&key()).await.unwrap_err();
    assert!(error.to_string().contains("belongs to `live`"), "{error}");
    assert_eq!(world.count(Op::is_opening), 0);
}
