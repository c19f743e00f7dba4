//! Cases: which flow a host gets when it asks for work.

use std::sync::Arc;

use super::states::{
    LEASE, PROFILE, add, asking, at, due, ended, key, new_flow, opening, owner, stalled, take, to_execution, to_key,
    waiting,
};
use crate::store::FlowStore;
use crate::store::keys::CallbackKey;
use crate::store::record::{NewFlow, Turn};

pub(super) async fn run<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    the_longest_due_comes_first(open("order").await.as_ref()).await;
    who_waits_to_open_comes_last(open("opening-last").await.as_ref()).await;
    a_timer_is_never_early(open("timers").await.as_ref()).await;
    a_hint_makes_a_flow_due(open("hinted").await.as_ref()).await;
    a_hint_is_due_since_it_came(open("fair").await.as_ref()).await;
    stalled_and_ended_flows_stay(open("settled").await.as_ref()).await;
    a_host_gets_its_own_profile_only(open("profiles").await.as_ref()).await;
    what_is_held_is_passed_over(open("passed-over").await.as_ref()).await;
}

async fn the_longest_due_comes_first(store: &dyn FlowStore) {
    add(store, new_flow("third", waiting("w3", at(30)))).await;
    add(store, new_flow("second", waiting("w2", at(20)))).await;
    add(store, new_flow("not yet", waiting("w4", at(1_000)))).await;
    add(store, new_flow("pending", asking("w1", at(0)))).await;
    let mut order = Vec::new();
    for _ in 0..4 {
        order.extend(due(store, "a", at(500)).await);
    }
    assert_eq!(order, ["pending", "second", "third"], "a pending call since it was saved, a timer since its time");
}

/// However long they wait: what they are to open is not lost meanwhile, and a result may be.
async fn who_waits_to_open_comes_last(store: &dyn FlowStore) {
    for number in 0..40 {
        add(store, new_flow(&format!("opening-{number}"), opening())).await;
    }
    add(store, new_flow("timer", waiting("v", at(0)))).await;
    add(store, new_flow("hint", waiting("w", at(3_000)))).await;
    add(store, new_flow("hinted-opening", opening()).with_callback_key(CallbackKey::from_url("k"))).await;
    store.deliver(&to_execution("w", "1"), at(50)).await.expect("deliver");
    store.deliver(&to_key("k", "1"), at(60)).await.expect("deliver");
    for expected in ["timer", "hint", "hinted-opening", "opening-0"] {
        assert_eq!(due(store, "a", at(90)).await.as_deref(), Some(expected));
    }
    let lease = take(store, "opening-1", "a", at(91)).await;
    assert!(store.commit(&lease, Turn::new(&opening(), &[]), at(91)).await.expect("commit"));
    store.release(&lease).await.expect("release");
    let mut order = Vec::new();
    while let (Some(name), true) = (due(store, "a", at(92)).await, order.len() < 50) {
        order.push(name);
    }
    assert_eq!(order.first().map(String::as_str), Some("opening-2"), "among themselves in turn");
    assert_eq!(order.last().map(String::as_str), Some("opening-1"), "since they last changed");
}

async fn a_timer_is_never_early(store: &dyn FlowStore) {
    assert_eq!(due(store, "a", at(0)).await, None, "an empty store has no work");
    let begun = at(0) + chrono::TimeDelta::microseconds(300);
    add(store, new_flow("a", waiting("w", begun))).await;
    for early in [at(0), at(39), at(40), at(40) + chrono::TimeDelta::microseconds(299)] {
        assert_eq!(due(store, "a", early).await, None, "nothing is due at {early}");
    }
    let soon = at(40) + chrono::TimeDelta::milliseconds(1);
    assert_eq!(due(store, "a", soon).await.as_deref(), Some("a"), "within a millisecond");
}

