//! Cases: a flow that ended without a callback is found, and one that had its callback, however late, is not.

use std::sync::Arc;
use std::time::Duration;

use jumio_model::WorkflowStatus;

use super::states::{add, adopted, at, cancelled, ended, key, new_flow, opening, take, to_execution, to_key, waiting};
use crate::store::FlowStore;
use crate::store::hint::{Hint, HintAddress};
use crate::store::keys::CallbackKey;
use crate::store::missed::MissedCallbacks;
use crate::store::record::{Inserted, Turn};

pub(super) async fn run<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    let store = open("missed").await;
    let s = store.as_ref();
    add(s, new_flow("missed", ended("w", at(0))).with_callback_key(CallbackKey::from_url("back"))).await;
    add(s, new_flow("called", ended("v", at(0)))).await;
    add(s, new_flow("called-by-key", ended("u", at(0))).with_callback_key(CallbackKey::from_url("5ecre7"))).await;
    add(s, new_flow("running", waiting("t", at(0)))).await;
    add(s, new_flow("opening", opening())).await;
    // Jumio calls for none of these: what was opened by another system calls there.
    add(s, new_flow("cancelled", cancelled("r", at(0)))).await;
    add(s, new_flow("adopted", adopted("q", at(0)))).await;
    s.deliver(&to_execution("v", "late"), at(9)).await.expect("deliver");
    let callback =
        Hint::new(HintAddress::Key(CallbackKey::from_url("5ecre7")), Some(WorkflowStatus::Processed), "late");
    s.deliver(&callback, at(9)).await.expect("deliver");
    s.deliver(&to_key("back", "from the browser"), at(9)).await.expect("deliver");
    let sweep = |second| MissedCallbacks::new(Arc::clone(&store), Duration::from_secs(100)).clock(move || at(second));
    let day = Duration::from_secs(24 * 60 * 60);
    assert_eq!(sweep(100).pass(day).await.expect("pass").ended, 0, "its callback may still come");
    let found = sweep(101).pass(day).await.expect("pass");
    assert_eq!((found.ended, found.missed), (3, vec![key("missed")]));
    assert_eq!(
        sweep(1_000).pass(Duration::from_secs(10)).await.expect("pass").ended,
        0,
        "an older stretch is not counted again"
    );
    each_is_reported_once(open("missed-once").await).await;
}

async fn each_is_reported_once(store: Arc<dyn FlowStore>) {
    let every = Duration::from_secs(1_000);
    // A process of its own each time.
    let sweep = async |second| {
        let sweep = MissedCallbacks::new(Arc::clone(&store), Duration::ZERO).clock(move || at(second));
        sweep.advance(every).await.expect("advance").map(|found| found.missed)
    };
    add(store.as_ref(), new_flow("first", ended("w", at(0)))).await;
    assert_eq!(sweep(10).await, Some(vec![key("first")]));
    assert_eq!(sweep(10).await, None, "nothing is to be looked at yet");
    assert_eq!(sweep(20).await, Some(vec![]), "a process that starts anew goes on");
    let late = store.insert(new_flow("second", ended("v", at(25))), at(25)).await.expect("insert");
    assert_eq!(late, Inserted::New);
    // Somebody's word, or another look at the result.
    let lease = take(store.as_ref(), "first", "a", at(26)).await;
    let moved = ended("w", at(0));
    assert!(store.commit(&lease, Turn::new(&moved, &[]), at(26)).await.expect("commit"));
    assert_eq!(sweep(30).await, Some(vec![key("second")]));
    let job = "another job";
    assert_eq!(store.mark(job).await.expect("mark"), None);
    assert!(!store.move_mark(job, Some(at(1)), at(2)).await.expect("move_mark"), "it never began");
    assert!(store.move_mark(job, None, at(2)).await.expect("move_mark"));
    assert!(!store.move_mark(job, None, at(3)).await.expect("move_mark"), "another process was faster");
    assert!(!store.move_mark(job, Some(at(1)), at(3)).await.expect("move_mark"));
    assert!(store.move_mark(job, Some(at(2)), at(3)).await.expect("move_mark"));
    assert_eq!(store.mark(job).await.expect("mark"), Some(at(3)));
}
