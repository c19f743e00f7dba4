//! Flows over real sockets against the simulator, with one thing going wrong at a time.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::Write;
use std::time::Duration;

use jumio_auth::Credentials;
use jumio_flow::machine::{By, Ending, Flow, Page, Policy, Spec};
use jumio_flow::{FlowKey, FlowRecord, Flows, Hint, HintAddress, NewFlow, connect};
use jumio_model::endpoint::{BaseUrl, Site, UserAgent};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Media, Outcome};
use jumio_simulator::variants::SecondPage;
use jumio_simulator::{Fault, FaultKind, Scenario, Simulator, Variant};
use sha2::{Digest, Sha256};

const PAGES: usize = 2;

/// Waits of no time, so that a test is as fast as its calls.
fn impatient() -> Policy {
    let mut policy = Policy::default();
    policy.retry = vec![0; 4];
    policy.result = vec![0, 0, 0, 0, 1];
    policy.person = vec![3600];
    policy.longest_retry_after = 0;
    policy
}

fn page(file: &mut tempfile::NamedTempFile) -> Page {
    let bytes = b"%PDF-1.4\n% a page\n";
    file.write_all(bytes).unwrap();
    Page::new(file.path(), Media::Pdf, bytes.len() as u64, Sha256::digest(bytes).into())
}

fn request() -> AccountRequest {
    let reference = CustomerInternalReference::new("order-17").unwrap();
    AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap()
}

fn flows(simulator: &Simulator, secret: &str) -> Flows {
    let base = BaseUrl::parse(simulator.base_url()).unwrap();
    let site = Site::at(base, UserAgent::new("Acme KYC/1.0").unwrap());
    let credentials = Credentials::new(simulator.client_id(), secret.to_owned()).unwrap();
    Flows::builder(connect(site, credentials).unwrap().effects()).build().unwrap()
}

async fn run(simulator: &Simulator, secret: &str) -> FlowRecord {
    let mut files: Vec<_> = (0..PAGES).map(|_| tempfile::NamedTempFile::new().unwrap()).collect();
    let spec = Spec::upload(request(), files.iter_mut().map(page).collect()).unwrap().with_policy(impatient());
    let flows = flows(simulator, secret);
    let key = FlowKey::new("flow-1");
    flows.start(NewFlow::new(key.clone(), "simulator", Flow::new(spec))).await.unwrap();
    let record = flows.drive(&key).await.unwrap();
    let text = format!("{record:?}");
    assert!(!text.contains("eyJ") && !text.contains(secret), "Debug shows a secret: {text}");
    record
}

