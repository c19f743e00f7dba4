//! Cases: a callback that no flow has is kept as it came, until the older receiver has it.

use std::sync::Arc;
use std::time::Duration;

use super::states::{LEASE, add, at, new_flow, waiting};
use crate::store::FlowStore;
use crate::store::lent::{CallbackToLend, MOST_LENT_CALLBACKS};

const GRACE: Duration = Duration::from_secs(10);

pub(super) async fn run<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    what_no_flow_has_is_handed_over_as_it_came(open("lent").await.as_ref()).await;
    what_a_wrong_clock_left_is_handed_over_soon(open("lent-ahead").await.as_ref()).await;
    a_crowd_does_not_wait_and_none_is_dropped(open("lent-crowd").await.as_ref()).await;
    copies_may_come_at_once_in_any_order(open("lent-at-once").await.as_ref()).await;
}

async fn taken(store: &dyn FlowStore, second: i64) -> Vec<(String, String, u32)> {
    let lent = store.take_lent(at(second), GRACE, LEASE, 9).await.expect("take_lent");
    lent.into_iter().map(|one| (one.execution, one.body, one.attempts)).collect()
}

async fn what_no_flow_has_is_handed_over_as_it_came(store: &dyn FlowStore) {
    let body = "{ \"workflowExecution\":\n{\"id\":\"theirs\"} }";
    let [theirs, ours] = [("theirs", body), ("ours", "{}")].map(|(id, body)| CallbackToLend::new(id, "1", body));
    assert!(store.lend(&[theirs.clone(), ours], at(0)).await.expect("lend"));
    assert!(store.lend(std::slice::from_ref(&theirs), at(5)).await.expect("lend"), "the same one again");
    assert!(taken(store, 9).await.is_empty(), "a flow may still bind it");
    add(store, new_flow("a", waiting("ours", at(0)))).await;
    assert_eq!(taken(store, 10).await, [("theirs".to_owned(), body.to_owned(), 1)]);
    assert!(taken(store, 69).await.is_empty(), "somebody is at it");
    let again = store.take_lent(at(70), GRACE, LEASE, 9).await.expect("take_lent").remove(0);
    assert_eq!((again.attempts, again.received_at), (2, at(0)));
    store.settle_lent(again.id, Some(at(500))).await.expect("settle_lent");
    assert!(taken(store, 499).await.is_empty());
    assert_eq!(taken(store, 500).await.len(), 1);
    store.settle_lent(again.id, None).await.expect("settle_lent");
    store.settle_lent(again.id, Some(at(0))).await.expect("nothing happens to what is gone");
    assert!(taken(store, 9_000).await.is_empty());
}

/// The clock was days ahead for a while.
async fn what_a_wrong_clock_left_is_handed_over_soon(store: &dyn FlowStore) {
    const DAYS: i64 = 3 * 24 * 60 * 60;
    let [tried, new] = ["tried", "new"].map(|id| CallbackToLend::new(id, "1", "{}"));
    assert!(store.lend(&[tried], at(0)).await.expect("lend"));
    assert_eq!(taken(store, DAYS).await.len(), 1);
    assert!(store.lend(&[new], at(DAYS)).await.expect("lend"));
    assert!(taken(store, 20).await.is_empty(), "somebody may be at it");
    assert!(taken(store, 79).await.is_empty());
    let lent = store.take_lent(at(80), GRACE, LEASE, 9).await.expect("take_lent");
    let came: Vec<_> = lent.iter().map(|one| (one.execution.as_str(), one.received_at)).collect();
    assert_eq!(came, [("tried", at(0)), ("new", at(20))], "received no later than it was first seen");
}

/// Receivers take several groups in at once.
async fn copies_may_come_at_once_in_any_order(store: &dyn FlowStore) {
    for round in 0..20 {
        let callbacks: Vec<_> =
            (0..50).map(|number| CallbackToLend::new(format!("{round}-{number}"), "1", "{}")).collect();
        let backwards: Vec<_> = callbacks.iter().rev().cloned().collect();
        let [one, two, three] = [&callbacks, &backwards, &callbacks].map(|callbacks| store.lend(callbacks, at(round)));
        let (one, two, three) = tokio::join!(one, two, three);
        assert!([one, two, three].into_iter().all(|kept| kept.expect("lend")), "{round}");
    }
    let lent = store.take_lent(at(100), GRACE, LEASE, 2_000).await.expect("take_lent");
    assert_eq!(lent.len(), 20 * 50, "each is kept once");
}

async fn a_crowd_does_not_wait_and_none_is_dropped(store: &dyn FlowStore) {
    let half = MOST_LENT_CALLBACKS / 2;
    let some = |from: usize| (from..from + half).map(|number| CallbackToLend::new(format!("{number}"), "1", "{}"));
    assert!(store.lend(&some(0).skip(1).collect::<Vec<_>>(), at(0)).await.expect("lend"));
    assert!(taken(store, 0).await.is_empty());
    assert!(store.lend(&some(0).take(1).collect::<Vec<_>>(), at(0)).await.expect("lend"));
    assert_eq!(taken(store, 0).await.len(), 9, "half of the room is taken");
    assert!(store.lend(&some(half).collect::<Vec<_>>(), at(0)).await.expect("lend"));
    assert!(!store.lend(&some(2 * half).collect::<Vec<_>>(), at(0)).await.expect("lend"), "there is no more room");
}
