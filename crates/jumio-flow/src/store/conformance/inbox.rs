//! Cases: hints are held until their flow comes, and count once.

use std::sync::Arc;

use jumio_model::WorkflowStatus;

use super::states::{add, at, decided, due, ended, key, new_flow, opening, take, to_execution, to_key, waiting};
use crate::store::FlowStore;
use crate::store::hint::{Delivered, Hint, HintAddress};
use crate::store::keys::CallbackKey;
use crate::store::record::Turn;

pub(super) async fn run<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    a_hint_waits_for_the_flow_that_binds_its_transaction(open("early").await.as_ref()).await;
    a_hint_counts_once(open("duplicates").await.as_ref()).await;
    hints_come_in_order_and_as_they_were(open("in-order").await.as_ref()).await;
    a_flow_that_ended_holds_no_hints(open("too-late").await.as_ref()).await;
    a_result_that_may_have_changed_is_looked_at(open("later").await.as_ref()).await;
    callback_keys_are_known(open("keys").await.as_ref()).await;
    hints_taken_in_together_are_as_hints_one_by_one(open("together").await.as_ref()).await;
    of_a_key_that_no_flow_has_a_receiver_is_told(open("strangers").await.as_ref()).await;
    groups_may_come_at_once_in_any_order(open("at-once").await.as_ref()).await;
}

async fn a_hint_waits_for_the_flow_that_binds_its_transaction(store: &dyn FlowStore) {
    let early = store.deliver(&to_execution("w", "1"), at(0)).await.expect("deliver");
    assert_eq!(early, Delivered::New, "no flow has this transaction yet");
    add(store, new_flow("a", opening())).await;
    let lease = take(store, "a", "a", at(1)).await;
    assert!(store.hints(&key("a")).await.expect("hints").is_empty());
    let bound = waiting("w", at(2));
    assert!(store.commit(&lease, Turn::new(&bound, &[]), at(2)).await.expect("commit"));
    let hints = store.hints(&key("a")).await.expect("hints");
    assert_eq!(hints.len(), 1, "it was held");
    assert!(hints.iter().all(|hint| hint.received_at == at(0)));
    store.release(&lease).await.expect("release");
    assert_eq!(due(store, "b", at(3)).await.as_deref(), Some("a"), "and makes the flow due");

    store.deliver(&to_execution("v", "1"), at(0)).await.expect("deliver");
    add(store, new_flow("b", waiting("v", at(5)))).await;
    assert_eq!(store.hints(&key("b")).await.expect("hints").len(), 1, "a flow may be added with its transaction");
}

async fn a_hint_counts_once(store: &dyn FlowStore) {
    let flow = waiting("w", at(0));
    add(store, new_flow("a", flow.clone()).with_callback_key(CallbackKey::from_url("k"))).await;
    let deliver = async |hint: Hint| store.deliver(&hint, at(1)).await.expect("deliver");
    assert_eq!(deliver(to_execution("w", "1")).await, Delivered::New);
    assert_eq!(deliver(to_execution("w", "1")).await, Delivered::Duplicate);
    assert_eq!(deliver(to_key("k", "1")).await, Delivered::New, "another address is another hint");
    assert_eq!(deliver(to_key("k", "1")).await, Delivered::Duplicate);
    assert_eq!(deliver(to_execution("w", "2")).await, Delivered::New, "another identity, too");
    let other = Hint::new(HintAddress::Execution("w".into()), None, "2");
    assert_eq!(deliver(other).await, Delivered::Duplicate, "the identity alone tells hints apart");

    let lease = take(store, "a", "a", at(2)).await;
    let used: Vec<_> = store.hints(&key("a")).await.expect("hints").iter().map(|hint| hint.id).collect();
    assert_eq!(used.len(), 3);
    assert!(store.commit(&lease, Turn::new(&flow, &used), at(2)).await.expect("commit"));
    for hint in [to_execution("w", "1"), to_execution("w", "2"), to_key("k", "1")] {
        assert_eq!(deliver(hint).await, Delivered::Duplicate, "a hint that was used up is known");
    }
    assert!(store.hints(&key("a")).await.expect("hints").is_empty(), "and is not used twice");
    store.release(&lease).await.expect("release");
    assert_eq!(due(store, "b", at(3)).await, None);
}