async fn a_hint_makes_a_flow_due(store: &dyn FlowStore) {
    add(store, new_flow("by id", waiting("w", at(0)))).await;
    add(store, new_flow("by key", waiting("v", at(0))).with_callback_key(CallbackKey::from_url("k"))).await;
    store.deliver(&to_execution("nobody's", "1"), at(1)).await.expect("deliver");
    store.deliver(&to_key("nobody's", "1"), at(1)).await.expect("deliver");
    assert_eq!(due(store, "a", at(2)).await, None, "other hints wake nobody");
    store.deliver(&to_execution("w", "1"), at(2)).await.expect("deliver");
    assert_eq!(due(store, "a", at(3)).await.as_deref(), Some("by id"));
    assert_eq!(due(store, "a", at(3)).await, None);
    store.deliver(&to_key("k", "1"), at(4)).await.expect("deliver");
    assert_eq!(due(store, "a", at(5)).await.as_deref(), Some("by key"));
    assert_eq!(due(store, "a", at(5)).await, None);
}

async fn a_hint_is_due_since_it_came(store: &dyn FlowStore) {
    add(store, new_flow("timer", waiting("v", at(0)))).await;
    add(store, new_flow("hint", waiting("w", at(3_000)))).await;
    store.deliver(&to_execution("w", "1"), at(30)).await.expect("deliver");
    assert_eq!(due(store, "a", at(50)).await.as_deref(), Some("hint"), "it came before the timer fired");
    assert_eq!(due(store, "a", at(50)).await.as_deref(), Some("timer"));
}

async fn stalled_and_ended_flows_stay(store: &dyn FlowStore) {
    for (name, flow) in [("stalled", stalled("w", at(0))), ("ended", ended("v", at(0)))] {
        add(store, new_flow(name, flow).with_callback_key(CallbackKey::from_url(name))).await;
        store.deliver(&to_key(name, "1"), at(1)).await.expect("deliver");
    }
    store.deliver(&to_execution("w", "2"), at(1)).await.expect("deliver");
    store.deliver(&to_execution("v", "2"), at(1)).await.expect("deliver");
    assert_eq!(due(store, "a", at(100_000)).await, None, "no hint moves them");
    take(store, "stalled", "a", at(2)).await;
    let waiting = store.hints(&key("stalled")).await.expect("hints").len();
    assert_eq!(waiting, 2, "a stalled flow finds its hints when it is resumed");
}

async fn a_host_gets_its_own_profile_only(store: &dyn FlowStore) {
    add(store, NewFlow::new(key("other"), "elsewhere", opening())).await;
    add(store, NewFlow::new(key("hinted"), "elsewhere", waiting("w", at(0)))).await;
    store.deliver(&to_execution("w", "1"), at(1)).await.expect("deliver");
    assert_eq!(due(store, "a", at(100)).await, None);
    let theirs = store.claim_due("elsewhere", &owner("a"), at(100), LEASE).await.expect("claim_due");
    assert_eq!(theirs.map(|(_, record)| record.key), Some(key("hinted")));
    assert!(store.claim_due("", &owner("a"), at(100), LEASE).await.expect("claim_due").is_none());
}

async fn what_is_held_is_passed_over(store: &dyn FlowStore) {
    add(store, new_flow("a", opening())).await;
    add(store, new_flow("b", waiting("w", at(0)))).await;
    take(store, "a", "a", at(0)).await;
    take(store, "b", "a", at(0)).await;
    store.deliver(&to_execution("w", "1"), at(1)).await.expect("deliver");
    assert_eq!(due(store, "b", at(59)).await, None, "somebody holds both");
    assert_eq!(due(store, "a", at(59)).await, None, "which their holder knows");
    let (lease, _) =
        store.claim_due(PROFILE, &owner("b"), at(60), LEASE).await.expect("claim_due").expect("a lease ran out");
    assert_eq!(lease.key, key("b"));
    store.release(&lease).await.expect("release");
    assert_eq!(due(store, "c", at(60)).await.as_deref(), Some("b"), "given back, it is free at once");
}
