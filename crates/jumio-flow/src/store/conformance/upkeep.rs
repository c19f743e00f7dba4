//! Cases: what is cleaned up is gone, and nothing else is.

use std::sync::Arc;

use jumio_model::WorkflowStatus;

use super::states::{
    LEASE, PROFILE, add, at, end, ended, key, load, names, new_flow, owner, restarted, stalled, take, to_execution,
    to_key, waiting,
};
use crate::store::FlowStore;
use crate::store::hint::{Delivered, Hint, HintAddress, MOST_HINTS_OF_ONE};
use crate::store::keys::CallbackKey;
use crate::store::record::{Filter, Inserted, Turn};
use crate::store::upkeep::{AuditEntry, Ended, EndedFlow};

pub(super) async fn run<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    old_unbound_hints_can_be_taken_out(open("unbound").await.as_ref()).await;
    used_hints_of_nobody_can_be_forgotten(open("used").await.as_ref()).await;
    an_erased_flow_is_gone_and_its_key_is_taken(open("erased").await.as_ref()).await;
    what_was_given_up_is_forgotten_too(open("erased-all").await.as_ref()).await;
    whoever_knows_a_key_cannot_fill_the_store(open("crowd").await.as_ref()).await;
    used_hints_of_one_key_are_not_kept_without_end(open("crowd-used").await.as_ref()).await;
    only_what_is_over_is_taken_unopened(open("unopened").await.as_ref()).await;
    the_audit_is_kept(open("audit").await.as_ref()).await;
    lists_come_in_pages(open("pages").await.as_ref()).await;
    what_moves_between_two_pages_has_none_passed_over(open("ended-pages").await.as_ref()).await;
}

async fn what_moves_between_two_pages_has_none_passed_over(store: &dyn FlowStore) {
    for name in ["a", "b", "c", "d", "e"] {
        add(store, new_flow(name, ended(name, at(0)))).await;
    }
    let page = async |which: &Ended| store.ended(which).await.expect("ended");
    let names = |page: &[EndedFlow]| page.iter().map(|flow| flow.key.as_str().to_owned()).collect::<Vec<_>>();
    let all = Ended::before(at(1_000)).limit(2);
    let first = page(&all).await;
    assert_eq!(names(&first), ["a", "b"], "of one moment, too, they have an order");
    for name in ["b", "a"] {
        let lease = take(store, name, "a", at(1)).await;
        let moved = ended(name, at(0));
        assert!(
            store.commit(&lease, Turn::new(&moved, &[]), at(if name == "b" { 1 } else { 2 })).await.expect("commit")
        );
    }
    let second = page(&all.clone().after(first.last().expect("a flow"))).await;
    assert_eq!(names(&second), ["c", "d"]);
    let third = page(&all.clone().after(second.last().expect("a flow"))).await;
    assert_eq!(names(&third), ["e", "b"]);
    let fourth = page(&all.clone().after(third.last().expect("a flow"))).await;
    assert_eq!(names(&fourth), ["a"]);
    assert!(page(&all.after(fourth.last().expect("a flow"))).await.is_empty());
}

