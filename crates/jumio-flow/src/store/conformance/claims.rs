//! Cases: leases and fences.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;

use super::states::{LEASE, add, at, claim, due, new_flow, opening, saved, take, waiting};
use crate::store::FlowStore;
use crate::store::bounds::LONGEST_LEASE;
use crate::store::record::{Claim, Filter, Turn};

pub(super) async fn run<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    a_flow_is_held_until_it_is_released(open("held").await.as_ref()).await;
    renewing_makes_the_lease_longer(open("renew").await.as_ref()).await;
    a_lease_that_ran_out_goes_to_the_next(open("expiry").await.as_ref()).await;
    a_held_flow_is_held_from_its_own_owner_too(open("again").await.as_ref()).await;
    a_lease_that_ran_out_and_nobody_took_still_holds(open("late").await.as_ref()).await;
    what_a_wrong_clock_left_ends_like_any_lease(open("ahead").await.as_ref()).await;
    of_two_hosts_one_gets_each_flow(open).await;
}

async fn a_flow_is_held_until_it_is_released(store: &dyn FlowStore) {
    let flow = waiting("w", at(0));
    add(store, new_flow("a", flow.clone())).await;
    let Claim::Taken(first, record) = claim(store, "a", "a", at(0)).await else {
        return assert_eq!("held", "free", "a new flow is free");
    };
    assert_eq!(saved(&record.flow), saved(&flow), "a claim gives the flow");
    match claim(store, "a", "b", at(1)).await {
        Claim::Held { until } => assert_eq!(until, at(60)),
        other => assert!(matches!(other, Claim::Held { .. }), "somebody else holds it"),
    }
    store.release(&first).await.expect("release");
    let second = take(store, "a", "b", at(2)).await;
    assert!(second.fence > first.fence, "the fence grows");

    store.release(&first).await.expect("release");
    let held = claim(store, "a", "c", at(3)).await;
    assert!(matches!(held, Claim::Held { .. }), "whoever lost a flow cannot release it");
    assert!(!store.renew(&first, at(3), LEASE).await.expect("renew"), "nor renew it");
}

async fn renewing_makes_the_lease_longer(store: &dyn FlowStore) {
    add(store, new_flow("a", opening())).await;
    let lease = take(store, "a", "a", at(0)).await;
    assert!(store.renew(&lease, at(50), LEASE).await.expect("renew"));
    assert!(matches!(claim(store, "a", "b", at(109)).await, Claim::Held { .. }));
    take(store, "a", "b", at(110)).await;
}

async fn a_lease_that_ran_out_goes_to_the_next(store: &dyn FlowStore) {
    add(store, new_flow("a", opening())).await;
    let first = take(store, "a", "a", at(0)).await;
    let last_moment = at(60) - TimeDelta::milliseconds(1);
    assert!(matches!(claim(store, "a", "b", last_moment).await, Claim::Held { .. }), "not a moment too early");
    let second = take(store, "a", "b", at(60)).await;
    assert!(second.fence > first.fence);
    assert!(!store.renew(&first, at(61), LEASE).await.expect("renew"), "the lease was lost");
    assert!(store.renew(&second, at(61), LEASE).await.expect("renew"));
    let third = take(store, "a", "a", at(200)).await;
    assert!(third.fence > second.fence, "coming back is a new lease");
    assert!(!store.renew(&first, at(201), LEASE).await.expect("renew"), "and the first one stays lost");
}

/// Two tasks of one process are two workers: what one holds the other must not touch.
async fn a_held_flow_is_held_from_its_own_owner_too(store: &dyn FlowStore) {
    add(store, new_flow("a", opening())).await;
    let first = take(store, "a", "a", at(0)).await;
    assert!(matches!(claim(store, "a", "a", at(30)).await, Claim::Held { .. }));
    assert!(due(store, "a", at(30)).await.is_none());
    let second = take(store, "a", "a", at(200)).await;
    assert!(second.fence > first.fence, "once it ran out it is a new lease");
    let flow = opening();
    assert!(!store.commit(&first, Turn::new(&flow, &[]), at(201)).await.expect("commit"));
    assert!(store.commit(&second, Turn::new(&flow, &[]), at(201)).await.expect("commit"));
}

