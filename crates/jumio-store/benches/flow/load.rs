//! The load: each flow is added, claimed, moved through its calls and ended, as the driver does it, without the calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use jumio_flow::machine::{Done, Event, Flow, Reply, Spec, Told, step};
use jumio_flow::{Claim, FlowKey, FlowStore, NewFlow, Owner, Turn};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Raw, WorkflowStatus};

use crate::{AT_ONCE, FLOWS};

/// Commits of a flow that is opened and looked at: each call is begun and done, and a hint is heard in between.
pub(crate) const COMMITS: usize = 5;
const LEASE: Duration = Duration::from_secs(60);
const STEPS: usize = 20_000;

pub(crate) fn request(number: usize) -> AccountRequest {
    let reference = CustomerInternalReference::new(&format!("order-{number}")).unwrap();
    AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// The events that bring a flow from its start to its end.
fn events(flow: &Flow, place: usize) -> Event {
    let id = flow.pending().map_or(0, |pending| pending.id);
    match place {
        0 | 3 => Event::Begin { id },
        1 => {
            let reply = r#"{"account":{"id":"a"},"workflowExecution":{"id":"w","credentials":[]}}"#;
            Event::Done { id, done: Done::Succeeded(Reply::Opened(Box::new(Raw::read(reply).unwrap()))) }
        }
        2 => Event::Hint(Told::new(None)),
        _ => Event::Done { id, done: Done::Succeeded(Reply::Status(WorkflowStatus::TokenExpired)) },
    }
}

/// One round over a store.
pub(crate) async fn run<S: FlowStore + 'static>(store: &Arc<S>, round: usize) {
    let next = Arc::new(AtomicUsize::new(0));
    let tasks = (0..AT_ONCE).map(|_| {
        let (store, next) = (Arc::clone(store), Arc::clone(&next));
        tokio::spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= FLOWS {
                    return;
                }
                one(store.as_ref(), &format!("{round}-{number}"), number).await;
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
}

async fn one(store: &dyn FlowStore, name: &str, number: usize) {
    let key = FlowKey::new(name);
    let mut flow = Flow::new(Spec::person(request(number)));
    store.insert(NewFlow::new(key.clone(), "bench", flow.clone()), now()).await.unwrap();
    let claim = store.claim(&key, &Owner::new("bench"), now(), LEASE).await.unwrap();
    let Claim::Taken(lease, _) = claim else { panic!("nobody else is there") };
    for place in 0..COMMITS {
        let event = events(&flow, place);
        step(&mut flow, event, now());
        assert!(store.commit(&lease, Turn::new(&flow, &[]), now()).await.unwrap());
    }
    assert!(flow.ending().is_some(), "the load's own flow");
    store.release(&lease).await.unwrap();
}

pub(crate) fn machine_steps_per_second() -> f64 {
    let start = Instant::now();
    let mut steps = 0;
    while steps < STEPS {
        let mut flow = Flow::new(Spec::person(request(0)));
        for place in 0..COMMITS {
            let event = events(&flow, place);
            step(&mut flow, event, now());
            steps += 1;
        }
    }
    steps as f64 / start.elapsed().as_secs_f64()
}