/// What must come of a run: the ending, the accounts and pages at Jumio, and how often finalize worked.
struct Expected(&'static str, usize, usize, usize);

#[tokio::test]
async fn one_thing_goes_wrong_at_a_time() {
    let problem = |status| FaultKind::problem(status, "Title", "Detail");
    let html = || FaultKind::Answer {
        status: 502,
        headers: vec![("content-type".to_owned(), "text/html".to_owned())],
        body: "<html><title>Bad Gateway</title></html>".to_owned(),
    };
    let garbage = || FaultKind::Garbage(b"<html>not what you asked for".to_vec());
    let foreign = || {
        let details =
            br#"{"workflow":{"id":"another","status":"PROCESSED"},"account":{},"decision":{"type":"REJECTED"}}"#;
        FaultKind::Garbage(details.to_vec())
    };
    let all = || Expected("decided", 1, PAGES, 1);
    let cases: Vec<(&str, Fault, Expected)> = vec![
        ("no fault that ever strikes", Fault::new("get_health", problem(500)), all()),
        (
            "account: done, answer lost",
            Fault::new("create_account", FaultKind::ResetAfter),
            Expected("account_unknown", 1, 0, 0),
        ),
        (
            "account: reset, not done",
            Fault::new("create_account", FaultKind::ResetBefore),
            Expected("account_unknown", 0, 0, 0),
        ),
        ("account: 500", Fault::new("create_account", problem(500)), Expected("account_unknown", 0, 0, 0)),
        ("account: gateway page", Fault::new("create_account", html()), Expected("account_unknown", 0, 0, 0)),
        (
            "account: done, answer unreadable",
            Fault::new("create_account", garbage()),
            Expected("account_unknown", 1, 0, 0),
        ),
        ("account: 429 twice", Fault::new("create_account", problem(429)).times(2), all()),
        ("account: 400", Fault::new("create_account", problem(400)), Expected("not_opened", 0, 0, 0)),
        (
            "account: 401 for a token just fetched",
            Fault::new("create_account", problem(401)),
            Expected("not_opened", 0, 0, 0),
        ),
        ("account: 403", Fault::new("create_account", problem(403)), Expected("not_opened", 0, 0, 0)),
        ("token: 401", Fault::new("token", problem(401)), Expected("not_opened", 0, 0, 0)),
        ("token: always 500", Fault::new("token", problem(500)).always(), Expected("not_opened", 0, 0, 0)),
        (
            "upload: done, answer lost",
            Fault::new("upload_document", FaultKind::ResetAfter),
            Expected("upload_unknown", 1, 1, 0),
        ),
        (
            "second upload: done, answer lost",
            Fault::new("upload_document", FaultKind::ResetAfter).skip(1),
            Expected("upload_unknown", 1, 2, 0),
        ),
        (
            "upload: reset, not done",
            Fault::new("upload_document", FaultKind::ResetBefore),
            Expected("upload_unknown", 1, 0, 0),
        ),
        ("upload: 503", Fault::new("upload_document", problem(503)), Expected("upload_unknown", 1, 0, 0)),
        ("upload: 429", Fault::new("upload_document", problem(429)), all()),
        ("upload: 401", Fault::new("upload_document", problem(401)), Expected("refused", 1, 0, 0)),
        ("upload: 413", Fault::new("upload_document", problem(413)), Expected("refused", 1, 0, 0)),
        ("finalize: done, answer lost", Fault::new("finalize", FaultKind::ResetAfter), all()),
        ("finalize: reset, not done", Fault::new("finalize", FaultKind::ResetBefore), all()),
        ("finalize: 500 twice", Fault::new("finalize", problem(500)).times(2), all()),
        ("finalize: 404", Fault::new("finalize", problem(404)), Expected("refused", 1, PAGES, 0)),
        ("status: 500 thrice", Fault::new("get_status", problem(500)).times(3), all()),
        ("status: unreadable", Fault::new("get_status", garbage()), all()),
        ("details: 404 thrice", Fault::new("get_details", problem(404)).times(3), all()),
        ("details: reset", Fault::new("get_details", FaultKind::ResetBefore).times(2), all()),
        ("details: of another transaction", Fault::new("get_details", foreign()), all()),
        ("details: unreadable twice", Fault::new("get_details", garbage()).times(2), all()),
    ];
    for (name, fault, Expected(ending, accounts, pages, finalized)) in cases {
        let simulator =
            Simulator::builder().processing_delay(Duration::from_millis(20)).fault(fault).start().await.unwrap();
        let record = run(&simulator, simulator.client_secret()).await;
        let ended = record.flow.ending().unwrap_or_else(|| panic!("{name}: {:?}", record.flow.stalled()));
        assert_eq!(ended.name(), ending, "{name}");
        let transactions = simulator.transactions();
        assert_eq!(transactions.len(), accounts, "{name}: accounts");
        let succeeded = |endpoint: &str| transactions.iter().map(|one| one.succeeded(endpoint)).sum::<usize>();
        assert_eq!(succeeded("upload_document"), pages, "{name}: pages");
        assert_eq!(succeeded("finalize"), finalized, "{name}: finalized");
        match ended {
            Ending::Decided { details } => assert_eq!(details.outcome(), Some(Outcome::Stored), "{name}"),
            Ending::AccountUnknown { received, .. } => {
                assert_eq!(received.is_some(), name.contains("unreadable"), "{name}")
            }
            _ => {}
        }
    }
}

/// Proves R9.
/// Under a storm of 503 as many calls arrive as the machine's policy says, and no layer below it adds one.
#[tokio::test]
async fn a_storm_is_met_by_the_policys_tries_alone() {
    let again = 1 + impatient().retry.len();
    for (endpoint, arrivals) in [("token", 1), ("create_account", 1), ("upload_document", 1), ("finalize", again)] {
        let storm = Fault::new(endpoint, FaultKind::problem(503, "Title", "Detail")).always();
        let simulator = Simulator::builder().fault(storm).start().await.unwrap();
        run(&simulator, simulator.client_secret()).await;
        simulator.requests().of(endpoint).exactly(arrivals);
    }
}

/// What nobody knows about Jumio must not matter: under each answer to each open question a run ends in a decision, or as
/// documented, and nothing is done twice. Also where the answer to finalize is lost, so that it is sent again.
#[tokio::test]
async fn every_answer_to_an_open_question_is_good_enough() {
    let lost = || vec![Fault::new("finalize", FaultKind::ResetAfter)];
    for variant in Variant::all() {
        for (name, faults) in [("straight", Vec::new()), ("finalize: answer lost", lost())] {
            let name = format!("{variant}, {name}");
            let builder = Simulator::builder().processing_delay(Duration::from_millis(5)).variant(variant);
            let simulator = faults.into_iter().fold(builder, jumio_simulator::Builder::fault).start().await.unwrap();
            let record = run(&simulator, simulator.client_secret()).await;
            let ended = record.flow.ending().unwrap_or_else(|| panic!("{name}: {:?}", record.flow.stalled()));
            let Expected(ending, accounts, pages, finalized) = match variant {
                // Two pages cannot be handed in there.
                Variant::SecondPage(SecondPage::Refused) => Expected("refused", 1, 1, 0),
                _ => Expected("decided", 1, PAGES, 1),
            };
            assert_eq!(ended.name(), ending, "{name}");
            let transactions = simulator.transactions();
            assert_eq!(transactions.len(), accounts, "{name}: accounts");
            let [transaction] = &transactions[..] else { panic!("{name}: {transactions:?}") };
            assert_eq!(transaction.succeeded("upload_document"), pages, "{name}: pages");
            assert!(transaction.succeeded("finalize") >= finalized, "{name}: finalized");
            if let Ending::Decided { details } = ended {
                assert_eq!(details.outcome(), Some(Outcome::Stored), "{name}");
            }
        }
    }
}

/// Many other answers at once, as scenario files have them.
#[tokio::test]
async fn other_answers_together_are_good_enough() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scenarios");
    for file in ["other-answers", "lean-replies", "odd-errors"] {
        let scenario = Scenario::load(format!("{folder}/{file}.toml")).unwrap();
        let builder = Simulator::builder().processing_delay(Duration::from_millis(5)).scenario(scenario);
        let simulator = builder.start().await.unwrap();
        let record = run(&simulator, simulator.client_secret()).await;
        assert_eq!(record.flow.ending().map(Ending::name), Some("decided"), "{file}");
        let transactions = simulator.transactions();
        assert_eq!(transactions.len(), 1, "{file}");
        assert_eq!(transactions[0].succeeded("upload_document"), PAGES, "{file}");
    }
}

