//! Killed at any moment, the command goes on or says plainly what nobody knows: never a second account, never a second copy
//! of a page.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
use std::time::Duration;

use jumio_simulator::{Fault, FaultKind};

use crate::support::{Jumio, finish, simulator, until_struck};

const JOB: &str = "prove bank-statement.pdf --type BS --country USA";
const ALLOWED: [i32; 4] = [0, 10, 11, 12];

/// Kills the command when it has printed so many lines and then some time more, and goes on.
fn killed_after(lines: usize, and: Duration) {
    let jumio = Jumio::new();
    let mut child = jumio.command(&format!("{JOB} --simulator")).spawn().unwrap();
    let stdout = child.stdout.take().unwrap();
    let read = BufReader::new(stdout).lines().take(lines).count();
    std::thread::sleep(and);
    child.kill().unwrap();
    let killed = finish(child);
    let case = format!("killed after {read} lines and {and:?}");

    let began = jumio.database().exists() && jumio.run("list --json").json()["flows"].as_array().unwrap().len() == 1;
    if began {
        let refused = jumio.run(&format!("{JOB} --simulator"));
        // It may have come to its end just before.
        assert!([0, 17].contains(&refused.code.unwrap()), "{case}: {refused:?}");
        if refused.code == Some(17) {
            let resumed = jumio.run("resume --simulator");
            let code = resumed.code.unwrap();
            assert!(ALLOWED.contains(&code), "{case}: {killed:?} {resumed:?}");
            if code != 0 {
                resumed.tells(&["UNKNOWN", "what to do"]);
            }
        }
    }
    let transactions = jumio.simulator().transactions();
    let mut references: Vec<_> = transactions.iter().map(|one| one.customer_internal_reference.as_str()).collect();
    references.sort_unstable();
    references.dedup();
    assert_eq!(references.len(), transactions.len(), "{case}: a flow opened two transactions");
    for transaction in transactions {
        assert!(transaction.succeeded("upload_document") <= 1, "{case}: a second copy of a page");
    }
}

#[test]
fn killed_at_any_moment() {
    std::thread::scope(|threads| {
        for lines in 1..=9 {
            for millis in [0, 7] {
                threads.spawn(move || killed_after(lines, Duration::from_millis(millis)));
            }
        }
    });
}

/// Killed while this call is under way, which the simulator holds for a moment.
fn killed_in(endpoint: &'static str, code: i32) {
    let hold = Duration::from_secs(3);
    let simulator = simulator(|builder| builder.fault(Fault::new(endpoint, FaultKind::Delay(hold))));
    let jumio = Jumio::new();
    let mut child = jumio.command_at(&simulator, JOB).spawn().unwrap();
    until_struck(&simulator);
    child.kill().unwrap();
    let killed = finish(child);
    simulator.clear_faults();
    let resumed = jumio.run_at(&simulator, "resume");
    assert_eq!(resumed.code, Some(code), "{endpoint}: {killed:#?} {resumed:#?}");
    // Whatever was held is done by now, or never will be: the resumed one waited for the dead one's lease.
    let transactions = simulator.transactions();
    assert!(transactions.len() <= 1, "{endpoint}: a second account");
    for transaction in transactions {
        assert!(transaction.succeeded("upload_document") <= 1, "{endpoint}: a second copy");
        let finalized = transaction.succeeded("finalize");
        assert!(code == 0 || finalized == 0, "{endpoint}: finalized on a guess");
    }
}

/// Proves U6.
#[test]
fn killed_in_the_middle_of_a_call() {
    let cases =
        [("create_account", 11), ("upload_document", 12), ("finalize", 0), ("get_status", 0), ("get_details", 0)];
    std::thread::scope(|threads| {
        for (endpoint, code) in cases {
            threads.spawn(move || killed_in(endpoint, code));
        }
    });
}
