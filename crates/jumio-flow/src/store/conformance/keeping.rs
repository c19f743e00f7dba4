//! Cases: adding, reading and listing flows, and what a store keeps while nobody has it open.

use std::sync::Arc;

use super::states::{
    LEASE, PROFILE, add, at, claim, ended, key, load, names, new_flow, opening, owner, saved, stalled, take,
    to_execution, waiting,
};
use crate::store::FlowStore;
use crate::store::hint::Delivered;
use crate::store::keys::CallbackKey;
use crate::store::record::{Claim, Filter, Inserted, Lease, NewFlow, Turn};

pub(super) async fn run<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    a_key_is_added_once(open("key-once").await.as_ref()).await;
    a_record_comes_back_as_it_was(open("round-trip").await.as_ref()).await;
    filters_restrict_and_the_oldest_comes_first(open("list").await.as_ref()).await;
    what_does_not_exist_is_no_error(open("missing").await.as_ref()).await;
    reopening_keeps_everything(open).await;
}

async fn a_key_is_added_once(store: &dyn FlowStore) {
    add(store, new_flow("a", opening()).about("first")).await;
    let before = load(store, "a").await;
    let second = NewFlow::new(key("a"), "elsewhere", waiting("w", at(5))).about("second");
    assert_eq!(store.insert(second, at(5)).await.expect("insert"), Inserted::Exists, "the key is taken");
    let after = load(store, "a").await;
    assert_eq!(after.profile, PROFILE, "a second insert changes nothing");
    assert_eq!(after.subject.as_deref(), Some("first"));
    assert_eq!(saved(&after.flow), saved(&before.flow));
    assert_eq!((after.created_at, after.updated_at), (at(0), at(0)));
    assert_eq!(names(store, Filter::all()).await, ["a"]);
}

async fn a_record_comes_back_as_it_was(store: &dyn FlowStore) {
    // On the heap: a state is large, and these live across many calls.
    let states = vec![
        ("opening", opening()),
        ("waiting", waiting("w1", at(0))),
        ("stalled", stalled("w2", at(0))),
        ("ended", ended("w3", at(0))),
    ];
    let callback_key = CallbackKey::from_url("5ecre7");
    let keyed = |(name, flow)| (name, new_flow(name, flow).with_callback_key(callback_key.clone()));
    let states: Vec<_> = states.into_iter().map(keyed).collect();
    for (name, new) in states.clone() {
        add(store, new.about("subject")).await;
        take(store, name, "a", at(1)).await;
    }
    for (name, new) in states {
        let record = load(store, name).await;
        assert_eq!(record.key, key(name));
        assert_eq!(record.profile, PROFILE);
        assert_eq!(record.subject.as_deref(), Some("subject"));
        assert_eq!(record.callback_key, Some(callback_key.clone()));
        assert_eq!(saved(&record.flow), saved(&new.flow), "the state of {name}");
        assert_eq!(record.created_at, at(0));
        assert_eq!(record.updated_at, at(0), "taking a flow does not change it");
    }
    let odd = "tête-à-tête/ 'x' \u{1f511}";
    add(store, new_flow(odd, opening())).await;
    let record = load(store, odd).await;
    assert_eq!((record.subject, record.callback_key), (None, None));
}

async fn filters_restrict_and_the_oldest_comes_first(store: &dyn FlowStore) {
    let elsewhere = |name: &str, flow| NewFlow::new(key(name), "elsewhere", flow);
    add(store, new_flow("z", opening()).about("one")).await;
    add(store, elsewhere("y", opening()).about("one")).await;
    add(store, new_flow("x", ended("w1", at(0))).about("one")).await;
    add(store, new_flow("b", stalled("w2", at(0))).about("two")).await;
    add(store, new_flow("a", waiting("w3", at(0)))).await;

    assert_eq!(names(store, Filter::all()).await, ["z", "y", "x", "b", "a"], "the oldest first");
    assert_eq!(names(store, Filter::all().of_profile(PROFILE)).await, ["z", "x", "b", "a"]);
    assert_eq!(names(store, Filter::all().about("one")).await, ["z", "y", "x"]);
    assert_eq!(names(store, Filter::all().unfinished()).await, ["z", "y", "b", "a"], "a stalled flow has not ended");
    let narrow = Filter::all().of_profile(PROFILE).about("one").unfinished();
    assert_eq!(names(store, narrow).await, ["z"], "every restriction holds");
    assert!(names(store, Filter::all().of_profile("nowhere")).await.is_empty());

    let lease = take(store, "z", "a", at(1)).await;
    let over = ended("w4", at(1));
    assert!(store.commit(&lease, Turn::new(&over, &[]), at(1)).await.expect("commit"));
    let unfinished = Filter::all().of_profile(PROFILE).unfinished();
    assert_eq!(names(store, unfinished).await, ["b", "a"], "a flow that ended is finished");
    assert_eq!(names(store, Filter::all()).await, ["z", "y", "x", "b", "a"], "a turn does not make a flow younger");
}

async fn what_does_not_exist_is_no_error(store: &dyn FlowStore) {
    let nobody = Lease::new(key("none"), owner("a"), 1);
    assert!(store.load(&key("none")).await.expect("load").is_none());
    assert!(matches!(claim(store, "none", "a", at(0)).await, Claim::Missing));
    assert!(store.hints(&key("none")).await.expect("hints").is_empty());
    assert!(!store.renew(&nobody, at(0), LEASE).await.expect("renew"));
    store.release(&nobody).await.expect("release");
    let flow = opening();
    assert!(!store.commit(&nobody, Turn::new(&flow, &[]), at(0)).await.expect("commit"));
    assert!(store.load(&key("none")).await.expect("load").is_none(), "a commit adds no flow");
    assert!(names(store, Filter::all()).await.is_empty());
}

async fn reopening_keeps_everything<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    let new = new_flow("a", waiting("w", at(0))).with_callback_key(CallbackKey::from_url("k"));
    let flow = new.flow.clone();
    let (first, used) = {
        let store = open("reopen").await;
        let store = store.as_ref();
        add(store, new).await;
        for identity in ["used", "held"] {
            store.deliver(&to_execution("w", identity), at(1)).await.expect("deliver");
        }
        store.deliver(&to_execution("later", "early"), at(1)).await.expect("deliver");
        let lease = take(store, "a", "a", at(2)).await;
        let used = store.hints(&key("a")).await.expect("hints").first().expect("a hint waits").id;
        assert!(store.commit(&lease, Turn::new(&flow, &[used]), at(2)).await.expect("commit"));
        (lease, used)
    };
    let store = open("reopen").await;
    let store = store.as_ref();
    let record = load(store, "a").await;
    assert_eq!(saved(&record.flow), saved(&flow));
    assert_eq!(record.callback_key, Some(CallbackKey::from_url("k")));
    assert_eq!((record.created_at, record.updated_at), (at(0), at(2)));
    assert!(matches!(claim(store, "a", "b", at(3)).await, Claim::Held { .. }), "a lease outlives the process");
    let hints = store.hints(&key("a")).await.expect("hints");
    assert_eq!(hints.len(), 1, "one hint is held, one is used up");
    assert!(hints.iter().all(|hint| hint.id != used && hint.received_at == at(1)));
    for (address, identity) in [("w", "used"), ("w", "held"), ("later", "early")] {
        let again = store.deliver(&to_execution(address, identity), at(4)).await.expect("deliver");
        assert_eq!(again, Delivered::Duplicate, "{identity} is known");
    }
    let second = take(store, "a", "b", at(100)).await;
    assert!(second.fence > first.fence, "fences go on where they were");
}
