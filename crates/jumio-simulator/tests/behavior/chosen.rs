//! Chosen outcomes: by scenario file, by the Mock Service's JSON, by a mark in an upload; and what is marked unobserved.

use jumio_simulator::{Scenario, Simulator};
use serde_json::{Value, json};

use crate::PROCESSING;
use crate::client::order;
use crate::run::{Run, SCENARIOS, asking, document, playing};

fn label<'v>(details: &'v Value, capability: &str) -> &'v str {
    details["capabilities"][capability][0]["decision"]["details"]["label"].as_str().unwrap()
}

#[test]
fn every_scenario_file_is_one_and_says_what_it_is() {
    let mut files = 0;
    for entry in std::fs::read_dir(SCENARIOS).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let scenario = Scenario::load(&path).unwrap_or_else(|error| panic!("{error}"));
            assert!(scenario.about().is_some(), "{}", path.display());
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.starts_with("# "), "{} says what it does at its top", path.display());
            files += 1;
        }
    }
    assert!(files >= 20);
}

#[tokio::test]
async fn doc_proof_only_passes_unless_a_scenario_says_so() {
    let run = Run::done(Simulator::builder(), &order()).await;
    let reply = run.get("");
    assert_eq!(reply.header("x-simulated"), Some("SIMULATED"));
    assert_eq!(reply.json()["capabilities"], json!({}));
    assert!(!run.simulator.transactions()[0].unobserved);

    let run = Run::done(playing(&["doc-proof-rejected"]), &order()).await;
    let reply = run.get("");
    assert_eq!(reply.header("x-simulated"), Some("SIMULATED; unobserved"));
    assert_eq!(reply.json()["decision"]["type"], "REJECTED");
    let record = &run.simulator.transactions()[0];
    assert!(record.unobserved);
    assert_eq!(record.played, ["doc-proof-rejected"]);

    // The same scenario says nothing of another workflow.
    let run = Run::done(playing(&["doc-proof-rejected"]), &asking("10026", &json!([document("BS")]))).await;
    assert_eq!(run.details()["decision"]["type"], "PASSED");
}

#[tokio::test]
async fn what_depends_on_a_label_follows_from_it() {
    let run = Run::done(playing(&["document-unreadable"]), &asking("10026", &json!([document("UB")]))).await;
    let details = run.details();
    assert_eq!(label(&details, "usability"), "DOCUMENT_CONTENT_NOT_SUPPORTED");
    assert_eq!(label(&details, "imageChecks"), "PRECONDITION_NOT_FULFILLED");
    assert_eq!(details["decision"]["risk"]["score"], 100.0);
    assert!(!run.simulator.transactions()[0].unobserved);
}

#[tokio::test]
async fn a_scenario_adds_a_workflow() {
    let run = Run::done(playing(&["custom-workflow"]), &asking("20001", &json!([document("UB")]))).await;
    let details = run.details();
    assert_eq!(details["workflow"]["definitionKey"], "20001");
    assert_eq!(details["capabilities"]["extraction"][0]["data"]["issuer"], "EXAMPLE WATER");
    assert_eq!(run.get("/steps").json()["steps"][0]["name"], "PROOF_OF_ADDRESS");
}

#[tokio::test]
async fn the_mock_services_json_chooses_for_one_request() {
    let mut mocked = asking("10011", &json!([]));
    let wish = json!({
        "customerInternalReference": "order-17",
        "decisionLabel": "NFC_CERTIFICATE",
        "credentialWithDecision": "ID",
        "extractionOverrides": { "firstName": "ANN", "idType": "PASSPORT" },
    });
    mocked["customerInternalReference"] = json!(wish.to_string());
    let run = Run::done(Simulator::builder(), &mocked).await;
    let details = run.details();
    assert_eq!(label(&details, "dataChecks"), "NFC_CERTIFICATE");
    assert_eq!(details["decision"]["type"], "REJECTED");
    let data = &details["capabilities"]["extraction"][0]["data"];
    assert_eq!((&data["firstName"], &data["type"]), (&json!("ANN"), &json!("PASSPORT")));
    assert_eq!(details["workflow"]["customerInternalReference"], "order-17");
    assert_eq!(run.simulator.transactions()[0].played, ["mock-service"]);

    mocked["customerInternalReference"] = json!(json!({ "decisionLabel": "NONSENSE" }).to_string());
    let refused = run.client.post_account(&mocked);
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("NONSENSE"), "{}", refused.text());
}

#[tokio::test]
async fn a_mark_in_a_file_name_chooses() {
    for (name, decision, unobserved) in [
        ("bill SIM-NOT_A_DOCUMENT.pdf", "REJECTED", false),
        ("bill SIM-WARNING.pdf", "WARNING", false),
        ("bill.pdf", "PASSED", false),
    ] {
        let run = Run::start(Simulator::builder(), &asking("10026", &json!([document("UB")]))).await;
        let url = run.account["workflowExecution"]["credentials"][0]["api"]["parts"]["document"].as_str().unwrap();
        run.upload("document", url, name);
        run.finalize();
        run.simulator.advance(PROCESSING).unwrap();
        assert_eq!(run.details()["decision"]["type"], decision, "{name}");
        assert_eq!(run.simulator.transactions()[0].unobserved, unobserved, "{name}");
    }
}

#[tokio::test]
async fn a_chosen_outcome_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let run = Run::done(
        playing(&["document-manipulated"]).state_dir(folder.path()),
        &asking("10026", &json!([document("UB")])),
    )
    .await;
    let before = run.details();
    drop(run.simulator);
    let (simulator, client) = crate::start(Simulator::builder().state_dir(folder.path())).await;
    let execution = simulator.transactions()[0].workflow_execution_id.clone();
    let after = client.get(&format!("/api/v1/workflow-executions/{execution}")).json();
    assert_eq!(after["capabilities"], before["capabilities"]);
    assert_eq!(after["decision"], before["decision"]);
}
