//! Every reply among the fixtures can be produced: each is compared, member by member and type by type, with what the
//! simulator says under some scenario.

use std::collections::{BTreeMap, BTreeSet};

use jumio_simulator::Simulator;
use jumio_simulator::variants::{
    AccountReply, ErrorBody, FinalizeReply, ReportMember, RulesReply, SeveralDocuments, UploadReply, WebLink,
};
use serde_json::{Value, json};

use crate::client::{Client, FORM, JSON, PDF, Reply, call, form, order};
use crate::run::{Run, asking, document, playing};
use crate::{HOUR, PROCESSING, start};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures");

/// What a value is made of. Lists are sets: their order is promised nowhere.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    Null,
    Flag,
    Number,
    Text,
    List(BTreeSet<Shape>),
    Object(BTreeMap<String, Shape>),
}

fn shape(value: &Value) -> Shape {
    match value {
        Value::Null => Shape::Null,
        Value::Bool(_) => Shape::Flag,
        Value::Number(_) => Shape::Number,
        Value::String(_) => Shape::Text,
        Value::Array(elements) => Shape::List(elements.iter().map(shape).collect()),
        Value::Object(members) => {
            Shape::Object(members.iter().map(|(name, value)| (name.clone(), shape(value))).collect())
        }
    }
}