async fn hints_come_in_order_and_as_they_were(store: &dyn FlowStore) {
    add(store, new_flow("a", waiting("w", at(0))).with_callback_key(CallbackKey::from_url("k"))).await;
    add(store, new_flow("b", waiting("v", at(0)))).await;
    let statuses = [Some("ACQUIRED"), None, Some("SOMETHING_NEW"), Some("PROCESSED")];
    for (second, status) in (1..).zip(statuses) {
        let address = match second % 2 {
            0 => HintAddress::Key(CallbackKey::from_url("k")),
            _ => HintAddress::Execution("w".into()),
        };
        let hint = Hint::new(address, status.map(WorkflowStatus::from), format!("{second}"));
        store.deliver(&hint, at(second)).await.expect("deliver");
    }
    let hints = store.hints(&key("a")).await.expect("hints");
    let said: Vec<_> = hints.iter().map(|hint| hint.told.status.as_ref().map(WorkflowStatus::as_str)).collect();
    assert_eq!(said, statuses, "the oldest first, and what this version does not know is kept");
    let came: Vec<_> = hints.iter().map(|hint| hint.received_at).collect();
    assert_eq!(came, (1..=4).map(at).collect::<Vec<_>>());
    assert!(store.hints(&key("b")).await.expect("hints").is_empty(), "another flow's hints are not its own");
}

async fn a_flow_that_ended_holds_no_hints(store: &dyn FlowStore) {
    add(store, new_flow("a", ended("w", at(0)))).await;
    let hint = to_execution("w", "1");
    assert_eq!(store.deliver(&hint, at(1)).await.expect("deliver"), Delivered::New);
    assert_eq!(store.deliver(&hint, at(2)).await.expect("deliver"), Delivered::Duplicate);
    assert!(store.hints(&key("a")).await.expect("hints").is_empty());
}

fn acquired(execution: &str, identity: &str) -> Hint {
    Hint::new(HintAddress::Execution(execution.into()), Some(WorkflowStatus::Acquired), identity)
}

/// That Jumio is done once more may mean another result, where there is one; of nothing else a flow that is over is told.
async fn a_result_that_may_have_changed_is_looked_at(store: &dyn FlowStore) {
    let decided = decided("w", at(0));
    add(store, new_flow("a", decided.clone())).await;
    add(store, new_flow("b", ended("v", at(0)))).await;
    for hint in [acquired("w", "1"), to_execution("v", "1")] {
        assert_eq!(store.deliver(&hint, at(1)).await.expect("deliver"), Delivered::New);
    }
    assert_eq!(due(store, "x", at(2)).await, None);
    store.deliver(&to_execution("w", "2"), at(3)).await.expect("deliver");
    let lease = take(store, "a", "a", at(4)).await;
    let used: Vec<_> = store.hints(&key("a")).await.expect("hints").iter().map(|hint| hint.id).collect();
    assert_eq!(used.len(), 1);
    store.deliver(&to_execution("w", "3"), at(5)).await.expect("deliver");
    store.deliver(&acquired("w", "4"), at(5)).await.expect("deliver");
    assert!(store.commit(&lease, Turn::new(&decided, &used), at(5)).await.expect("commit"));
    store.release(&lease).await.expect("release");
    assert_eq!(store.hints(&key("a")).await.expect("hints").len(), 1, "what came meanwhile is not forgotten");
    assert_eq!(due(store, "x", at(6)).await.as_deref(), Some("a"));
}

async fn callback_keys_are_known(store: &dyn FlowStore) {
    let known = async |key: &str| store.knows_key(&CallbackKey::from_url(key)).await.expect("knows_key");
    assert!(!known("k").await);
    add(store, new_flow("a", opening()).with_callback_key(CallbackKey::from_url("k"))).await;
    add(store, new_flow("b", ended("w", at(0))).with_callback_key(CallbackKey::from_url("over"))).await;
    add(store, new_flow("c", opening())).await;
    assert!(known("k").await);
    assert!(known("over").await, "a late callback is not refused");
    for other in ["", "K", "k ", "a"] {
        assert!(!known(other).await, "{other:?} is nobody's key");
    }
    store.deliver(&to_key("stranger", "1"), at(1)).await.expect("deliver");
    assert!(!known("stranger").await, "a hint makes no key known");
    let several = ["k", "stranger", "over", "k", "K"].map(CallbackKey::from_url);
    let known = store.knows_keys(&several).await.expect("knows_keys");
    assert_eq!(known, [true, false, true, true, false], "each in its place");
    assert!(store.knows_keys(&[]).await.expect("knows_keys").is_empty());
}

