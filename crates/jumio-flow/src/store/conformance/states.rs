//! Flows in the states that the cases need, made by the machine itself, and the clock of the suite.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Raw, WorkflowStatus};

use crate::machine::{self, Certainty, Done, Event, Failure, Flow, Keep, Reply, Spec, Told, step};
use crate::store::FlowStore;
use crate::store::hint::{Hint, HintAddress};
use crate::store::keys::{CallbackKey, FlowKey, Owner};
use crate::store::record::{Claim, Filter, FlowRecord, Inserted, Lease, NewFlow};

pub(super) const PROFILE: &str = "conformance";
/// How long every lease of the suite is.
pub(super) const LEASE: Duration = Duration::from_secs(60);
/// When a flow that [`waiting`] made wants to look again.
pub(super) const WAIT: i64 = 40;

/// So many seconds into the suite.
pub(super) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("a time that exists")
}

pub(super) fn key(name: &str) -> FlowKey {
    FlowKey::new(name)
}

pub(super) fn owner(name: &str) -> Owner {
    Owner::new(name)
}

pub(super) fn new_flow(name: &str, flow: Flow) -> NewFlow {
    NewFlow::new(key(name), PROFILE, flow)
}

/// A flow at its start: its first call is pending, so it is due at once.
pub(super) fn opening() -> Flow {
    let reference = CustomerInternalReference::new("conformance").expect("a valid reference");
    let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT);
    let mut spec = Spec::person(request.expect("a valid request"));
    // The suite says when.
    (spec.policy.jitter, spec.policy.idle) = (0, spec.policy.person.clone());
    Flow::new(spec)
}

/// A flow whose transaction has this id and whose person is at it: due [`WAIT`] seconds later.
pub(super) fn waiting(execution: &str, now: DateTime<Utc>) -> Flow {
    let mut flow = opening();
    open_transaction(&mut flow, execution, now);
    assert_eq!(flow.wake_at(), Some(now + TimeDelta::seconds(WAIT)), "the suite's own flow");
    flow
}

