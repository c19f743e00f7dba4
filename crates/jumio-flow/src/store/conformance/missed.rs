//! Cases: a flow that ended without a callback is found, and one that had its callback, however late, is not.

use std::sync::Arc;
use std::time::Duration;

use jumio_model::WorkflowStatus;

use super::states::{add, at, ended, key, new_flow, opening, to_execution, to_key, waiting};
use crate::store::FlowStore;
use crate::store::hint::{Hint, HintAddress};
use crate::store::keys::CallbackKey;
use crate::store::missed::MissedCallbacks;

pub(super) async fn run<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    let store = open("missed").await;
    let s = store.as_ref();
    add(s, new_flow("missed", ended("w", at(0))).with_callback_key(CallbackKey::from_url("back"))).await;
    add(s, new_flow("called", ended("v", at(0)))).await;
    add(s, new_flow("called-by-key", ended("u", at(0))).with_callback_key(CallbackKey::from_url("5ecre7"))).await;
    add(s, new_flow("running", waiting("t", at(0)))).await;
    add(s, new_flow("opening", opening())).await;
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
}