async fn hints_taken_in_together_are_as_hints_one_by_one(store: &dyn FlowStore) {
    add(store, new_flow("a", waiting("w", at(0))).with_callback_key(CallbackKey::from_url("k"))).await;
    add(store, new_flow("b", ended("over", at(0)))).await;
    store.deliver(&to_execution("w", "before"), at(1)).await.expect("deliver");
    let group = [
        to_execution("w", "2"),
        to_execution("w", "1"),
        to_key("k", "1"),
        to_execution("w", "2"),
        to_execution("w", "before"),
        to_execution("over", "1"),
        to_execution("early", "1"),
    ];
    let deliver_all = async |hints: &[Hint]| {
        let delivered = store.deliver_all(hints, at(2)).await;
        delivered.into_iter().map(|one| one.expect("deliver_all") == Delivered::New).collect::<Vec<_>>()
    };
    assert_eq!(deliver_all(&group).await, [true, true, true, false, false, true, true], "each in its place");
    assert_eq!(deliver_all(&group).await, [false; 7], "and all are known now");
    assert_eq!(deliver_all(&[]).await, [false; 0]);
    assert_eq!(store.hints(&key("a")).await.expect("hints").len(), 4);
    assert!(store.hints(&key("b")).await.expect("hints").is_empty(), "a flow that ended holds none");
    add(store, new_flow("c", waiting("early", at(3)))).await;
    assert_eq!(store.hints(&key("c")).await.expect("hints").len(), 1, "what no flow had bound was held");
    assert_eq!(due(store, "x", at(4)).await.as_deref(), Some("a"), "and they wake their flow");
}

async fn of_a_key_that_no_flow_has_a_receiver_is_told(store: &dyn FlowStore) {
    add(store, new_flow("a", waiting("w", at(0))).with_callback_key(CallbackKey::from_url("k"))).await;
    add(store, new_flow("b", ended("v", at(0))).with_callback_key(CallbackKey::from_url("over"))).await;
    let deliver = async |hints: &[Hint], second| {
        let told = store.deliver_known(hints, at(second)).await;
        told.into_iter().map(|told| told.expect("deliver_known")).collect::<Vec<_>>()
    };
    let (new, duplicate) = (Some(Delivered::New), Some(Delivered::Duplicate));
    assert_eq!(deliver(&[], 1).await, []);
    let known = [to_key("k", "1"), to_execution("w", "1"), to_key("over", "1"), to_execution("nobody's yet", "1")];
    assert_eq!(deliver(&known, 1).await, [new; 4], "all at once");
    assert_eq!(deliver(&known, 2).await, [duplicate; 4]);
    let mixed =
        [to_key("stranger", "1"), to_key("k", "2"), to_key("k", "1"), to_key("k", "2"), to_key("stranger", "1")];
    assert_eq!(deliver(&mixed, 3).await, [None, new, duplicate, duplicate, None], "each in its place");
    assert_eq!(deliver(&mixed, 4).await, [None, duplicate, duplicate, duplicate, None]);
    assert_eq!(deliver(&mixed[..1], 5).await, [None], "and nothing was kept of it");
    assert_eq!(store.hints(&key("a")).await.expect("hints").len(), 3);
    assert!(store.hints(&key("b")).await.expect("hints").is_empty(), "a flow that ended holds none");
    add(store, new_flow("c", opening()).with_callback_key(CallbackKey::from_url("stranger"))).await;
    assert!(store.hints(&key("c")).await.expect("hints").is_empty(), "what was refused is not there later");
    assert_eq!(deliver(&mixed[..1], 6).await, [new]);
    let many: Vec<_> = (0..600).map(|number| to_key("k", &format!("many {number}"))).collect();
    assert_eq!(deliver(&many, 7).await, vec![new; 600], "as many as there are");
}

/// A receiver takes several groups in at once, and several receivers do.
async fn groups_may_come_at_once_in_any_order(store: &dyn FlowStore) {
    add(store, new_flow("a", opening()).with_callback_key(CallbackKey::from_url("k"))).await;
    for round in 0..30 {
        let identity = |number| format!("{round}-{number}");
        let hints = (0..20).flat_map(|number| [to_key("k", &identity(number)), to_execution("w", &identity(number))]);
        let hints: Vec<_> = hints.collect();
        let backwards: Vec<_> = hints.iter().rev().cloned().collect();
        let [one, two, three] = [&hints, &backwards, &hints].map(|hints| store.deliver_known(hints, at(round)));
        let (one, two, three) = tokio::join!(one, two, three);
        let told: Vec<_> = [one, two, three].into_iter().flatten().map(|told| told.expect("deliver_known")).collect();
        let new = told.iter().filter(|told| **told == Some(Delivered::New)).count();
        assert_eq!((new, told.len()), (hints.len(), 3 * hints.len()), "each is new once");
        assert!(!told.contains(&None));
    }
}
