//! Cases: what ended long ago is purged, however it ended, and nothing else is.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::states::{
    LEASE, PROFILE, add, at, ended, key, names, new_flow, opening, stalled, take, to_execution, waiting,
};
use crate::store::FlowStore;
use crate::store::keys::CallbackKey;
use crate::store::purge::{Purge, PurgeGuard, Purged};
use crate::store::record::{Filter, FlowRecord, Inserted, NewFlow};
use crate::store::upkeep::{AuditEntry, Ended};

const AGE: i64 = 1_000;
/// More than a batch.
const MANY: usize = 230;

pub(super) async fn run<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    what_is_old_and_over_goes(open("purge").await).await;
    what_the_application_has_not_taken_stays(open("purge-feed").await).await;
    what_a_guard_keeps_stays(open("purge-guard").await).await;
    many_go_in_batches_past_those_that_stay(open("purge-many").await).await;
    an_export_is_written_down_first(open("export").await.as_ref()).await;
}

/// A purge at that second.
fn purge(store: &Arc<dyn FlowStore>, second: i64) -> Purge {
    let age = Duration::from_secs(AGE.unsigned_abs());
    Purge::new(Arc::clone(store), age).of_profile(PROFILE).clock(move || at(second))
}

async fn pass(purge: &Purge) -> Purged {
    purge.pass().await.expect("pass")
}

/// Takes every outcome out of the feed.
async fn acknowledge_all(store: &dyn FlowStore) {
    for entry in store.take_outcomes(PROFILE, at(0), LEASE, usize::MAX).await.expect("take_outcomes") {
        store.acknowledge(entry.id, at(0)).await.expect("acknowledge");
    }
}

async fn what_is_old_and_over_goes(store: Arc<dyn FlowStore>) {
    let s = store.as_ref();
    add(s, new_flow("expired", ended("w", at(0))).about("s").with_callback_key(CallbackKey::from_url("k"))).await;
    add(s, new_flow("waiting", waiting("v", at(0)))).await;
    add(s, new_flow("stalled", stalled("u", at(0)))).await;
    add(s, new_flow("opening", opening())).await;
    add(s, NewFlow::new(key("other"), "elsewhere", ended("t", at(0)))).await;
    let young = s.insert(new_flow("young", ended("x", at(1))), at(1)).await.expect("insert");
    assert_eq!(young, Inserted::New);
    acknowledge_all(s).await;
    s.deliver(&to_execution("w", "late"), at(2)).await.expect("deliver");
    s.deliver(&to_execution("nobody's", "1"), at(2)).await.expect("deliver");
    assert_eq!(pass(&purge(&store, AGE)).await, Purged::default(), "not yet");
    let purged = pass(&purge(&store, AGE + 1).actor("night job")).await;
    assert_eq!(purged, Purged { flows: 1, ..Purged::default() }, "only what is old, over and of this profile");
    assert_eq!(names(s, Filter::all()).await, ["waiting", "stalled", "opening", "other", "young"]);
    assert!(s.load(&key("expired")).await.expect("load").is_none());
    assert!(!s.knows_key(&CallbackKey::from_url("k")).await.expect("knows_key"));
    let audit = s.audit(&key("expired")).await.expect("audit");
    let told: Vec<_> = audit.iter().map(|entry| (&*entry.actor, &*entry.action, entry.at)).collect();
    assert_eq!(told, [("application", "start", at(0)), ("night job", "delete", at(AGE + 1))], "what is left of it");
    assert_eq!(pass(&purge(&store, AGE + 1)).await, Purged::default(), "there is no more to do");
    let hints = pass(&purge(&store, AGE).hints_after(Duration::from_secs(500))).await;
    assert_eq!(hints, Purged { hints: 1, ..Purged::default() }, "nobody came for it");
    assert!(s.unbound_hints(at(AGE), 9).await.expect("unbound_hints").is_empty());
}

async fn what_the_application_has_not_taken_stays(store: Arc<dyn FlowStore>) {
    add(store.as_ref(), new_flow("a", ended("w", at(0)))).await;
    assert_eq!(pass(&purge(&store, 9_000)).await, Purged { unacknowledged: 1, ..Purged::default() });
    assert_eq!(names(store.as_ref(), Filter::all()).await, ["a"]);
    assert_eq!(pass(&purge(&store, 9_000).even_unacknowledged()).await, Purged { flows: 1, ..Purged::default() });
    assert!(store.take_outcomes(PROFILE, at(9_000), LEASE, 9).await.expect("take_outcomes").is_empty());
}

/// Keeps some, and fails for others.
struct Hold(BTreeSet<&'static str>);

#[async_trait]
impl PurgeGuard for Hold {
    async fn may_go(&self, record: &FlowRecord) -> Result<bool, Box<dyn Error + Send + Sync>> {
        if record.key.as_str() == "broken" { Err("no".into()) } else { Ok(!self.0.contains(record.key.as_str())) }
    }
}

async fn what_a_guard_keeps_stays(store: Arc<dyn FlowStore>) {
    for name in ["kept", "broken", "taken", "free"] {
        add(store.as_ref(), new_flow(name, ended(name, at(0)))).await;
    }
    acknowledge_all(store.as_ref()).await;
    let lease = take(store.as_ref(), "taken", "host", at(9_000)).await;
    let guarded = purge(&store, 9_000).guard(Hold(BTreeSet::from(["kept"])));
    assert_eq!(pass(&guarded).await, Purged { flows: 1, kept: 1, later: 2, ..Purged::default() });
    assert_eq!(names(store.as_ref(), Filter::all()).await, ["kept", "broken", "taken"]);
    store.release(&lease).await.expect("release");
    assert_eq!(pass(&guarded).await, Purged { flows: 1, kept: 1, later: 1, ..Purged::default() }, "asked again");
    assert_eq!(pass(&purge(&store, 9_000)).await.flows, 2, "whoever was kept was given back");
}

async fn many_go_in_batches_past_those_that_stay(store: Arc<dyn FlowStore>) {
    for number in 0..MANY {
        add(store.as_ref(), new_flow(&format!("{number}"), ended(&format!("w{number}"), at(0)))).await;
    }
    let entries = store.take_outcomes(PROFILE, at(0), LEASE, usize::MAX).await.expect("take_outcomes");
    // The application has taken every other one.
    for entry in entries.iter().step_by(2) {
        store.acknowledge(entry.id, at(0)).await.expect("acknowledge");
    }
    let flows = MANY.div_ceil(2);
    let purged = pass(&purge(&store, 9_000)).await;
    assert_eq!(purged, Purged { flows, unacknowledged: MANY - flows, ..Purged::default() });
    let left = store.ended(&Ended::before(at(9_000))).await.expect("ended");
    assert_eq!(left.len(), MANY - flows);
    assert!(left.iter().all(|flow| !flow.acknowledged));
}

async fn an_export_is_written_down_first(store: &dyn FlowStore) {
    add(store, new_flow("a", ended("w", at(0))).started_by("clerk").because("order 17")).await;
    let export = AuditEntry::new(key("a"), "auditor", "export", at(5)).because("asked by the authority");
    let record = store.export(&export).await.expect("export").expect("the flow is there");
    assert_eq!(record.key, key("a"));
    let start = AuditEntry::new(key("a"), "clerk", "start", at(0)).because("order 17");
    assert_eq!(store.audit(&key("a")).await.expect("audit"), [start, export]);
    let nobody = AuditEntry::new(key("b"), "auditor", "export", at(5));
    assert!(store.export(&nobody).await.expect("export").is_none());
    assert!(store.audit(&key("b")).await.expect("audit").is_empty());
}