async fn old_unbound_hints_can_be_taken_out(store: &dyn FlowStore) {
    add(store, new_flow("a", waiting("w", at(0))).with_callback_key(CallbackKey::from_url("k"))).await;
    let hints = [
        to_execution("x", "1"),
        to_key("nobody's", "1"),
        to_execution("w", "1"),
        to_key("k", "1"),
        to_execution("y", "1"),
    ];
    for (second, hint) in (1..).zip(&hints) {
        store.deliver(hint, at(second)).await.expect("deliver");
    }
    let old = store.unbound_hints(at(5), 9).await.expect("unbound_hints");
    let found: Vec<_> = old.iter().map(|hint| (hint.execution.as_deref(), hint.received_at)).collect();
    assert_eq!(found, [(Some("x"), at(1)), (None, at(2))], "old, and nobody's; the oldest first");
    assert_eq!(store.unbound_hints(at(5), 1).await.expect("unbound_hints").len(), 1);
    add(store, new_flow("b", waiting("x", at(6)))).await;
    let ids: Vec<_> = old.iter().map(|hint| hint.id).collect();
    store.drop_hints(&ids).await.expect("drop_hints");
    assert_eq!(store.hints(&key("b")).await.expect("hints").len(), 1, "a flow has bound it meanwhile");
    assert_eq!(store.hints(&key("a")).await.expect("hints").len(), 2);
    let left = store.unbound_hints(at(100), 9).await.expect("unbound_hints");
    assert_eq!(left.iter().map(|hint| hint.execution.as_deref()).collect::<Vec<_>>(), [Some("y")]);
    assert_eq!(store.deliver(&to_key("nobody's", "1"), at(7)).await.expect("deliver"), Delivered::New, "forgotten");
    let told = |id: &str| Hint::new(HintAddress::Execution(id.into()), Some(WorkflowStatus::Processed), "told");
    for id in ["stranger", "caller"] {
        store.deliver(&told(id), at(101)).await.expect("deliver");
    }
    let ids: Vec<_> =
        store.unbound_hints(at(102), 9).await.expect("unbound_hints").iter().map(|hint| hint.id).collect();
    store.drop_hints(&ids).await.expect("drop_hints");
    store.deliver(&told("caller"), at(103)).await.expect("deliver");
    for id in ["stranger", "caller"] {
        add(store, new_flow(id, ended(id, at(104)))).await;
    }
    let uncalled = store.ended(&Ended::before(at(105)).uncalled()).await.expect("ended");
    let uncalled: Vec<_> = uncalled.iter().map(|flow| flow.key.as_str()).collect();
    assert_eq!(uncalled, ["stranger"], "nothing is left of a hint that was dropped");
}

/// Also where each is used up at once: no key's hints take up room without end.
async fn used_hints_of_one_key_are_not_kept_without_end(store: &dyn FlowStore) {
    add(store, new_flow("a", ended("w", at(0))).with_callback_key(CallbackKey::from_url("leaked"))).await;
    for group in 0..20 {
        let hints: Vec<_> = (0..50).map(|number| to_key("leaked", &format!("{group} {number}"))).collect();
        assert!(store.deliver_all(&hints, at(1 + group)).await.into_iter().all(|told| told.is_ok()));
    }
    assert!(store.hints(&key("a")).await.expect("hints").is_empty(), "it is over, and needs none");
    let deliver = async |identity: &str| store.deliver(&to_key("leaked", identity), at(21)).await.expect("deliver");
    assert_eq!(deliver("19 49").await, Delivered::Duplicate);
    assert_eq!(deliver("0 0").await, Delivered::New, "forgotten");
}

async fn used_hints_of_nobody_can_be_forgotten(store: &dyn FlowStore) {
    add(store, new_flow("a", waiting("u", at(0)))).await;
    let deliver = async |hint: &Hint| store.deliver(hint, at(1)).await.expect("deliver");
    let (given_up, present, early) = (to_execution("u", "1"), to_execution("v", "1"), to_execution("x", "1"));
    let late = to_execution("z", "1");
    for hint in [&late, &given_up, &present, &early] {
        assert_eq!(deliver(hint).await, Delivered::New);
    }
    let lease = take(store, "a", "a", at(2)).await;
    let used = async || store.hints(&key("a")).await.expect("hints").iter().map(|hint| hint.id).collect::<Vec<_>>();
    let replaced = restarted("u", "v", at(2));
    assert!(store.commit(&lease, Turn::new(&replaced, &used().await), at(2)).await.expect("commit"));
    assert!(store.commit(&lease, Turn::new(&replaced, &used().await), at(2)).await.expect("commit"));
    // An older one that was used late, and a newer one, hide none.
    add(store, new_flow("late", waiting("z", at(0)))).await;
    let lease = take(store, "late", "a", at(20)).await;
    let of_late: Vec<_> = store.hints(&key("late")).await.expect("hints").iter().map(|hint| hint.id).collect();
    assert_eq!(of_late.len(), 1);
    assert!(store.commit(&lease, Turn::new(&waiting("z", at(20)), &of_late), at(20)).await.expect("commit"));
    add(store, new_flow("b", ended("y", at(0)))).await;
    assert_eq!(store.deliver(&to_execution("y", "1"), at(20)).await.expect("deliver"), Delivered::New);
    assert_eq!(store.forget_hints(at(1), 9).await.expect("forget_hints"), 0, "not yet");
    assert_eq!(store.forget_hints(at(9), 9).await.expect("forget_hints"), 1);
    assert_eq!(store.forget_hints(at(9), 9).await.expect("forget_hints"), 0, "once");
    assert_eq!(deliver(&given_up).await, Delivered::New, "no flow has that transaction any more");
    assert_eq!(deliver(&present).await, Delivered::Duplicate, "a flow has this one");
    assert_eq!(deliver(&early).await, Delivered::Duplicate, "and this one waits for its flow");
}

