//! The main job: a document in, a decision out, with the simulator inside the process.

use crate::support::Jumio;

const JOB: &str = "prove bank-statement.pdf --type BS --country USA --simulator";

#[test]
fn a_document_becomes_a_decision() {
    let jumio = Jumio::new();
    let ran = jumio.run(JOB);
    ran.ends(0).tells(&[
        "token          access token received",
        "opened on account",
        "bank-statement.pdf (3.47 KiB) is in",
        "finalize",
        "callback       says PROCESSED",
        "details        received",
        "PASSED: stored, not verified",
        "risk score 0",
        "label PASSED",
        "completed 2",
        "1 part: DOCUMENT 1",
    ]);
    assert!(ran.stdout.lines().all(|line| line.starts_with("SIMULATED")), "{}", ran.stdout);
    assert_eq!(ran.stderr, "");

    let simulator = jumio.simulator();
    let transactions = simulator.transactions();
    assert_eq!(transactions.len(), 1);
    assert_eq!(transactions[0].customer_internal_reference, ran.flow());
    let calls: Vec<_> = transactions[0].calls.iter().map(|call| (call.endpoint.as_str(), call.status)).collect();
    // The callback brings the details at once, without a status.
    let expected = ["create_account", "upload_document", "finalize", "get_details"].map(|endpoint| (endpoint, 200));
    assert_eq!(calls, expected);
    assert_eq!(transactions[0].callbacks[0].answers, ["200"]);
}

#[test]
fn json_is_one_object_with_the_same_story() {
    let ran = Jumio::new().run(&format!("{JOB} --json --reference order-17 --user-reference person-4"));
    ran.ends(0);
    assert_eq!((ran.stderr.as_str(), ran.stdout.lines().count()), ("", 1));
    let object = ran.json();
    assert_eq!(object["simulated"], true);
    assert_eq!(object["reference"], "order-17");
    assert_eq!(object["decision"]["type"], "PASSED");
    assert_eq!(object["decision"]["risk_score"], 0.0);
    assert_eq!(object["outcome"], "stored");
    assert_eq!(object["ending"], "decided");
    assert_eq!(object["parts"][0]["category"], "DOCUMENT");
    assert_eq!(object["details"]["workflow"]["userReference"], "person-4");
    assert_eq!(object["details"]["account"]["id"], object["account_id"]);
    assert_eq!((&object["exit"], &object["exit_code"]), (&"passed".into(), &0.into()));
}

#[test]
fn several_files_are_several_uploads_or_one_merged() {
    let jumio = Jumio::new();
    let files = "prove utility-bill.png utility-bill-page-2.jpg --type utility-bill --country de --simulator";
    jumio.run(files).ends(0).tells(&["file 1 of 2", "file 2 of 2", "2 parts: DOCUMENT 1, DOCUMENT 2"]);
    jumio.run(&format!("{files} --merge")).ends(0).tells(&["merged 2 files into one PDF", "1 part: DOCUMENT 1"]);
    assert!(!jumio.folder.path().join("flows.db.files").exists(), "the merged file lies about");

    let simulator = jumio.simulator();
    let uploads: Vec<_> =
        simulator.transactions().iter().map(|transaction| transaction.succeeded("upload_document")).collect();
    assert_eq!(uploads, [2, 1]);
}

#[test]
fn prepared_data_goes_before_the_document() {
    let jumio = Jumio::new();
    let data = jumio.folder.path().join("data.json");
    std::fs::write(&data, r#"{"firstName": "Jane", "lastName": "Doe"}"#).unwrap();
    let ran = jumio.run(&format!("{JOB} --prepared-data {}", data.display()));
    ran.ends(0).tells(&["prepared data  taken"]);
    assert!(!ran.text().contains("Jane"), "{}", ran.text());
    let simulator = jumio.simulator();
    let calls: Vec<_> = simulator.transactions()[0].calls.iter().map(|call| call.endpoint.clone()).collect();
    assert_eq!(calls[1..3], ["upload_prepared_data", "upload_document"]);
}

#[test]
fn an_existing_account_gets_another_transaction() {
    let jumio = Jumio::new();
    let first = jumio.run(&format!("{JOB} --json")).json();
    let account = first["account_id"].as_str().unwrap();
    let second = jumio.run(&format!("{JOB} --json --existing-account {account}"));
    second.ends(0);
    assert_eq!(second.json()["account_id"], account);
    assert_ne!(second.json()["workflow_execution_id"], first["workflow_execution_id"]);

    let unknown = jumio.run(&format!("{JOB} --existing-account 11111111-2222-3333-4444-555555555555"));
    unknown.ends(13).tells(&["NOT OPENED", "404", "--existing-account", "trying again  safe"]);
    assert_eq!(jumio.simulator().transactions().len(), 2);
}

#[test]
fn a_closed_stdout_stops_nothing() {
    let jumio = Jumio::new();
    let mut child = jumio.command(JOB).spawn().unwrap();
    drop(child.stdout.take());
    crate::support::finish(child).ends(0);
}

#[test]
fn the_help_tells_every_exit_code() {
    let jumio = Jumio::new();
    for line in ["--help", "prove --help", "resume --help"] {
        jumio.run(line).ends(0).tells(&[
            "Exit codes:",
            "  0  decision PASSED",
            "130  interrupted",
            "JUMIO_CLIENT_SECRET",
        ]);
    }
    jumio.run("--version").ends(0).tells(&["jumio 0."]);
}