#[tokio::test]
async fn a_wrong_secret_opens_nothing_and_is_said_so() {
    let simulator = Simulator::start().await.unwrap();
    let record = run(&simulator, "wrong-secret-canary").await;
    let Some(Ending::NotOpened { failure }) = record.flow.ending() else { panic!("{:?}", record.flow.phase()) };
    assert_eq!(failure.step, "token");
    assert!(failure.message.contains("client id and secret"), "{failure}");
}

#[tokio::test]
async fn a_person_who_never_comes_ends_as_expired() {
    let simulator = Simulator::start().await.unwrap();
    let flows = flows(&simulator, simulator.client_secret());
    let key = FlowKey::new("flow-1");
    let spec = Spec::person(request()).with_policy(impatient());
    flows.start(NewFlow::new(key.clone(), "simulator", Flow::new(spec))).await.unwrap();
    let mut progress = flows.progress();
    let watcher = async {
        // Once the transaction is open: half an hour passes at Jumio, and somebody says that something moved.
        while simulator.transactions().is_empty() {
            progress.recv().await.unwrap();
        }
        simulator.advance(Duration::from_secs(31 * 60)).unwrap();
        let execution = simulator.transactions()[0].workflow_execution_id.as_str().into();
        flows.deliver(&Hint::new(HintAddress::Execution(execution), None, "1")).await.unwrap();
    };
    let (record, ()) = tokio::join!(flows.drive(&key), watcher);
    let record = record.unwrap();
    assert!(matches!(record.flow.ending(), Some(Ending::Expired { status, .. }) if status.as_str() == "TOKEN_EXPIRED"));
}

#[tokio::test]
async fn a_file_that_changed_is_not_uploaded() {
    let simulator = Simulator::start().await.unwrap();
    let flows = flows(&simulator, simulator.client_secret());
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let spec = Spec::upload(request(), vec![page(&mut file)]).unwrap().with_policy(impatient());
    std::fs::write(file.path(), b"%PDF-1.4\n% another\n").unwrap();
    let key = FlowKey::new("flow-1");
    flows.start(NewFlow::new(key.clone(), "simulator", Flow::new(spec))).await.unwrap();
    let record = flows.drive(&key).await.unwrap();
    assert!(record.flow.stalled().unwrap().message.contains("changed"));
    std::fs::write(file.path(), b"%PDF-1.4\n% a page\n").unwrap();
    flows.resume(&key, &By::new("clerk", "the file is back")).await.unwrap();
    let record = flows.drive(&key).await.unwrap();
    assert!(matches!(record.flow.ending(), Some(Ending::Decided { .. })));
    assert_eq!(simulator.transactions()[0].succeeded("upload_document"), 1);
}
