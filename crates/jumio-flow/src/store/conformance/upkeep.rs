//! Cases: what is cleaned up is gone, and nothing else is.

use std::sync::Arc;

use super::states::{
    LEASE, PROFILE, add, at, end, ended, key, load, names, new_flow, take, to_execution, to_key, waiting,
};
use crate::store::FlowStore;
use crate::store::hint::Delivered;
use crate::store::keys::CallbackKey;
use crate::store::record::{Filter, Inserted, Turn};
use crate::store::upkeep::AuditEntry;

pub(super) async fn run<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    old_unbound_hints_can_be_taken_out(open("unbound").await.as_ref()).await;
    an_erased_flow_is_gone_and_its_key_is_taken(open("erased").await.as_ref()).await;
    the_audit_is_kept(open("audit").await.as_ref()).await;
    lists_come_in_pages(open("pages").await.as_ref()).await;
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
    assert!(store.commit(&lease, Turn::new(&flow, &[]).audited(&resolve), at(61)).await.expect("commit"));
    assert_eq!(store.audit(&key("a")).await.expect("audit"), [start, call, resolve], "once, with its turn");
    assert!(store.audit(&key("b")).await.expect("audit").is_empty());
}

async fn lists_come_in_pages(store: &dyn FlowStore) {
    for name in ["c", "a", "b", "d"] {
        add(store, new_flow(name, super::states::stalled(name, at(0)))).await;
    }
    add(store, new_flow("e", waiting("e", at(0)))).await;
    let page = Filter::all().limit(2);
    assert_eq!(names(store, page.clone()).await, ["c", "a"]);
    assert_eq!(names(store, page.clone().after(key("a"))).await, ["b", "d"]);
    assert_eq!(names(store, page.clone().after(key("d"))).await, ["e"]);
    assert!(names(store, page.clone().after(key("e"))).await.is_empty());
    assert!(names(store, page.after(key("none"))).await.is_empty(), "after nothing comes nothing");
    assert_eq!(names(store, Filter::all().stalled()).await, ["c", "a", "b", "d"]);
}
