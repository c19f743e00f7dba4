//! The same document a second time, flows of other places, and the list.

use std::time::Duration;

use jumio_simulator::{Fault, FaultKind};

use crate::support::{Jumio, simulator};

const JOB: &str = "prove bank-statement.pdf --type BS --country USA";

#[test]
fn an_unfinished_flow_refuses_a_second_one() {
    let simulator = simulator(|builder| builder.processing_delay(Duration::from_secs(3600)));
    let jumio = Jumio::new();
    let first = jumio.run_at(&simulator, &format!("{JOB} --wait 1s"));
    first.ends(16);
    let flow = first.flow();
    let copy = jumio.folder.path().join("the same under another name.pdf");
    std::fs::copy(crate::support::fixtures().join("bank-statement.pdf"), &copy).unwrap();
    let mut second = jumio.command_at(&simulator, "prove --type bs --country us");
    second.arg(&copy);
    crate::support::finish(second.spawn().unwrap()).ends(17).tells(&[&flow, "jumio resume", "--again"]);
    let object = jumio.run_at(&simulator, &format!("{JOB} --json")).json();
    assert_eq!((&object["flow"], &object["exit_code"]), (&flow.as_str().into(), &17.into()));
    // A type that was corrected opens no second transaction in silence.
    jumio.run_at(&simulator, "prove bank-statement.pdf --type UB --country CAN --wait 1s").ends(17);
    // Another document is another matter, and so is the simulator.
    jumio.run_at(&simulator, "prove utility-bill.png --type UB --country USA --wait 1s").ends(16);
    jumio.run(&format!("{JOB} --simulator")).ends(0);
    assert_eq!(simulator.transactions().len(), 2);
    jumio.run_at(&simulator, &format!("{JOB} --again --wait 1s")).ends(16);
    assert_eq!(simulator.transactions().len(), 3);
}

#[test]
fn a_flow_whose_end_nobody_knows_refuses_too() {
    let lost = Fault::new("create_account", FaultKind::ResetAfter);
    let simulator = simulator(|builder| builder.fault(lost));
    let jumio = Jumio::new();
    let flow = jumio.run_at(&simulator, JOB).ends(11).flow();
    jumio.run_at(&simulator, JOB).ends(17).tells(&["nobody knows", &flow, "--again"]);
    jumio.run_at(&simulator, &format!("resume {flow}")).ends(11).tells(&["UNKNOWN", "portal"]);
    assert_eq!(simulator.transactions().len(), 1, "looking at it makes no second account");
    jumio.run_at(&simulator, &format!("{JOB} --again")).ends(0);
}

#[test]
fn flows_of_another_place_are_left_alone_and_named() {
    let simulator = simulator(|builder| builder.processing_delay(Duration::from_secs(3600)));
    let jumio = Jumio::new();
    let flow = jumio.run_at(&simulator, &format!("{JOB} --wait 1s")).ends(16).flow();
    let there = format!("--base-url {}", simulator.base_url());
    jumio.run("resume --simulator").ends(0).tells(&["nothing to resume", "1 unfinished flow belongs", &there]);
    jumio.run(&format!("resume {flow} --simulator")).ends(2).tells(&["belongs to http://127.0.0.1", &there]);
    jumio.run("resume nonsense --simulator").ends(2).tells(&["there is no flow `nonsense`", "jumio list"]);

    let list = jumio.run("list");
    list.ends(0).tells(&[&flow, "Jumio is at work", &there]);
    let object = jumio.run("list --json").json();
    assert_eq!(object["flows"][0]["state"], "awaiting_result");
    assert_eq!(object["flows"][0]["simulated"], false);
}

#[test]
fn several_flows_are_resumed_together() {
    let simulator = simulator(|builder| builder.processing_delay(Duration::from_secs(3600)));
    let jumio = Jumio::new();
    for (file, kind) in [("bank-statement.pdf", "BS"), ("utility-bill.png", "UB")] {
        jumio.run_at(&simulator, &format!("prove {file} --type {kind} --country USA --wait 1s")).ends(16);
    }
    jumio.run_at(&simulator, "resume --wait 1s").ends(16).tells(&["Utility bill", "Bank statement"]);
    simulator.advance(Duration::from_secs(3600)).unwrap();
    let ran = jumio.run_at(&simulator, "resume --json");
    ran.ends(0);
    let object = ran.json();
    assert_eq!(object["flows"].as_array().unwrap().len(), 2);
    assert!(object["flows"].as_array().unwrap().iter().all(|flow| flow["decision"]["type"] == "PASSED"), "{object}");
}

#[test]
fn a_database_that_is_not_there_is_not_made_by_looking() {
    let jumio = Jumio::new();
    jumio.run("resume --simulator").ends(2).tells(&["there is no database", "--db"]);
    jumio.run("list").ends(0).tells(&["no flows in"]);
    assert!(!jumio.database().exists());
}
