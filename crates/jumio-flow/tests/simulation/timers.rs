//! Timers: a host that begins anew, and a wall clock that is set.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use jumio_flow::machine::{Done, Failure, Flow, Op, Reply, Spec};
use jumio_flow::{Admission, Effects, FlowKey, FlowStore as _, Flows, MemoryStore, NewFlow, UploadProgress};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Raw};
use tokio::time::{Instant, sleep};

/// A wall clock that can be set, beside a time that cannot.
struct Clock {
    began: Instant,
    set_by: AtomicI64,
}

impl Clock {
    fn now(&self) -> DateTime<Utc> {
        let start = DateTime::from_timestamp(1_750_000_000, 0).unwrap();
        let elapsed = TimeDelta::from_std(self.began.elapsed()).unwrap();
        start + elapsed + TimeDelta::seconds(self.set_by.load(Ordering::SeqCst))
    }
}

/// A transaction at which nobody is: says when it was asked about, by the wall clock and by the time that passed.
struct Idle {
    clock: Arc<Clock>,
    looks: Mutex<Vec<(DateTime<Utc>, Instant)>>,
}

impl Idle {
    /// Waits for another look than those that were.
    async fn next(&self) -> (DateTime<Utc>, Instant) {
        let before = self.looks.lock().unwrap().len();
        loop {
            if let Some(look) = self.looks.lock().unwrap().get(before) {
                return *look;
            }
            sleep(Duration::from_millis(10)).await;
        }
    }
}

struct To(Arc<Idle>);

#[async_trait]
impl Effects for To {
    async fn admit(&self, _: &Flow, _: Op) -> Result<Admission, Failure> {
        Ok(Admission::Ready)
    }

    async fn run(&self, _: &Flow, op: Op, _: UploadProgress) -> Done {
        let reply = r#"{"account":{"id":"a"},"workflowExecution":{"id":"w","credentials":[]}}"#;
        Done::Succeeded(match op {
            Op::CreateAccount => Reply::Opened(Box::new(Raw::read(reply).unwrap())),
            _ => {
                self.0.looks.lock().unwrap().push((self.0.clock.now(), Instant::now()));
                Reply::Status("INITIATED".into())
            }
        })
    }
}

/// Proves F6.
#[tokio::test(start_paused = true)]
async fn timers_survive_a_restart_and_a_clock_that_is_set() {
    const SOON: TimeDelta = TimeDelta::seconds(1);
    let clock = Arc::new(Clock { began: Instant::now(), set_by: AtomicI64::new(0) });
    let jumio = Arc::new(Idle { clock: Arc::clone(&clock), looks: Mutex::default() });
    let store = Arc::new(MemoryStore::new());
    let host = || {
        let clock = Arc::clone(&clock);
        Flows::builder(To(Arc::clone(&jumio))).store(Arc::clone(&store)).clock(move || clock.now()).build().unwrap()
    };
    let begun = |flows: Flows| tokio::spawn(async move { flows.run(std::future::pending()).await });
    let key = FlowKey::new("flow");
    let due = async || loop {
        let flow = store.load(&key).await.unwrap().unwrap().flow;
        match flow.due() {
            Some(due) if flow.pending().is_none() && due.at > clock.now() => break due.at,
            _ => sleep(Duration::from_millis(10)).await,
        }
    };

    let reference = CustomerInternalReference::new("order-17").unwrap();
    let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    host().start(NewFlow::new(key.clone(), "", Flow::new(Spec::person(request)))).await.unwrap();
    let first = begun(host());
    let at = due().await;
    first.abort();
    // Nobody is there when it falls due; the next host is as late as it begins, and no later.
    sleep((at - clock.now()).to_std().unwrap() + Duration::from_secs(60)).await;
    let begins = Instant::now();
    let second = begun(host());
    assert!(jumio.next().await.1 - begins <= SOON.to_std().unwrap());

    // The host that waits is there in time.
    let at = due().await;
    let (looked, _) = jumio.next().await;
    assert!(looked >= at && looked <= at + SOON, "due at {at}, looked at {looked}");

    // The clock is set forward: what is due by it is done at once, and not after what is left of the old wait.
    due().await;
    let set = Instant::now();
    clock.set_by.store(86_400, Ordering::SeqCst);
    assert!(jumio.next().await.1 - set <= SOON.to_std().unwrap());

    // And back: nothing is lost, and nothing is early by the clock that everybody reads.
    let at = due().await;
    clock.set_by.store(82_800, Ordering::SeqCst);
    let (looked, _) = jumio.next().await;
    assert!(looked >= at && looked <= at + SOON, "due at {at}, looked at {looked}");
    second.abort();
}