async fn an_erased_flow_is_gone_and_its_key_is_taken(store: &dyn FlowStore) {
    add(store, new_flow("b", waiting("v", at(0)))).await;
    add(store, new_flow("a", waiting("w", at(0))).with_callback_key(CallbackKey::from_url("k"))).await;
    let lost = take(store, "a", "z", at(0)).await;
    let lease = take(store, "a", "a", at(60)).await;
    let mut flow = waiting("w", at(0));
    end(&mut flow, at(61));
    let entry = AuditEntry::new(key("a"), "auditor", "delete", at(62));
    assert!(store.commit(&lease, Turn::new(&flow, &[]), at(61)).await.expect("commit"));
    assert!(!store.erase(&lost, Some(&entry), at(62)).await.expect("erase"), "the lease was lost");
    load(store, "a").await;
    assert!(store.erase(&lease, Some(&entry), at(62)).await.expect("erase"));
    assert!(!store.erase(&lease, Some(&entry), at(63)).await.expect("erase"), "there is nothing more to erase");
    assert!(store.load(&key("a")).await.expect("load").is_none());
    assert_eq!(names(store, Filter::all()).await, ["b"], "the others stay");
    assert!(store.take_outcomes(PROFILE, at(1_000), LEASE, 9).await.expect("take_outcomes").is_empty());
    assert!(!store.knows_key(&CallbackKey::from_url("k")).await.expect("knows_key"));
    let again = store.insert(new_flow("a", ended("w", at(0))), at(64)).await.expect("insert");
    assert_eq!(again, Inserted::Exists, "a repeated start does not begin it anew");
    let start = AuditEntry::new(key("a"), "application", "start", at(0));
    assert_eq!(store.audit(&key("a")).await.expect("audit"), [start, entry], "what was done is still known");
}

async fn what_was_given_up_is_forgotten_too(store: &dyn FlowStore) {
    add(store, new_flow("a", restarted("first", "second", at(0)))).await;
    let hints = [to_execution("first", "1"), to_execution("second", "1"), to_execution("first", "2")];
    let other = to_execution("other's", "1");
    add(store, new_flow("b", waiting("other's", at(0)))).await;
    for hint in hints.iter().chain([&other]) {
        assert_eq!(store.deliver(hint, at(1)).await.expect("deliver"), Delivered::New);
    }
    let lease = take(store, "a", "a", at(2)).await;
    assert!(store.erase(&lease, None, at(3)).await.expect("erase"));
    for hint in &hints {
        assert_eq!(store.deliver(hint, at(4)).await.expect("deliver"), Delivered::New, "nothing is known of it");
    }
    assert_eq!(store.deliver(&other, at(4)).await.expect("deliver"), Delivered::Duplicate);
}

async fn whoever_knows_a_key_cannot_fill_the_store(store: &dyn FlowStore) {
    add(store, new_flow("a", stalled("w", at(0))).with_callback_key(CallbackKey::from_url("leaked"))).await;
    add(store, new_flow("b", waiting("v", at(0))).with_callback_key(CallbackKey::from_url("k"))).await;
    store.deliver(&to_key("k", "1"), at(0)).await.expect("deliver");
    for group in 0..20 {
        let hints: Vec<_> = (0..50).map(|number| to_key("leaked", &format!("{group} {number}"))).collect();
        assert!(store.deliver_all(&hints, at(1 + group)).await.into_iter().all(|told| told.is_ok()));
    }
    let waiting = store.hints(&key("a")).await.expect("hints");
    assert!((MOST_HINTS_OF_ONE..=MOST_HINTS_OF_ONE + 512).contains(&waiting.len()), "{}", waiting.len());
    assert_eq!(waiting.last().map(|hint| hint.received_at), Some(at(20)), "the newest are there");
    assert_eq!(store.deliver(&to_key("leaked", "19 49"), at(21)).await.expect("deliver"), Delivered::Duplicate);
    assert_eq!(store.deliver(&to_key("leaked", "0 0"), at(21)).await.expect("deliver"), Delivered::New, "forgotten");
    assert_eq!(store.hints(&key("b")).await.expect("hints").len(), 1, "nobody else's is touched");
}

