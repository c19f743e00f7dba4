//! The saved form: one file per state: under `tests/saved/v1` what the first version of this library wrote, under `v2` what this
//! one and the second write, under `v3` what this one alone does. Whatever a released version wrote, every later one reads.
//!
//! A file that is already there must never change: that would be a new version. `JUMIO_BLESS_SAVED=1` writes files that are
//! missing.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use jumio_flow::machine::{
    By, Certainty, Done, Event, Failure, Flow, Keep, KeptFile, Page, Received, Reply, Resolution, Rule, Spec, Told,
    Verdict, read, step, write,
};
use jumio_model::api::PreparedData;
use jumio_model::{
    AccountRequest, CallbackUrl, Country, CustomerInternalReference, DocumentType, Media, Raw, TokenLifetime,
    UserReference, WorkflowStatus,
};

fn folder(version: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/saved").join(version)
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_750_000_000, 0).unwrap()
}

fn request() -> AccountRequest {
    let reference = CustomerInternalReference::new("order-17").unwrap();
    AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT)
        .unwrap()
        .with_user_reference(UserReference::new("person-7").unwrap())
        .with_callback_url(CallbackUrl::new("https://kyc.example.com/jumio?key=1").unwrap())
        .with_token_lifetime(TokenLifetime::parse("2h").unwrap())
}

fn upload() -> Flow {
    let data = PreparedData::read(br#"{"lastName":"Doe","amount":1.10}"#).unwrap();
    let pages = vec![
        Page::new("/pages/1.pdf", Media::Pdf, 7, [1; 32]),
        Page::new("/pages/2.png", Media::Png, 8, [2; 32]),
        Page::new("/pages/3.jpg", Media::Jpeg, 9, [3; 32]),
    ];
    Flow::new(Spec::upload(request(), pages).unwrap().with_prepared_data(data))
}

fn opened() -> Done {
    let text = r#"{"account":{"id":"a"},"web":{"href":"https://web.example/?t=1"},"sdk":{"token":"t"},
        "workflowExecution":{"id":"w","credentials":[
        {"id":"d","category":"DATA","api":{"token":"t","parts":{"prepared_data":"https://api.example/d"},"workflowExecution":"https://api.example/w"}},
        {"id":"c","category":"DOCUMENT","api":{"token":"t","parts":{"document":"https://api.example/c"},"workflowExecution":"https://api.example/w"}}]}}"#;
    Done::Succeeded(Reply::Opened(Box::new(Raw::read(text).unwrap())))
}

fn details(status: &str) -> Done {
    let text = format!(
        r#"{{"workflow":{{"id":"w","status":"{status}","definitionKey":"10170"}},"account":{{"id":"a"}},"decision":{{"type":"PASSED","risk":{{"score":0.0}}}},"capabilities":{{}},"new":1.0}}"#
    );
    Done::Succeeded(Reply::Details(Box::new(Raw::read(&text).unwrap())))
}

fn status(text: &str) -> Done {
    Done::Succeeded(Reply::Status(WorkflowStatus::from(text)))
}

fn failed(certainty: Certainty, status: u16) -> Done {
    Done::Failed(Failure::new(certainty, "step", "no").with_status(status).with_retry_after(Some(7)))
}

fn unknown(received: Option<&str>) -> Done {
    let failure = Failure::new(Certainty::Unknown, "step", "no answer");
    Done::Unknown { failure, received: received.map(Received::new) }
}

/// Answers what is pending, one after the other, passing the time where the flow waits.
fn after(mut flow: Flow, answers: Vec<Done>) -> Flow {
    let mut at = now();
    for done in answers {
        while let Some(due) = flow.due() {
            at = at.max(due.at);
            step(&mut flow, Event::Due { epoch: due.epoch }, at);
        }
        let id = flow.pending().unwrap().id;
        step(&mut flow, Event::Begin { id }, at);
        at += TimeDelta::milliseconds(250);
        step(&mut flow, Event::Done { id, done }, at);
    }
    flow
}

fn states() -> Vec<(&'static str, Flow)> {
    use Done::Succeeded;
    let part = || Succeeded(Reply::Uploaded);
    let in_order = |more: Vec<Done>| {
        let first = vec![opened(), part(), part(), part(), part(), Succeeded(Reply::Finalized)];
        first.into_iter().chain(more).collect::<Vec<_>>()
    };
    let mut begun = upload();
    step(&mut begun, Event::Begin { id: 1 }, now());
    let person = || Flow::new(Spec::person(request()).on_account("a".into()));
    let mut hinted = after(upload(), vec![opened()]);
    step(&mut hinted, Event::Hint(Told::new(Some(WorkflowStatus::from("NEW")))), now());
    vec![
        ("opening", upload()),
        ("opening-begun", begun),
        ("opening-retry", after(upload(), vec![failed(Certainty::Refused, 429)])),
        ("collecting-data", after(upload(), vec![opened()])),
        ("collecting-pages-hinted", hinted),
        ("collecting-diagnosing", after(upload(), vec![opened(), part(), failed(Certainty::Refused, 401)])),
        ("finalizing", after(upload(), vec![opened(), part(), part(), part(), part()])),
        ("finalizing-in-doubt", after(upload(), vec![opened(), part(), part(), part(), part(), unknown(None)])),
        ("awaiting-person", after(person(), vec![opened()])),
        ("awaiting-result", after(upload(), in_order(vec![status("ACQUIRED")]))),
        ("ended-expired", after(person(), vec![opened(), status("TOKEN_EXPIRED")])),
        ("fetching", after(upload(), in_order(vec![status("PROCESSED")]))),
        ("fetching-unreadable", after(upload(), in_order(vec![status("PROCESSED"), unknown(Some("<html>"))]))),
        ("stalled", after(upload(), in_order(vec![failed(Certainty::Refused, 403)]))),
        ("ended-decided", after(upload(), in_order(vec![status("PROCESSED"), details("PROCESSED")]))),
        ("ended-expired-details", after(upload(), in_order(vec![status("PROCESSED"), details("SESSION_EXPIRED")]))),
        ("ended-not-opened", after(upload(), vec![failed(Certainty::Refused, 400)])),
        ("ended-refused", after(upload(), vec![opened(), failed(Certainty::Refused, 413), status("INITIATED")])),
        ("ended-account-unknown", after(upload(), vec![unknown(Some("<html>"))])),
        ("ended-upload-unknown", after(upload(), vec![opened(), part(), unknown(None)])),
    ]
}

