//! Being asked to stop: what is under way is not cut off, and the flow goes on later.
#![cfg(unix)]

use std::process::{Child, Command};
use std::time::Duration;

use jumio_simulator::{Fault, FaultKind};

use crate::support::{Jumio, finish, simulator, until, until_struck};

const JOB: &str = "prove bank-statement.pdf --type BS --country USA";

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
}

#[test]
fn the_flow_is_saved_and_goes_on() {
    let simulator = simulator(|builder| builder.processing_delay(Duration::from_secs(3600)));
    for (number, name) in ["-INT", "-TERM", "-HUP"].into_iter().enumerate() {
        let jumio = Jumio::new();
        let child = jumio.command_at(&simulator, JOB).spawn().unwrap();
        until(&simulator, |all| all.get(number).is_some_and(|one| one.succeeded("finalize") > 0));
        signal(&child, name);
        finish(child).ends(130).tells(&["NOT FINISHED", "nothing is lost", "jumio resume"]);
        simulator.advance(Duration::from_secs(3600)).unwrap();
        jumio.run_at(&simulator, "resume").ends(0).tells(&["PASSED"]);
    }
}

#[test]
fn a_call_that_must_not_be_cut_off_is_not() {
    // The upload takes some time: the interruption falls into it.
    let slow = Fault::new("upload_document", FaultKind::Delay(Duration::from_secs(2)));
    let simulator = simulator(|builder| builder.fault(slow));
    let jumio = Jumio::new();
    let child = jumio.command_at(&simulator, JOB).spawn().unwrap();
    until_struck(&simulator);
    signal(&child, "-INT");
    finish(child).ends(130).tells(&["stopping when the call under way is over", "is in"]);
    assert_eq!(simulator.transactions()[0].succeeded("upload_document"), 1);
    assert_eq!(simulator.transactions()[0].succeeded("finalize"), 0, "no new call begins");
    jumio.run_at(&simulator, "resume").ends(0).tells(&["PASSED"]);
    assert_eq!(simulator.transactions()[0].succeeded("upload_document"), 1);
}