async fn only_what_is_over_is_taken_unopened(store: &dyn FlowStore) {
    for (name, flow) in [("over", ended("w", at(0))), ("running", waiting("v", at(0)))] {
        add(store, new_flow(name, flow)).await;
    }
    let claim = async |name: &str, second| {
        let taken = store.claim_unopened(&key(name), &owner("purge"), at(second), LEASE).await;
        taken.expect("claim_unopened")
    };
    assert_eq!(claim("running", 1).await, None);
    assert_eq!(claim("nobody", 1).await, None);
    let lease = claim("over", 1).await.expect("it is free");
    assert_eq!(claim("over", 2).await, None, "somebody holds it");
    assert!(store.erase(&lease, None, at(3)).await.expect("erase"));
    assert_eq!(claim("over", 100).await, None);
}

async fn the_audit_is_kept(store: &dyn FlowStore) {
    let flow = waiting("w", at(0));
    add(store, new_flow("a", flow.clone()).started_by("clerk")).await;
    let start = AuditEntry::new(key("a"), "clerk", "start", at(0));
    let call = AuditEntry::new(key("a"), "clerk 2", "export", at(1));
    store.record(&call).await.expect("record");
    let lost = take(store, "a", "z", at(0)).await;
    let lease = take(store, "a", "a", at(60)).await;
    let resolve = AuditEntry::new(key("a"), "clerk 2", "resolve", at(61)).because("seen in the portal");
    let late = store.commit(&lost, Turn::new(&flow, &[]).audited(&resolve), at(61)).await.expect("commit");
    assert!(!late, "the lease was lost");
    // The second time by who does not know whether the first was saved.
    for second in [61, 62] {
        assert!(store.commit(&lease, Turn::new(&flow, &[]).audited(&resolve), at(second)).await.expect("commit"));
    }
    assert_eq!(store.audit(&key("a")).await.expect("audit"), [start, call, resolve], "once, with its turn");
    assert!(store.audit(&key("b")).await.expect("audit").is_empty());
}

async fn lists_come_in_pages(store: &dyn FlowStore) {
    for name in ["c", "a", "b", "d"] {
        add(store, new_flow(name, stalled(name, at(0)))).await;
    }
    add(store, new_flow("e", waiting("e", at(0)))).await;
    let page = Filter::all().limit(2);
    assert_eq!(names(store, page.clone()).await, ["c", "a"]);
    assert_eq!(names(store, page.clone().after(key("a"))).await, ["b", "d"]);
    assert_eq!(names(store, page.clone().after(key("d"))).await, ["e"]);
    assert!(names(store, page.clone().after(key("e"))).await.is_empty());
    assert!(names(store, page.after(key("none"))).await.is_empty(), "after nothing comes nothing");
    assert_eq!(names(store, Filter::all().stalled()).await, ["c", "a", "b", "d"]);
    for (name, subject) in [("f", "x"), ("g", "y"), ("h", "x"), ("i", "x")] {
        add(store, new_flow(name, if name == "h" { ended(name, at(0)) } else { waiting(name, at(0)) }).about(subject))
            .await;
    }
    let of_x = Filter::all().about("x");
    assert_eq!(names(store, of_x.clone().limit(2)).await, ["f", "h"]);
    assert_eq!(names(store, of_x.clone().after(key("f"))).await, ["h", "i"]);
    assert_eq!(names(store, of_x.clone().after(key("g")).unfinished()).await, ["i"], "after another's, too");
    assert!(names(store, of_x.after(key("none"))).await.is_empty());
    assert_eq!(names(store, Filter::all().unfinished().after(key("e"))).await, ["f", "g", "i"]);
}
