//! The program as a person starts it: what it prints is enough to go on.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::client::{Client, order};

#[test]
fn it_says_what_a_person_needs() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_jumio-simulator"))
        .args(["--port", "0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: Vec<String> = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap)
        .take_while(|line| !line.starts_with("Ctrl-C"))
        .collect();
    assert!(lines[0].starts_with("SIMULATED"), "{lines:?}");
    let word = |start: &str, index: usize| {
        let line = lines.iter().find(|line| line.trim_start().starts_with(start)).unwrap();
        line.split_whitespace().nth(index).unwrap().to_owned()
    };
    let (base, pair) = (word("address", 1), word("curl -u", 2));
    let (id, secret) = pair.split_once(':').unwrap();
    let client = Client::new(&base, id, secret);
    assert_eq!(client.post_account(&order()).status, 200);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_wrong_option_is_explained() {
    let run =
        |arguments: &[&str]| Command::new(env!("CARGO_BIN_EXE_jumio-simulator")).args(arguments).output().unwrap();
    let output = run(&["--processing-delay", "soon"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("500ms"), "{said}");

    // A file where a folder should be.
    let file = tempfile::NamedTempFile::new().unwrap();
    let output = run(&["--port", "0", "--state-dir", file.path().to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.starts_with("jumio-simulator: cannot use"), "{said}");
}

#[test]
fn a_wrong_scenario_or_variant_is_explained() {
    let run =
        |arguments: &[&str]| Command::new(env!("CARGO_BIN_EXE_jumio-simulator")).args(arguments).output().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.toml");
    std::fs::write(&file, "[outcome]\ndecision = \"MAYBE\"\n").unwrap();
    for (arguments, expected) in [
        (["--scenario", file.to_str().unwrap()], "wrong.toml, line 2: outcome.decision: must be one of PASSED"),
        (["--scenario", "no-such.toml"], "cannot read the scenario no-such.toml"),
        (["--variant", "second-finalize=maybe"], "it has same-answer, conflict, not-found"),
        (["--services", "six"], "must be one-port, port-each or by-host"),
    ] {
        let output = run(&arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(expected), "{arguments:?}: {said}");
    }
}
