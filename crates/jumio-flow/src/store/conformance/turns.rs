//! Cases: a turn changes everything it should, or nothing.

use std::sync::Arc;

use super::states::{add, at, due, end, key, load, new_flow, opening, saved, take, to_execution, to_key, waiting};
use crate::machine::{Event, Told, step};
use crate::store::FlowStore;
use crate::store::keys::CallbackKey;
use crate::store::record::Turn;

pub(super) async fn run<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    a_turn_saves_the_state_and_uses_its_hints(open("turn").await.as_ref()).await;
    a_turn_sets_the_timer(open("timer").await.as_ref()).await;
    whoever_lost_the_lease_changes_nothing(open("zombie").await.as_ref()).await;
    an_ending_uses_up_all_hints(open("ending").await.as_ref()).await;
}

async fn a_turn_saves_the_state_and_uses_its_hints(store: &dyn FlowStore) {
    let mut flow = waiting("w", at(0));
    add(store, new_flow("a", flow.clone()).with_callback_key(CallbackKey::from_url("k"))).await;
    for hint in [to_execution("w", "1"), to_key("k", "2"), to_execution("w", "3")] {
        store.deliver(&hint, at(1)).await.expect("deliver");
    }
    let lease = take(store, "a", "a", at(2)).await;
    let hints = store.hints(&key("a")).await.expect("hints");
    assert_eq!(hints.len(), 3, "hints to the transaction and to the callback key");
    let used: Vec<_> = hints.iter().take(2).map(|hint| hint.id).collect();
    step(&mut flow, Event::Hint(Told::new(None)), at(2));
    assert!(store.commit(&lease, Turn::new(&flow, &used), at(2)).await.expect("commit"));

    let record = load(store, "a").await;
    assert_eq!(saved(&record.flow), saved(&flow));
    assert_eq!((record.created_at, record.updated_at), (at(0), at(2)));
    assert_eq!(record.callback_key, Some(CallbackKey::from_url("k")), "a turn keeps what it does not carry");
    let left: Vec<_> = store.hints(&key("a")).await.expect("hints").iter().map(|hint| hint.id).collect();
    assert_eq!(left, hints.iter().skip(2).map(|hint| hint.id).collect::<Vec<_>>(), "the others go on waiting");
    assert!(store.commit(&lease, Turn::new(&flow, &used), at(3)).await.expect("commit"), "a turn keeps the lease");
}

async fn a_turn_sets_the_timer(store: &dyn FlowStore) {
    add(store, new_flow("a", opening())).await;
    let lease = take(store, "a", "a", at(0)).await;
    let flow = waiting("w", at(0));
    assert!(store.commit(&lease, Turn::new(&flow, &[]), at(0)).await.expect("commit"));
    store.release(&lease).await.expect("release");
    assert_eq!(due(store, "b", at(39)).await, None, "what was pending is no more");
    assert_eq!(due(store, "b", at(40)).await.as_deref(), Some("a"));
}

async fn whoever_lost_the_lease_changes_nothing(store: &dyn FlowStore) {
    let flow = waiting("w", at(0));
    add(store, new_flow("a", flow.clone())).await;
    store.deliver(&to_execution("w", "1"), at(0)).await.expect("deliver");
    let zombie = take(store, "a", "a", at(0)).await;
    let hint = store.hints(&key("a")).await.expect("hints").first().expect("a hint waits").id;
    let heir = take(store, "a", "b", at(60)).await;

    let mut other = flow.clone();
    end(&mut other, at(61));
    let late = store.commit(&zombie, Turn::new(&other, &[hint]), at(61)).await.expect("commit");
    assert!(!late, "the lease was lost");
    let record = load(store, "a").await;
    assert_eq!(saved(&record.flow), saved(&flow), "the state is as it was");
    assert_eq!(record.updated_at, at(0));
    assert_eq!(store.hints(&key("a")).await.expect("hints").len(), 1, "the hint is not used up");

    assert!(store.commit(&heir, Turn::new(&flow, &[hint]), at(62)).await.expect("commit"), "the heir goes on");
    assert!(store.hints(&key("a")).await.expect("hints").is_empty());
    store.release(&heir).await.expect("release");
    let late = store.commit(&zombie, Turn::new(&other, &[]), at(63)).await.expect("commit");
    assert!(!late, "nor does a lost lease come back when the heir is done");
    let late = store.commit(&heir, Turn::new(&other, &[]), at(63)).await.expect("commit");
    assert!(!late, "nor one that was given back");
}

async fn an_ending_uses_up_all_hints(store: &dyn FlowStore) {
    let mut flow = waiting("w", at(0));
    add(store, new_flow("a", flow.clone())).await;
    let lease = take(store, "a", "a", at(0)).await;
    store.deliver(&to_execution("w", "1"), at(1)).await.expect("deliver");
    end(&mut flow, at(2));
    assert!(store.commit(&lease, Turn::new(&flow, &[]), at(2)).await.expect("commit"));
    store.release(&lease).await.expect("release");
    assert!(store.hints(&key("a")).await.expect("hints").is_empty(), "nobody waits for it any more");
    assert_eq!(due(store, "b", at(1_000)).await, None);
}