async fn a_lease_that_ran_out_and_nobody_took_still_holds(store: &dyn FlowStore) {
    add(store, new_flow("a", opening())).await;
    let lease = take(store, "a", "a", at(0)).await;
    let flow = waiting("w", at(100));
    assert!(store.commit(&lease, Turn::new(&flow, &[]), at(100)).await.expect("commit"), "nobody was in between");
    assert!(store.renew(&lease, at(101), LEASE).await.expect("renew"));
    assert!(matches!(claim(store, "a", "b", at(102)).await, Claim::Held { .. }));
}

/// The clock was days ahead for a while. Nobody waits until then, and whoever still works on a flow does not lose it at once.
async fn what_a_wrong_clock_left_ends_like_any_lease(store: &dyn FlowStore) {
    const DAYS: i64 = 3 * 24 * 60 * 60;
    for name in ["named", "due", "alive"] {
        add(store, new_flow(name, opening())).await;
    }
    let dead = take(store, "named", "a", at(DAYS)).await;
    take(store, "due", "a", at(DAYS)).await;
    let alive = take(store, "alive", "a", at(DAYS)).await;
    assert!(due(store, "b", at(0)).await.is_none(), "somebody may still be at it");
    match claim(store, "named", "b", at(0)).await {
        Claim::Held { until } => assert_eq!(until, at(60), "as if it began now"),
        other => assert!(matches!(other, Claim::Held { .. }), "somebody may still be at it"),
    }
    assert!(store.renew(&alive, at(30), LEASE).await.expect("renew"), "who lives says so");
    assert!(matches!(claim(store, "named", "b", at(59)).await, Claim::Held { .. }));
    let heir = take(store, "named", "b", at(60)).await;
    assert_eq!(due(store, "b", at(60)).await.as_deref(), Some("due"));
    assert!(due(store, "b", at(89)).await.is_none(), "the others are held");
    let flow = opening();
    assert!(!store.commit(&dead, Turn::new(&flow, &[]), at(61)).await.expect("commit"), "the fence keeps them out");
    assert!(store.commit(&heir, Turn::new(&flow, &[]), at(61)).await.expect("commit"));
    assert!(store.commit(&alive, Turn::new(&flow, &[]), at(61)).await.expect("commit"));
    let longest = TimeDelta::from_std(LONGEST_LEASE).expect("a span");
    assert!(store.renew(&heir, at(61), LONGEST_LEASE * 24).await.expect("renew"));
    match claim(store, "named", "c", at(62)).await {
        Claim::Held { until } => assert_eq!(until, at(61) + longest, "no lease is longer"),
        other => assert!(matches!(other, Claim::Held { .. })),
    }
    assert!(store.renew(&heir, at(180), LONGEST_LEASE).await.expect("renew"));
    match claim(store, "named", "c", at(62)).await {
        Claim::Held { until } => assert_eq!(until, at(180) + longest, "two minutes are no wrong clock"),
        other => assert!(matches!(other, Claim::Held { .. })),
    }
}

async fn of_two_hosts_one_gets_each_flow<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    let (one, other) = (open("race").await, open("race").await);
    for number in 0..20 {
        add(one.as_ref(), new_flow(&format!("flow-{number}"), opening())).await;
    }
    let take_all = async |store: &dyn FlowStore, by: &str| {
        let mut taken = Vec::new();
        // A store that gives a flow twice must not keep the suite running for ever.
        while let (Some(name), true) = (due(store, by, at(1)).await, taken.len() < 50) {
            taken.push(name);
        }
        taken
    };
    let (mine, theirs) = tokio::join!(take_all(one.as_ref(), "one"), take_all(other.as_ref(), "other"));
    let mut takers = BTreeMap::new();
    for name in mine.into_iter().chain(theirs) {
        *takers.entry(name).or_insert(0) += 1;
    }
    assert_eq!(takers.len(), 20, "every flow is taken");
    assert!(takers.values().all(|takers| *takers == 1), "and by one host: {takers:?}");
    let all = one.list(&Filter::all()).await.expect("list").len();
    assert_eq!(all, other.list(&Filter::all()).await.expect("list").len(), "both see the same flows");

    let mine = async { due(one.as_ref(), "one", at(100)).await.expect("leases ran out") };
    let theirs = async { due(other.as_ref(), "other", at(100)).await.expect("leases ran out") };
    let (mine, theirs) = tokio::join!(mine, theirs);
    assert_ne!(mine, theirs, "at the same moment, too");
}
