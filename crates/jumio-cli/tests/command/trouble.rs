//! What goes wrong at the other end: each step, each kind of failure, its exit code and what the person is told.

use std::time::Duration;

use jumio_simulator::{Fault, FaultKind};

use crate::support::{Jumio, always, simulator};

const JOB: &str = "prove bank-statement.pdf --type BS --country USA";

#[test]
fn a_wrong_secret() {
    let simulator = simulator(|builder| builder);
    let jumio = Jumio::new();
    let run = |line: &str| {
        let mut command = jumio.command_at(&simulator, line);
        crate::support::finish(command.env("JUMIO_CLIENT_SECRET", "hunter2").spawn().unwrap())
    };
    let ran = run(JOB);
    ran.ends(13).tells(&[
        "token, status 401",
        "JUMIO_CLIENT_SECRET",
        "trying again  safe",
        "safe to run the same command again",
    ]);
    assert!(!ran.text().contains("hunter2"), "{ran:?}");
    assert!(ran.stderr.lines().all(|line| line.starts_with("SIMULATED")), "the simulator says what it is: {ran:?}");
    let object = run(&format!("{JOB} --json")).json();
    assert_eq!((&object["error"]["step"], &object["error"]["status"]), (&"token".into(), &401.into()));
    assert_eq!((&object["safe_to_retry"], &object["ending"]), (&true.into(), &"not_opened".into()));
    assert!(simulator.transactions().is_empty());
}

#[test]
fn a_host_that_does_not_answer() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let jumio = Jumio::new();
    let mut command = jumio.command(&format!("{JOB} --base-url http://127.0.0.1:{port}"));
    command.env("JUMIO_CLIENT_ID", "id").env("JUMIO_CLIENT_SECRET", "hunter2");
    let ran = crate::support::finish(command.spawn().unwrap());
    ran.ends(13).tells(&[
        "no connection to 127.0.0.1",
        "then once more",
        "HTTPS_PROXY",
        "safe to run the same command again",
    ]);
}

#[test]
fn a_wait_that_ends_between_two_tries_tells_why_it_waits() {
    let mut command = Jumio::new().command(&format!("{JOB} --base-url http://127.0.0.1:9 --wait 500ms --json"));
    command.env("JUMIO_CLIENT_ID", "id").env("JUMIO_CLIENT_SECRET", "hunter2");
    let ran = crate::support::finish(command.spawn().unwrap());
    ran.ends(16);
    let object = ran.json();
    assert_eq!((&object["error"]["step"], &object["error"]["certainty"]), (&"token".into(), &"not_sent".into()));
    assert_eq!(object["state"], "opening");
}

#[test]
fn a_reply_that_is_not_json() {
    let url = always(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 23\r\nconnection: close\r\n\r\n<html>Log in</html>\r\n\r\n",
    );
    let jumio = Jumio::new();
    let mut command = jumio.command(&format!("{JOB} --base-url {url}"));
    command.env("JUMIO_CLIENT_ID", "id").env("JUMIO_CLIENT_SECRET", "hunter2");
    let ran = crate::support::finish(command.spawn().unwrap());
    ran.ends(13).tells(&["not JSON", "token, status 200", "none of Jumio's"]);
}

