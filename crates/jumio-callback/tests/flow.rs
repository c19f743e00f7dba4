//! Callbacks reach flows as hints: by the key in the URL, or else by the transaction, once each.
#![cfg(feature = "flow")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use async_trait::async_trait;
use chrono::Utc;
use jumio_callback::{Answer, Knock, Receiver, Sink, StoreSink};
use jumio_flow::machine::{Done, Ending, Failure, Flow, MomentKind, Op, Reply, Spec};
use jumio_flow::{
    Admission, CallbackKey, Effects, FlowKey, FlowStore, Flows, MemoryStore, NewFlow, Progress, UploadProgress,
};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Raw};

fn body(execution: &str, status: &str) -> Vec<u8> {
    let sent_at = "2026-01-02T03:14:05.000Z";
    format!(r#"{{"callbackSentAt":"{sent_at}","workflowExecution":{{"id":"{execution}","status":"{status}"}}}}"#).into()
}

const JUMIO: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

fn knock<'a>(key: Option<&'a str>, body: &'a [u8]) -> Knock<'a> {
    Knock::new(body).with_key(key).from_peer(JUMIO)
}

/// Takes what comes from there without a key, too.
fn listed<S: Sink>(sink: S) -> Receiver<S> {
    Receiver::new(sink).sources([JUMIO].into_iter().collect())
}

fn new_flow() -> NewFlow {
    let reference = CustomerInternalReference::new("reference").unwrap();
    let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let new = NewFlow::new(FlowKey::new("a"), "test", Flow::new(Spec::person(request)));
    new.with_callback_key(CallbackKey::from_url("5ecre7"))
}

async fn store_with_a_flow() -> (Arc<MemoryStore>, FlowKey) {
    let store = Arc::new(MemoryStore::new());
    store.insert(new_flow(), Utc::now()).await.unwrap();
    (store, FlowKey::new("a"))
}

#[tokio::test]
async fn a_known_key_finds_its_flow_before_the_transaction_is_known() {
    let (store, flow) = store_with_a_flow().await;
    let receiver = listed(StoreSink::new(store.clone()));
    for (status, waiting) in [("ACQUIRED", 1), ("ACQUIRED", 1), ("PROCESSED", 2)] {
        assert_eq!(receiver.receive(knock(Some("5ecre7"), &body("w", status))).await, Answer::Stored);
        assert_eq!(store.hints(&flow).await.unwrap().len(), waiting, "duplicates are answered and not counted");
    }
    let said: Vec<_> = store.hints(&flow).await.unwrap().into_iter().map(|hint| hint.told.status.unwrap()).collect();
    assert_eq!(said.iter().map(|status| status.as_str()).collect::<Vec<_>>(), ["ACQUIRED", "PROCESSED"]);
}

#[tokio::test]
async fn an_unknown_key_is_refused_and_leaves_nothing() {
    let (store, flow) = store_with_a_flow().await;
    let receiver = listed(StoreSink::new(store.clone()));
    for key in ["5ecre", "5ecre77", "5ECRE7"] {
        assert_eq!(receiver.receive(knock(Some(key), &body("w", "PROCESSED"))).await, Answer::Refused);
    }
    assert!(store.hints(&flow).await.unwrap().is_empty());
}

#[tokio::test]
async fn without_a_key_the_transaction_is_the_address() {
    let (store, flow) = store_with_a_flow().await;
    let receiver = listed(StoreSink::new(store.clone()));
    assert_eq!(receiver.receive(knock(None, &body("w", "PROCESSED"))).await, Answer::Stored);
    assert!(store.hints(&flow).await.unwrap().is_empty(), "held until a flow binds the transaction");
    assert_eq!(receiver.receive(knock(None, &body("w", "PROCESSED"))).await, Answer::Stored);
}

/// A transaction that opens, and expires as soon as somebody asks.
struct Expiring;

#[async_trait]
impl Effects for Expiring {
    async fn admit(&self, _: &Flow, _: Op) -> Result<Admission, Failure> {
        Ok(Admission::Ready)
    }

    async fn run(&self, _: &Flow, op: Op, _: UploadProgress) -> Done {
        let details = r#"{"workflow":{"id":"w","status":"TOKEN_EXPIRED"},"account":{"id":"a"}}"#;
        let reply = r#"{"account":{"id":"a"},"workflowExecution":{"id":"w","credentials":[]}}"#;
        Done::Succeeded(match op {
            Op::CreateAccount => Reply::Opened(Box::new(Raw::read(reply).unwrap())),
            Op::GetDetails => Reply::Details(Box::new(Raw::read(details).unwrap())),
            other => panic!("nobody asked for {other:?}"),
        })
    }
}

#[tokio::test]
async fn a_callback_wakes_the_flow_that_waits_for_it() {
    for callback_key in [Some("5ecre7"), None] {
        let flows = Flows::builder(Expiring).build().unwrap();
        flows.start(new_flow()).await.unwrap();
        let mut progress = flows.progress();
        let receiver = listed(flows.clone());
        let knock = async {
            while !matches!(
                progress.recv().await.unwrap(),
                Progress::Moved { moment, .. } if matches!(moment.kind, MomentKind::Waiting { .. })
            ) {}
            // The result comes from Jumio, and is another than the callback says.
            assert_eq!(receiver.receive(knock(callback_key, &body("w", "PROCESSED"))).await, Answer::Stored);
            assert_eq!(receiver.receive(knock(Some("guess"), &body("w", "PROCESSED"))).await, Answer::Refused);
        };
        let key = FlowKey::new("a");
        let (record, ()) = tokio::join!(flows.drive(&key), knock);
        let flow = record.unwrap().flow;
        assert_eq!(flow.ending().map(Ending::name), Some("expired"));
        let hints = flow.timeline().iter().filter(|moment| matches!(moment.kind, MomentKind::Hint { .. }));
        assert_eq!(hints.count(), 1);
    }
}