/// The replies of the index.
fn replies() -> Vec<String> {
    let text = std::fs::read_to_string(format!("{FIXTURES}/index.toml")).unwrap();
    let index: toml::Table = toml::from_str(&text).unwrap();
    let files = index["file"].as_array().unwrap().iter();
    files
        .filter(|file| file["direction"].as_str() == Some("reply"))
        .map(|file| file["path"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn every_reply_of_the_fixtures_can_be_produced() {
    let paths = replies();
    assert!(paths.len() > 40, "the index is read");
    for path in paths {
        let text = std::fs::read_to_string(format!("{FIXTURES}/{path}")).unwrap();
        let Some(reply) = produced(&path).await else { panic!("no scenario for {path}") };
        match serde_json::from_str::<Value>(&text) {
            Ok(expected) => assert_eq!(shape(&reply.json()), shape(&expected), "{path}: {}", reply.text()),
            Err(_) => {
                let kind = |text: &str| (text.is_empty(), text.trim_start().starts_with("<html"));
                assert_eq!(kind(&reply.text()), kind(&text), "{path}");
                assert!(serde_json::from_slice::<Value>(&reply.body).is_err(), "{path}");
            }
        }
    }
}

async fn produced(path: &str) -> Option<Reply> {
    let (folder, file) = path.rsplit_once('/').unwrap();
    match folder.rsplit_once('/').map_or(folder, |(_, endpoint)| endpoint) {
        "token" => {
            let simulator = Simulator::start().await.unwrap();
            let (id, secret) = (simulator.client_id(), simulator.client_secret());
            let body = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
            let kind = "Content-Type: application/x-www-form-urlencoded";
            Some(call(simulator.base_url(), "POST", "/oauth2/token", &[kind], body.as_bytes()))
        }
        "create_account" | "update_account" => account(file).await,
        "upload_document" => upload(file).await,
        "upload_prepared_data" => {
            let run = Run::start(Simulator::builder(), &order()).await;
            Some(run.upload_all().remove(0))
        }
        "finalize" => {
            let run = Run::start(Simulator::builder().variant(FinalizeReply::Documented), &order()).await;
            run.upload_all();
            Some(run.finalize())
        }
        "get_status" => status(file).await,
        "get_details" => details(file).await,
        "get_steps" => {
            let run = match file {
                "reply.json" => Run::by_person(playing(&["id-and-selfie"]), &asking("10011", &json!([]))).await,
                _ => Run::by_person(playing(&["authentication-rejected"]), &asking("10014", &json!([]))).await,
            };
            Some(run.get("/steps"))
        }
        "get_rules" => Some(Run::done(Simulator::builder().variant(RulesReply::Listed), &order()).await.get("/rules")),
        "get_report" => {
            let builder = Simulator::builder().variant(ReportMember::WorkflowId);
            Some(Run::done(builder, &order()).await.get("/generate"))
        }
        "get_health" => {
            let files: &[&str] = if file == "reply-degraded.json" { &["health-degraded"] } else { &[] };
            let simulator = playing(files).start().await.unwrap();
            Some(call(simulator.base_url(), "GET", "/", &[], b""))
        }
        "problem" => problem(file).await,
        _ => None,
    }
}

async fn account(file: &str) -> Option<Reply> {
    let builder = Simulator::builder();
    let (builder, order) = match file {
        "reply.json" => (builder, order()),
        "reply-id-and-selfie.json" => {
            let mut order = asking("10011", &json!([]));
            order["web"] = json!({ "successUrl": "https://a.example/ok", "errorUrl": "https://a.example/ko" });
            (builder.variant(WebLink::App), order)
        }
        "reply-data-only.json" => (builder, asking("10008", &json!([]))),
        "reply-minimal.json" => {
            let scenario = jumio_simulator::Scenario::parse(
                "minimal",
                "[workflow.20002]\ncredentials = [\"FACEMAP\"]\n[reply.create_account]\nwithout = [\"web\", \
                 \"workflowExecution.credentials.allowedChannels\"]",
            );
            (builder.scenario(scenario.unwrap()), asking("20002", &json!([])))
        }
        "reply-two-documents.json" => {
            let (mut first, mut second) = (document("BS"), document("UB"));
            (first["label"], second["label"]) = (json!("first"), json!("second"));
            (builder.variant(SeveralDocuments::Accepted), asking("10170", &json!([first, second])))
        }
        _ => return None,
    };
    let (_simulator, client) = start(builder.variant(AccountReply::Full)).await;
    Some(client.post_account(&order))
}

async fn upload(file: &str) -> Option<Reply> {
    let form = match file {
        "reply.json" => UploadReply::Short,
        "reply-nested.json" => UploadReply::Nested,
        "reply-empty.txt" => UploadReply::Empty,
        _ => return None,
    };
    let run = Run::start(Simulator::builder().variant(form), &order()).await;
    run.upload_all();
    // The nested sample has two pages.
    run.upload_all().pop()
}

async fn status(file: &str) -> Option<Reply> {
    let wanted = file.strip_prefix("reply-")?.strip_suffix(".json")?.to_uppercase().replace('-', "_");
    let mut run = Run::start(Simulator::builder(), &order()).await;
    if wanted != "INITIATED" && wanted != "TOKEN_EXPIRED" {
        run.upload_all();
    }
    match wanted.as_str() {
        "INITIATED" => {}
        "ACQUIRED" | "PROCESSED" => {
            run.finalize();
            if wanted == "PROCESSED" {
                run.simulator.advance(PROCESSING).unwrap();
            }
        }
        "TOKEN_EXPIRED" | "SESSION_EXPIRED" => {
            run.simulator.advance(HOUR).unwrap();
            run.client = crate::sign_in(&run.simulator);
        }
        _ => return None,
    }
    let reply = run.get("/status");
    assert_eq!(reply.json()["workflowExecution"]["status"], wanted);
    Some(reply)
}

async fn details(file: &str) -> Option<Reply> {
    let none = json!([]);
    let one = |kind: &str| asking("10026", &json!([document(kind)]));
    let doc_proof = asking("10170", &json!([document("BS")]));
    let name = file.strip_suffix(".json")?.strip_prefix("reply").map(|name| name.trim_start_matches('-'))?;
    let run = match name {
        "" => Run::done(playing(&["document-stored"]), &one("BS")).await,
        "email" => Run::done(playing(&["email-passed"]), &asking("10066", &none)).await,
        "doc-proof" => without_data(&doc_proof, 1).await,
        // As printed it has no user reference.
        "doc-proof-pages" => without_data(&order(), 3).await,
        "doc-proof-wiped" => {
            let run = without_data_in(playing(&["wiped-early"]), &doc_proof, 1).await;
            run.simulator.advance(PROCESSING * 2).unwrap();
            run
        }
        "bank-statement" => Run::done(Simulator::builder(), &one("BS")).await,
        "utility-bill" => Run::done(Simulator::builder(), &one("UB")).await,
        "social-security-card" => Run::done(Simulator::builder(), &one("SSC")).await,
        "credit-card" => Run::done(Simulator::builder(), &one("CC")).await,
        "rejected-usability" => Run::done(playing(&["document-unreadable"]), &one("UB")).await,
        "rejected-image-checks" => Run::done(playing(&["document-manipulated"]), &one("UB")).await,
        "id-and-selfie" => Run::by_person(playing(&["id-and-selfie"]), &asking("10013", &none)).await,
        "warning-liveness" => {
            Run::by_person(playing(&["id-and-selfie", "id-liveness-warning"]), &asking("10013", &none)).await
        }
        "id-rejected-usability" => {
            Run::by_person(playing(&["id-and-selfie", "id-missing-signature"]), &asking("10013", &none)).await
        }
        "token-expired" => expired(Simulator::builder(), &doc_proof, HOUR).await,
        "token-expired-2023" => expired(playing(&["expired-2023"]), &asking("10013", &none), HOUR * 48).await,
        "every-member" => without_data_in(playing(&["every-member"]), &doc_proof_reported(), 1).await,
        "every-extraction-field" => {
            let order = asking("10013", &json!([document("BS")]));
            Run::by_person(playing(&["every-extraction-field"]), &order).await
        }
        "authentication" => Run::by_person(playing(&["authentication-passed"]), &asking("10014", &none)).await,
        "risk-signals" => {
            let data = json!([{ "category": "DATA", "label": "main" }]);
            Run::done(playing(&["risk-signals"]), &asking("10118", &data)).await
        }
        _ => return None,
    };
    Some(run.get(""))
}

fn doc_proof_reported() -> Value {
    let mut order = asking("10170", &json!([document("BS")]));
    order["reportingCriteria"] = json!("campaign_7");
    order
}

/// Doc Proof as its users run it: so many pages and no prepared data.
async fn without_data(order: &Value, pages: usize) -> Run {
    without_data_in(Simulator::builder(), order, pages).await
}

async fn without_data_in(builder: jumio_simulator::Builder, order: &Value, pages: usize) -> Run {
    let run = Run::start(builder, order).await;
    let document = run.account["workflowExecution"]["credentials"][1]["api"]["parts"]["document"].as_str().unwrap();
    for _ in 0..pages {
        run.upload("document", document, "page.pdf");
    }
    assert_eq!(run.finalize().status, 200);
    run.simulator.advance(PROCESSING).unwrap();
    run
}

async fn expired(builder: jumio_simulator::Builder, order: &Value, after: std::time::Duration) -> Run {
    let mut run = Run::start(builder, order).await;
    run.simulator.advance(after).unwrap();
    run.client = crate::sign_in(&run.simulator);
    run
}

async fn problem(file: &str) -> Option<Reply> {
    let form_of = |name: &str| match name {
        "message.json" => Some(ErrorBody::Message),
        "oauth.json" => Some(ErrorBody::OAuth),
        "empty.txt" => Some(ErrorBody::Empty),
        "text.txt" => Some(ErrorBody::Text),
        "gateway.html" => Some(ErrorBody::Html),
        "unauthorized.json" | "method-not-allowed.json" | "too-many-requests.json" => Some(ErrorBody::Problem),
        _ => None,
    };
    let builder = Simulator::builder().variant(form_of(file)?);
    if file == "too-many-requests.json" {
        let (_simulator, client) = start(builder.rate_limits(jumio_simulator::RateLimits::Published)).await;
        return (0..10).map(|_| client.post_account(&order())).find(|reply| reply.status == 429);
    }
    let (simulator, client) = start(builder).await;
    let base = simulator.base_url();
    if file == "method-not-allowed.json" {
        let started = client.create(&order());
        return Some(call(base, "PUT", &started.document_url, &[&started.transaction, FORM], &form("file", PDF)));
    }
    let stranger = Client { base: base.to_owned(), access: "Authorization: Bearer nobody".to_owned() };
    let reply = call(base, "POST", "/api/v1/accounts", &[&stranger.access, JSON], b"{}");
    assert_eq!(reply.status, 401);
    Some(reply)
}