/// A fault of a call, the code with which the flow ends, and what is told.
type Case<'a> = (FaultKind, i32, &'a [&'a str]);

fn ends(endpoint: &str, cases: &[Case<'_>]) {
    std::thread::scope(|threads| {
        for (kind, code, words) in cases {
            threads.spawn(move || {
                let simulator = simulator(|builder| builder.fault(Fault::new(endpoint, kind.clone())));
                Jumio::new().run_at(&simulator, JOB).ends(*code).tells(words);
                let accounts = simulator.transactions();
                assert!(accounts.len() <= 1, "{endpoint} {kind:?}");
                assert!(
                    accounts.iter().all(|account| account.succeeded("upload_document") <= 1),
                    "{endpoint} {kind:?}"
                );
            });
        }
    });
}

fn problem(status: u16) -> FaultKind {
    FaultKind::problem(status, "What Jumio calls it", "and why")
}

const SAID: &str = "What Jumio calls it: and why";

#[test]
fn the_account_call() {
    let unknown = ["OUTCOME OF THE ACCOUNT CALL UNKNOWN", "trying again  not safe", "portal", "--again"];
    ends(
        "create_account",
        &[
            (problem(400), 13, &["NOT OPENED", SAID, "account, status 400", "--country", "trying again  safe"]),
            (problem(403), 13, &["NOT OPENED", SAID, "account, status 403", "JUMIO_USER_AGENT", "permissions"]),
            (problem(404), 13, &["NOT OPENED", SAID, "account, status 404", "address"]),
            (problem(500), 11, &unknown),
            (FaultKind::ResetAfter, 11, &unknown),
            (FaultKind::Garbage(b"<html>".to_vec()), 11, &unknown),
            (problem(429), 0, &["429", "then once more", "PASSED"]),
        ],
    );
}

/// Proves R9.
/// A call that is not repeated in doubt arrives once, however long the storm.
#[test]
fn a_storm_of_503_is_met_by_the_policys_tries_alone() {
    std::thread::scope(|threads| {
        for (endpoint, code) in [("create_account", 11), ("upload_document", 12)] {
            threads.spawn(move || {
                let simulator = simulator(|builder| builder.fault(Fault::new(endpoint, problem(503)).always()));
                Jumio::new().run_at(&simulator, JOB).ends(code);
                simulator.requests().of(endpoint).exactly(1);
            });
        }
    });
}

#[test]
fn an_upload() {
    let unknown = ["OUTCOME OF AN UPLOAD UNKNOWN", "trying again  not safe", "not finalized", "--again"];
    let refused = ["REFUSED BY JUMIO", SAID, "upload, status 4", "expires by itself"];
    ends(
        "upload_document",
        &[
            (problem(503), 12, &unknown),
            (FaultKind::ResetAfter, 12, &unknown),
            (FaultKind::ResetBefore, 12, &unknown),
            (problem(400), 14, &refused),
            (problem(403), 14, &refused),
            (problem(404), 14, &refused),
            (problem(413), 14, &refused),
            (problem(429), 0, &["PASSED"]),
        ],
    );
}

#[test]
fn after_the_upload() {
    ends(
        "finalize",
        &[(problem(403), 14, &["REFUSED BY JUMIO", "finalize, status 403"]), (problem(500), 0, &["PASSED"])],
    );
    ends("get_status", &[(problem(500), 0, &[SAID, "PASSED"])]);
    ends(
        "get_details",
        &[(problem(404), 0, &[SAID, "PASSED"]), (FaultKind::Garbage(b"{}".to_vec()), 0, &["cannot be read", "PASSED"])],
    );
}

#[test]
fn a_stalled_flow_says_what_it_needs_and_goes_on() {
    let refusal = || Fault::new("get_status", FaultKind::problem(403, "Forbidden", "no such permission")).always();
    let simulator = simulator(|builder| builder.fault(refusal()));
    let jumio = Jumio::new();
    let ran = jumio.run_at(&simulator, JOB);
    ran.ends(15).tells(&[
        "STALLED",
        "no such permission",
        "permissions",
        "jumio resume",
        "--base-url http://127.0.0.1",
    ]);
    simulator.clear_faults();
    let flow = ran.flow();
    jumio.run_at(&simulator, &format!("resume {}", &flow[..8])).ends(0).tells(&["resumed", "PASSED"]);
    // A flow that is over is told again, and nothing is done.
    jumio.run_at(&simulator, &format!("resume {flow}")).ends(0).tells(&["PASSED"]);
    assert_eq!(simulator.transactions()[0].succeeded("get_details"), 1);
}

#[test]
fn other_words_from_outside_act_on_no_terminal() {
    let kind = FaultKind::problem(400, "\u{1b}[2Kgone", "back\u{202e}wards\u{7}");
    let simulator = simulator(|builder| builder.fault(Fault::new("create_account", kind)));
    for line in [JOB.to_owned(), format!("{JOB} --json")] {
        let ran = Jumio::new().run_at(&simulator, &line);
        assert!(!ran.text().contains(['\u{1b}', '\u{202e}', '\u{7}']), "{ran:?}");
    }
}

#[test]
fn waiting_ends_and_the_flow_goes_on_later() {
    let simulator = simulator(|builder| builder.processing_delay(Duration::from_secs(3600)));
    let jumio = Jumio::new();
    let ran = jumio.run_at(&simulator, &format!("{JOB} --wait 1s"));
    ran.ends(16).tells(&["NOT FINISHED", "Jumio is at work", "jumio resume"]);
    simulator.advance(Duration::from_secs(3600)).unwrap();
    jumio.run_at(&simulator, "resume").ends(0).tells(&["stands at awaiting_result", "PASSED"]);
    assert_eq!(simulator.transactions().len(), 1);
}

#[test]
fn the_log_tells_steps_and_no_secret() {
    let simulator = simulator(|builder| builder);
    let ran = Jumio::new().run_at(&simulator, &format!("{JOB} --log trace --user-reference person-4711"));
    ran.ends(0);
    assert!(ran.stderr.contains("create_account"), "{}", ran.stderr);
    for secret in [simulator.client_secret(), "Bearer", "Basic", "eyJ", "person-4711"] {
        assert!(!ran.text().contains(secret), "{secret}");
    }
}

#[test]
fn roles_may_be_elsewhere_and_callbacks_may_be_listened_for() {
    let simulator = simulator(|builder| builder);
    let jumio = Jumio::new();
    let here = simulator.base_url();
    let roles: Vec<_> = ["auth", "account", "api", "retrieval"].map(|role| format!("--{role}-url {here}")).into();
    // Nobody listens at port 9 of this machine.
    let line = format!("{JOB} --base-url http://127.0.0.1:9 {} --listen 127.0.0.1:0", roles.join(" "));
    let mut command = jumio.command(&line);
    command.env("JUMIO_CLIENT_ID", simulator.client_id()).env("JUMIO_CLIENT_SECRET", simulator.client_secret());
    let ran = crate::support::finish(command.spawn().unwrap());
    ran.ends(0).tells(&["callback       says PROCESSED", "PASSED"]);
    jumio.run("list").tells(&["PASSED"]);

    let elsewhere = jumio.run_at(&simulator, &format!("{JOB} --callback-url http://127.0.0.1:9/nobody"));
    elsewhere.ends(0).tells(&["PASSED"]);
    assert!(!elsewhere.text().contains("callback  "), "{elsewhere:?}");
    assert_eq!(simulator.transactions()[1].callbacks.len(), 1);
}

#[test]
fn two_commands_do_not_share_a_simulator_at_once() {
    let jumio = Jumio::new();
    jumio.run(&format!("{JOB} --simulator")).ends(0);
    let held = jumio.simulator();
    jumio.run(&format!("{JOB} --simulator")).ends(1).tells(&["in use", "--db"]);
    drop(held);
    jumio.run(&format!("{JOB} --simulator")).ends(0);
}