/// States that the first version of the saved form cannot hold.
fn later_states() -> Vec<(&'static str, Flow)> {
    let kept = |path: &str| Done::Succeeded(Reply::Kept(KeptFile::new(path, 7, [7; 32], Some("image/png".to_owned()))));
    let spec = |restarts| {
        let mut spec = Spec::person(request()).keeping(Keep::parts("/kept").and_report().then_erase());
        (spec.policy.restarts, spec.policy.repeat_unknown_account) = (restarts, true);
        spec.policy.rules = vec![Rule::decision("PASSED", Verdict::Stored).and_label("OK")];
        spec
    };
    let flow = |restarts| Flow::new(spec(restarts));
    let ended = || vec![opened(), status("PROCESSED"), details_with_a_part()];
    let events = |mut flow: Flow, events: Vec<Event>| {
        events.into_iter().for_each(|event| step(&mut flow, event, now()));
        flow
    };
    let told = || Told::new(Some(WorkflowStatus::Processed)).by_attempt(1);
    let named = || told().about(Some("a1".into()), Some("w1".into()));
    let judged = Resolution::Means { verdict: Verdict::Review, by: By::new("clerk", "looks odd") };
    let adopted = Flow::new(Spec::adopted(request(), "a".into(), "w".into()));
    vec![
        ("keeping", after(flow(0), ended())),
        (
            "erasing",
            after(flow(0), ended().into_iter().chain([kept("/kept/w/c-1"), kept("/kept/w/report.pdf")]).collect()),
        ),
        ("restarted", after(flow(1), vec![opened(), status("TOKEN_EXPIRED")])),
        ("attempt-repeated-stray", events(after(flow(0), vec![unknown(None)]), vec![Event::Hint(named())])),
        ("judged", events(after(flow(0), ended()), vec![Event::Resolve(judged)])),
        ("cancelled", events(after(flow(0), vec![opened()]), vec![Event::Cancel { erase: true }])),
        ("result-told", events(after(flow(0), vec![opened()]), vec![Event::Hint(told())])),
        ("adopted", adopted),
    ]
}

/// States that the second version cannot hold.
fn latest_states() -> Vec<(&'static str, Flow)> {
    let mut looked_at_again = after(upload(), vec![opened(), failed(Certainty::Refused, 413), status("PROCESSED")]);
    looked_at_again = after(looked_at_again, vec![details("PROCESSED")]);
    step(&mut looked_at_again, Event::Hint(Told::new(Some(WorkflowStatus::Processed)).by_attempt(1)), now());
    vec![("looked-at-again", looked_at_again)]
}

fn details_with_a_part() -> Done {
    let text = r#"{"workflow":{"id":"w","status":"PROCESSED","definitionKey":"10170"},"account":{"id":"a"},
        "credentials":[{"id":"c","category":"DOCUMENT","parts":[{"classifier":"1","href":"https://retrieval.example/1"}]}],
        "decision":{"type":"PASSED"},"capabilities":{}}"#;
    Done::Succeeded(Reply::Details(Box::new(Raw::read(text).unwrap())))
}

#[test]
fn what_is_written_does_not_change() {
    let bless = std::env::var_os("JUMIO_BLESS_SAVED").is_some();
    let before = states().into_iter().chain(later_states()).map(|state| ("v2", state));
    for (version, (name, flow)) in before.chain(latest_states().into_iter().map(|state| ("v3", state))) {
        let written = String::from_utf8(write(&flow).unwrap()).unwrap() + "\n";
        let path = folder(version).join(name).with_extension("json");
        if bless && !path.exists() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &written).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(written, golden, "{name}: the saved form changed; it needs a new version");
    }
}

/// And written back as it was: a worker of the version before goes on with it.
#[test]
fn every_saved_state_is_read() {
    let files = ["v1", "v2", "v3"].map(|version| std::fs::read_dir(folder(version)).unwrap());
    let mut count = 0;
    for entry in files.into_iter().flatten() {
        let path = entry.unwrap().path();
        let saved = std::fs::read(&path).unwrap();
        let flow = read(&saved).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(write(&flow).unwrap(), saved.trim_ascii_end(), "{}", path.display());
        count += 1;
    }
    assert_eq!(
        count,
        20 + states().len() + later_states().len() + latest_states().len(),
        "a file for each state, and no other"
    );
}
