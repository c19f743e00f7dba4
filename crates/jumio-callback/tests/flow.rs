//! Callbacks reach flows as hints: by the key in the URL, or else by the transaction, once each.
#![cfg(all(feature = "flow", feature = "group-commit"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{TimeDelta, Utc};
use jumio_callback::{Answer, GroupCommit, Knock, Lending, Receiver, Sink, StoreSink};
use jumio_flow::machine::{Done, Ending, Event, Failure, Flow, MomentKind, Op, Reply, Spec, step};
use jumio_flow::{
    Admission, CallbackKey, CallbackToLend, Effects, FlowKey, FlowStore, Flows, LentStore as _, MOST_LENT_CALLBACKS,
    MemoryStore, NewFlow, Progress, UploadProgress,
};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Raw};
use serde_json::json;

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

#[tokio::test]
async fn what_came_without_a_key_is_kept_for_the_older_receiver() {
    let (store, flow) = store_with_a_flow().await;
    let receiver = listed(GroupCommit::new(Lending::new(store.clone(), StoreSink::new(store.clone()))));
    let odd = br#"{ "workflowExecution": {"id":"theirs"},  "more": [1.0] }"#;
    assert_eq!(receiver.receive(knock(None, odd)).await, Answer::Stored);
    assert_eq!(receiver.receive(knock(None, odd)).await, Answer::Stored, "and once");
    assert_eq!(receiver.receive(knock(Some("5ecre7"), &body("w", "PROCESSED"))).await, Answer::Stored);
    let take = async || store.take_lent(Utc::now(), Duration::ZERO, Duration::ZERO, 9).await.unwrap();
    let lent = take().await;
    assert_eq!(lent.iter().map(|one| one.body.as_bytes()).collect::<Vec<_>>(), [odd], "what came with a key is ours");
    assert_eq!(store.hints(&flow).await.unwrap().len(), 1);

    let many: Vec<_> =
        (0..MOST_LENT_CALLBACKS).map(|number| CallbackToLend::new(format!("{number}"), "1", "{}")).collect();
    assert!(store.lend(&many, Utc::now()).await.unwrap());
    assert_eq!(receiver.receive(knock(None, &body("more", "PROCESSED"))).await, Answer::Unavailable);
    assert_eq!(receiver.receive(knock(Some("5ecre7"), &body("w", "ACQUIRED"))).await, Answer::Stored);
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
            Op::GetStatus => Reply::Status("TOKEN_EXPIRED".into()),
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

/// Counts what it is asked for and when; a transaction that stays as it is.
#[derive(Default)]
struct Counting {
    asked: Mutex<Vec<(Op, tokio::time::Instant)>>,
}

impl Counting {
    fn retrievals(&self) -> usize {
        self.asked.lock().unwrap().iter().filter(|(op, _)| *op != Op::CreateAccount).count()
    }
}

struct To(Arc<Counting>);

#[async_trait]
impl Effects for To {
    async fn admit(&self, _: &Flow, _: Op) -> Result<Admission, Failure> {
        Ok(Admission::Ready)
    }

    async fn run(&self, _: &Flow, op: Op, _: UploadProgress) -> Done {
        self.0.asked.lock().unwrap().push((op, tokio::time::Instant::now()));
        let details = r#"{"workflow":{"id":"w","status":"ACQUIRED"},"account":{"id":"a"}}"#;
        let reply = r#"{"account":{"id":"a"},"workflowExecution":{"id":"w","credentials":[]}}"#;
        Done::Succeeded(match op {
            Op::CreateAccount => Reply::Opened(Box::new(Raw::read(reply).unwrap())),
            Op::GetDetails => Reply::Details(Box::new(Raw::read(details).unwrap())),
            Op::GetStatus => Reply::Status("ACQUIRED".into()),
            other => panic!("nobody asked for {other:?}"),
        })
    }
}

/// Waits, without any time passing, until this is so.
async fn until(so: impl Fn() -> bool) {
    for _ in 0..1_000_000 {
        if so() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it never came to it");
}

/// Proves C2.
#[tokio::test(start_paused = true)]
async fn a_thousand_copies_at_once_cost_one_retrieval() {
    let jumio = Arc::new(Counting::default());
    let store = Arc::new(MemoryStore::new());
    let flows = Flows::builder(To(Arc::clone(&jumio))).store(Arc::clone(&store)).build().unwrap();
    flows.start(new_flow()).await.unwrap();
    let key = FlowKey::new("a");
    let driven = tokio::spawn({
        let (flows, key) = (flows.clone(), key.clone());
        async move { flows.drive(&key).await }
    });
    until(|| !jumio.asked.lock().unwrap().is_empty()).await;
    let waits = async || store.load(&key).await.unwrap().unwrap().flow.due().is_some();
    while !waits().await {
        tokio::task::yield_now().await;
    }
    let (before, now) = (jumio.retrievals(), tokio::time::Instant::now());

    let receiver = Arc::new(listed(flows.clone()));
    let mut copies = tokio::task::JoinSet::new();
    for _ in 0..1_000 {
        let receiver = Arc::clone(&receiver);
        copies.spawn(async move { receiver.receive(knock(Some("5ecre7"), &body("w", "PROCESSED"))).await });
    }
    assert!(copies.join_all().await.iter().all(|answer| *answer == Answer::Stored));
    until(|| jumio.retrievals() > before).await;
    // Whatever else the copies might cause comes before the next look of the schedule.
    for _ in 0..10_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(now.elapsed(), Duration::ZERO);
    assert_eq!(jumio.retrievals() - before, 1);
    driven.abort();
}

/// Proves C4.
#[tokio::test(start_paused = true)]
async fn what_names_nothing_known_gets_one_answer_and_causes_no_call() {
    let jumio = Arc::new(Counting::default());
    let store = Arc::new(MemoryStore::new());
    let flows = Flows::builder(To(Arc::clone(&jumio))).store(Arc::clone(&store)).build().unwrap();
    flows.start(new_flow()).await.unwrap();
    let host = tokio::spawn({
        let flows = flows.clone();
        async move { flows.run(std::future::pending()).await }
    });
    let waits = async || store.load(&FlowKey::new("a")).await.unwrap().unwrap().flow.due().is_some();
    while !waits().await {
        tokio::task::yield_now().await;
    }
    let before = jumio.asked.lock().unwrap().len();
    let receiver = listed(flows.clone());
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    for number in 0..10_000 {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let (callback_key, expected) = match number % 2 {
            0 => (None, Answer::Stored),
            _ => (Some(format!("{seed:016x}")), Answer::Refused),
        };
        let body = body(&format!("{seed:016x}"), ["PROCESSED", "ACQUIRED", "NEW"][number % 3]);
        assert_eq!(receiver.receive(knock(callback_key.as_deref(), &body)).await, expected);
    }
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(jumio.asked.lock().unwrap().len(), before, "a stranger made us call");
    host.abort();
}

/// Proves C3.
/// Each documented member of a callback (protocol 6.2) forged in turn, and some that are in no callback: until Jumio was asked
/// the flow is as it was, and then it is what Jumio says.
#[tokio::test(start_paused = true)]
async fn no_member_of_a_callback_decides_anything() {
    let honest = json!({
        "callbackSentAt": "2026-01-02T03:14:05.000Z",
        "userReference": "reference",
        "workflowExecution": {
            "id": "w", "href": "https://retrieval.example/w", "definitionKey": "10170", "status": "ACQUIRED",
        },
        "account": {"id": "a", "href": "https://retrieval.example/a"},
    });
    let forgeries = [
        ("/callbackSentAt", json!("2036-01-02T03:14:05.000Z")),
        ("/userReference", json!("another")),
        ("/workflowExecution/id", json!("another")),
        ("/workflowExecution/href", json!("https://evil.example/")),
        ("/workflowExecution/definitionKey", json!("1")),
        ("/workflowExecution/status", json!("PROCESSED")),
        ("/workflowExecution/status", json!("SESSION_EXPIRED")),
        ("/workflowExecution/status", json!("TOKEN_EXPIRED")),
        ("/workflowExecution/status", json!("NEW_STATUS")),
        ("/account/id", json!("another")),
        ("/account/href", json!("https://evil.example/")),
        ("/decision", json!({"type": "REJECTED"})),
        ("/capabilities", json!({"extraction": []})),
    ];
    let known = |flow: &Flow| {
        let transaction = flow.transaction().map(|one| (one.account.clone(), one.execution.clone()));
        (flow.phase().name(), transaction, flow.last_status().cloned(), flow.pending().map(|pending| pending.op))
    };
    for (pointer, forged) in forgeries {
        let store = Arc::new(MemoryStore::new());
        let (key, now) = (FlowKey::new("a"), Utc::now());
        let mut waiting = new_flow();
        let reply = r#"{"account":{"id":"a"},"workflowExecution":{"id":"w","credentials":[]}}"#;
        let done = Done::Succeeded(Reply::Opened(Box::new(Raw::read(reply).unwrap())));
        step(&mut waiting.flow, Event::Begin { id: 1 }, now);
        step(&mut waiting.flow, Event::Done { id: 1, done }, now);
        let before = known(&waiting.flow);
        store.insert(waiting, now).await.unwrap();

        let mut body = honest.clone();
        match body.pointer_mut(pointer) {
            Some(member) => *member = forged,
            None => body[&pointer[1..]] = forged,
        }
        let receiver = listed(StoreSink::new(store.clone()));
        assert_eq!(receiver.receive(knock(Some("5ecre7"), body.to_string().as_bytes())).await, Answer::Stored);
        let mut flow = store.load(&key).await.unwrap().unwrap().flow;
        assert_eq!(known(&flow), before, "{pointer}");
        // The hint as the host feeds it: it may cause a question, and nothing else.
        for hint in store.hints(&key).await.unwrap() {
            step(&mut flow, Event::Hint(hint.told), now);
        }
        let after = known(&flow);
        assert_eq!((after.0, &after.1, &after.2), (before.0, &before.1, &before.2), "{pointer}");
        assert!(matches!(after.3, None | Some(Op::GetStatus | Op::GetDetails)), "{pointer}: {:?}", after.3);

        let began = tokio::time::Instant::now();
        let clock = move || now + TimeDelta::from_std(began.elapsed()).unwrap();
        let flows = Flows::builder(Expiring).store(store).profile("test").clock(clock).build().unwrap();
        let ended = flows.drive(&key).await.unwrap().flow;
        assert_eq!(ended.ending().map(Ending::name), Some("expired"), "{pointer}");
        assert_eq!(ended.transaction().unwrap().execution.as_str(), "w", "{pointer}");
    }
}
