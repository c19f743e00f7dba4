//! Callbacks that never came are found and counted once, whatever moves while they are looked for.

#![cfg(feature = "test-util")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use jumio_flow::machine::{Flow, Op, Spec};
use jumio_flow::{
    Claim, FlowKey, FlowStore, Interpose, Interposed, MemoryStore, MissedCallbacks, NewFlow, Owner, Turn,
};
use support::*;

/// More than are looked at in one go.
const FLOWS: usize = 600;

fn decided() -> Flow {
    let mut run = Run::new(Spec::person(request()));
    run.play(vec![
        (Op::CreateAccount, ok(opened())),
        (Op::GetStatus, ok(status("PROCESSED"))),
        (Op::GetDetails, ok(details("PROCESSED"))),
    ]);
    run.flow
}

fn key(number: usize) -> FlowKey {
    FlowKey::new(format!("flow-{number:03}"))
}

/// After the first look at the store, the first flow changes: somebody says what its result means.
struct MovesOne {
    store: Arc<MemoryStore>,
    at: DateTime<Utc>,
    moved: AtomicBool,
}

impl Interpose for MovesOne {
    async fn around<F: Future<Output: Send> + Send>(&self, call: &'static str, work: F) -> F::Output {
        let done = work.await;
        if call == "ended" && !self.moved.swap(true, Ordering::SeqCst) {
            let claim =
                self.store.claim(&key(0), &Owner::new("clerk"), self.at, Duration::from_secs(60)).await.unwrap();
            if let Claim::Taken(lease, record) = claim {
                assert!(self.store.commit(&lease, Turn::new(&record.flow, &[]), self.at).await.unwrap());
            }
        }
        done
    }
}

#[tokio::test]
async fn what_moves_meanwhile_has_none_passed_over_and_none_counted_twice() {
    let (store, flow) = (Arc::new(MemoryStore::new()), decided());
    let ended = flow.outcome().unwrap().at;
    for number in 0..FLOWS {
        store.insert(NewFlow::new(key(number), "default", flow.clone()), ended).await.unwrap();
    }
    let at = ended + TimeDelta::seconds(60);
    let by = MovesOne { store: Arc::clone(&store), at, moved: AtomicBool::new(false) };
    let sweep = MissedCallbacks::new(Arc::new(Interposed { store, by }), Duration::ZERO).clock(move || at);
    let mut found = sweep.pass(Duration::from_secs(3_600)).await.unwrap();
    found.missed.sort();
    assert_eq!(found.ended, FLOWS);
    assert_eq!(found.missed, (0..FLOWS).map(key).collect::<Vec<_>>());
}
