//! Flows and files for the tests of the store.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::time::Duration;

use chrono::{DateTime, Utc};
use jumio_flow::machine::{Done, Event, Flow, Page, Reply, Spec, step};
use jumio_flow::{Claim, FlowKey, FlowStore, Lease, NewFlow, Owner};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Media, Raw, UserReference};
use jumio_store::Sealed;

pub(crate) mod next;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
pub(crate) mod three;

pub(crate) const LEASE: Duration = Duration::from_secs(60);
pub(crate) const KEY: [u8; 32] = [7; 32];

/// Texts that must not be found on the disk: each is somewhere in the state that [`secretive`] makes.
pub(crate) const CANARIES: &[&str] = &[
    "canary-transaction-token",
    "canary-sdk-token",
    "canary-web-link",
    "canary-upload-url",
    "canary-file-name",
    "canary-reference",
    "canary-person",
];

pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

/// Seals with a key that who has [`KEY`] alone cannot open.
pub(crate) fn newer_key() -> Sealed {
    Sealed::with_key(2, &[9; 32]).and_older(1, &KEY)
}

pub(crate) fn opening() -> Flow {
    let reference = CustomerInternalReference::new("canary-reference").unwrap();
    let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let request = request.with_user_reference(UserReference::new("canary-person").unwrap());
    let page = Page::new("canary-file-name.pdf", Media::Pdf, 1, [0; 32]);
    Flow::new(Spec::upload(request, vec![page]).unwrap())
}

/// An open transaction with every secret that a reply can bring.
pub(crate) fn secretive(execution: &str) -> Flow {
    let mut flow = opening();
    let id = flow.pending().unwrap().id;
    step(&mut flow, Event::Begin { id }, at(0));
    let api = r#"{"token":"canary-transaction-token","parts":{"document":"https://canary-upload-url.example/parts"},
                  "workflowExecution":"https://canary-upload-url.example/"}"#;
    let reply = format!(
        r#"{{"account":{{"id":"account"}},"web":{{"href":"https://canary-web-link.example/"}},
             "sdk":{{"token":"canary-sdk-token"}},
             "workflowExecution":{{"id":"{execution}","credentials":[
                 {{"id":"c","category":"DOCUMENT","allowedChannels":["API"],"api":{api}}}]}}}}"#
    );
    let reply = Reply::Opened(Box::new(Raw::read(&reply).unwrap()));
    step(&mut flow, Event::Done { id, done: Done::Succeeded(reply) }, at(0));
    assert!(flow.transaction().is_some_and(|transaction| transaction.access.is_some()));
    flow
}

pub(crate) fn new_flow(name: &str, flow: Flow) -> NewFlow {
    NewFlow::new(FlowKey::new(name), "test", flow)
}

pub(crate) async fn take(store: &dyn FlowStore, name: &str, now: i64) -> Lease {
    let claim = store.claim(&FlowKey::new(name), &Owner::new("owner"), at(now), LEASE).await;
    match claim.unwrap() {
        Claim::Taken(lease, _) => lease,
        other => panic!("not free: {other:?}"),
    }
}