fn open_transaction(flow: &mut Flow, execution: &str, now: DateTime<Utc>) {
    let reply = format!(r#"{{"account":{{"id":"a"}},"workflowExecution":{{"id":"{execution}","credentials":[]}}}}"#);
    let reply = Reply::Opened(Box::new(Raw::read(&reply).expect("a valid reply")));
    finish(flow, Done::Succeeded(reply), now);
}

/// A flow whose transaction has this id, and which asks for its result.
pub(super) fn asking(execution: &str, now: DateTime<Utc>) -> Flow {
    let mut flow = waiting(execution, now);
    step(&mut flow, Event::Hint(Told::new(Some(WorkflowStatus::Processed))), now);
    assert!(flow.pending().is_some() && flow.due().is_none(), "the suite's own flow");
    flow
}

/// A flow that is over, with its result.
pub(super) fn decided(execution: &str, now: DateTime<Utc>) -> Flow {
    let mut flow = asking(execution, now);
    let details = format!(r#"{{"workflow":{{"id":"{execution}","status":"PROCESSED"}},"account":{{"id":"account"}}}}"#);
    let details = Raw::read(&details).expect("details");
    finish(&mut flow, Done::Succeeded(Reply::Details(Box::new(details))), now);
    assert!(flow.is_over(), "the suite's own flow");
    flow
}

/// A flow that ended and has its results to erase at Jumio, as soon as nothing holds it back.
pub(super) fn to_be_erased(execution: &str, now: DateTime<Utc>) -> Flow {
    let mut flow = opening();
    flow.spec.keep = Some(Keep::nothing_and_erase());
    open_transaction(&mut flow, execution, now);
    end(&mut flow, now);
    assert!(!flow.is_over() && flow.ending().is_some(), "the suite's own flow");
    flow
}

/// A flow of which nobody knows whether it has a transaction.
pub(super) fn parked(now: DateTime<Utc>) -> Flow {
    let mut flow = opening();
    let failure = Failure::new(Certainty::Unknown, "create_account", "the answer was lost");
    finish(&mut flow, Done::Unknown { failure, received: None }, now);
    assert!(flow.is_parked(), "the suite's own flow");
    flow
}

/// A flow that waits for somebody to resume it.
pub(super) fn stalled(execution: &str, now: DateTime<Utc>) -> Flow {
    let mut flow = waiting(execution, now);
    let due = flow.due().expect("a waiting flow has a timer");
    step(&mut flow, Event::Due { epoch: due.epoch }, due.at);
    finish(&mut flow, refused("get_status"), due.at);
    assert!(flow.stalled().is_some(), "the suite's own flow");
    flow
}

/// A flow that is over, with a transaction.
pub(super) fn ended(execution: &str, now: DateTime<Utc>) -> Flow {
    let mut flow = waiting(execution, now);
    end(&mut flow, now);
    flow
}

/// A flow that was cancelled, and whose transaction expired afterwards.
pub(super) fn cancelled(execution: &str, now: DateTime<Utc>) -> Flow {
    let mut flow = waiting(execution, now);
    step(&mut flow, Event::Cancel { erase: false }, now);
    if flow.pending().is_some() {
        finish(&mut flow, Done::Succeeded(Reply::Status(WorkflowStatus::TokenExpired)), now);
    }
    flow
}

/// A flow that is over, whose transaction another system opened.
pub(super) fn adopted(execution: &str, now: DateTime<Utc>) -> Flow {
    let request = opening().spec().request.clone();
    let mut flow = Flow::new(Spec::adopted(request, "a".into(), execution.into()));
    finish(&mut flow, Done::Succeeded(Reply::Status(WorkflowStatus::TokenExpired)), now);
    flow
}

/// A flow that is over, whose transaction expired and was replaced by another, which expired as well.
pub(super) fn restarted(first: &str, second: &str, now: DateTime<Utc>) -> Flow {
    let mut spec = opening().spec().clone();
    spec.policy.restarts = 1;
    let mut flow = Flow::new(spec);
    for execution in [first, second] {
        let reply =
            format!(r#"{{"account":{{"id":"a"}},"workflowExecution":{{"id":"{execution}","credentials":[]}}}}"#);
        let reply = Reply::Opened(Box::new(Raw::read(&reply).expect("a valid reply")));
        finish(&mut flow, Done::Succeeded(reply), now);
        step(&mut flow, Event::Hint(Told::new(None)), now);
        finish(&mut flow, Done::Succeeded(Reply::Status(WorkflowStatus::TokenExpired)), now);
    }
    assert!(flow.is_over() && flow.replaced().len() == 1, "the suite's own flow");
    flow
}

/// Lets a waiting flow end.
pub(super) fn end(flow: &mut Flow, now: DateTime<Utc>) {
    step(flow, Event::Hint(Told::new(None)), now);
    finish(flow, Done::Succeeded(Reply::Status(WorkflowStatus::TokenExpired)), now);
    assert!(flow.ending().is_some(), "the suite's own flow");
}

fn refused(call: &str) -> Done {
    Done::Failed(Failure::new(Certainty::Refused, call, "no").with_status(403))
}

fn finish(flow: &mut Flow, done: Done, now: DateTime<Utc>) {
    let id = flow.pending().expect("a call is pending").id;
    step(flow, Event::Begin { id }, now);
    step(flow, Event::Done { id, done }, now);
}

/// A state in a form that can be compared.
pub(super) fn saved(flow: &Flow) -> String {
    String::from_utf8(machine::write(flow).expect("a state that can be saved")).expect("text")
}

pub(super) async fn add(store: &dyn FlowStore, new: NewFlow) {
    let inserted = store.insert(new, at(0)).await.expect("insert");
    assert_eq!(inserted, Inserted::New, "a new key is added");
}

pub(super) async fn load(store: &dyn FlowStore, name: &str) -> FlowRecord {
    store.load(&key(name)).await.expect("load").expect("the flow is there")
}

pub(super) async fn names(store: &dyn FlowStore, filter: Filter) -> Vec<String> {
    let records = store.list(&filter).await.expect("list");
    records.iter().map(|record| record.key.as_str().to_owned()).collect()
}

pub(super) async fn claim(store: &dyn FlowStore, name: &str, by: &str, now: DateTime<Utc>) -> Claim {
    store.claim(&key(name), &owner(by), now, LEASE).await.expect("claim")
}

pub(super) async fn take(store: &dyn FlowStore, name: &str, by: &str, now: DateTime<Utc>) -> Lease {
    let claim = claim(store, name, by, now).await;
    let taken = if let Claim::Taken(lease, _) = claim { Some(lease) } else { None };
    taken.expect("the flow is free")
}

/// The name of the flow that is due, which is taken.
pub(super) async fn due(store: &dyn FlowStore, by: &str, now: DateTime<Utc>) -> Option<String> {
    let due = store.claim_due(PROFILE, &owner(by), now, LEASE).await.expect("claim_due");
    due.map(|(lease, record)| {
        assert_eq!(lease.key, record.key, "the lease is for the flow that comes with it");
        record.key.as_str().to_owned()
    })
}

pub(super) fn to_execution(id: &str, identity: &str) -> Hint {
    Hint::new(HintAddress::Execution(id.into()), Some(WorkflowStatus::Processed), identity)
}

pub(super) fn to_key(key: &str, identity: &str) -> Hint {
    Hint::new(HintAddress::Key(CallbackKey::from_url(key)), None, identity)
}
