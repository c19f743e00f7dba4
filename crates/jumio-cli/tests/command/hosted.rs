//! The hosted channel: a link or a token is handed out, and the flow waits for the person.

use jumio_simulator::{Fault, FaultKind};

use crate::support::{Jumio, finish, fixtures, simulator, upload_by_hand};
use std::io::{BufRead as _, BufReader};

const JOB: &str = "prove --type BS --country USA --simulator";

#[test]
fn a_person_uploads_behind_the_link() {
    let jumio = Jumio::new();
    let mut child = jumio.command(&format!("{JOB} --link --token-lifetime 2h")).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.contains("/web/client?")).expect("a link");
    let link = line.split_whitespace().last().unwrap();
    let reply = upload_by_hand(link, &fixtures().join("bank-statement.pdf"));
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    let rest: Vec<String> = lines.collect();
    let ran = finish(child);
    assert_eq!(ran.code, Some(0), "{rest:#?} {ran:?}");
    for words in ["the lifetime that was asked for", "callback       says PROCESSED", "stored, not verified"] {
        assert!(rest.iter().any(|line| line.contains(words)), "{words}: {rest:#?}");
    }
}

#[test]
fn a_link_outlives_the_wait_and_resume_shows_it_again() {
    let jumio = Jumio::new();
    let ran = jumio.run(&format!("{JOB} --link --wait 1s --json"));
    ran.ends(16);
    let object = ran.json();
    let link = object["link"].as_str().unwrap();
    let early: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!((early["link"].as_str(), &early["flow"]), (Some(link), &object["flow"]));
    // No lifetime was asked for: the token itself tells.
    assert!(object["expires_at"].is_string() && object["sdk_token"].is_null(), "{object}");
    assert_eq!((&object["state"], &object["ending"]), (&"awaiting_person".into(), &serde_json::Value::Null));
    jumio.run("resume --simulator --wait 1s").ends(16).tells(&[
        link,
        "as its token says",
        "the person has not finished",
    ]);
}

#[test]
fn a_link_that_nobody_used_expires() {
    let simulator = simulator(|builder| builder);
    let jumio = Jumio::new();
    jumio.run_at(&simulator, "prove --type BS --country USA --link --token-lifetime 5m --wait 1s").ends(16);
    simulator.advance(std::time::Duration::from_secs(301)).unwrap();
    // Resuming looks at once: the next look by the clock would be far off.
    let ran = jumio.run_at(&simulator, "resume");
    ran.ends(10).tells(&["EXPIRED", "nobody began", "--token-lifetime"]);
}

#[test]
fn an_sdk_token_comes_with_a_warning() {
    let ran = Jumio::new().run(&format!("{JOB} --sdk-token --wait 1s"));
    ran.ends(16).tells(&["SDK token", "this is a secret"]);
    assert!(!ran.text().contains("/web/client"), "the link was not asked for: {}", ran.text());
}

#[test]
fn without_a_way_in_nobody_waits() {
    let reply = r#"{"account":{"id":"a"},"workflowExecution":{"id":"w","credentials":[]}}"#;
    let answer = FaultKind::Answer { status: 200, headers: Vec::new(), body: reply.to_owned() };
    let simulator = simulator(|builder| builder.fault(Fault::new("create_account", answer)));
    let ran = Jumio::new().run_at(&simulator, "prove --type BS --country USA --link");
    ran.ends(16).tells(&["Jumio gave no link", "portal"]);
}
