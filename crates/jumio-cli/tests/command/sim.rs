//! `jumio sim`: the simulator as a command, and that what comes from it is marked also where somebody else started it.

use std::io::{BufRead as _, BufReader};
use std::process::Command;

use serde_json::Value;

use crate::support::{Jumio, finish};

#[test]
fn it_plays_jumio_until_it_is_told_to_end() {
    let jumio = Jumio::new();
    let mut child = jumio.command("sim --port 0 --json --processing-delay 50ms").spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let text = |name: &str| ready[name].as_str().unwrap().to_owned();

    let job = format!("prove bank-statement.pdf --type BS --country USA --base-url {}", text("baseUrl"));
    let mut prove = jumio.command(&job);
    prove.env("JUMIO_CLIENT_ID", text("clientId")).env("JUMIO_CLIENT_SECRET", text("clientSecret"));
    let ran = finish(prove.spawn().unwrap());
    ran.ends(0).tells(&["SIMULATED  PASSED"]);
    // What is said before the first answer cannot know; everything after it does.
    let mut marked =
        ran.stdout.lines().skip_while(|line| !line.starts_with("SIMULATED")).filter(|line| !line.is_empty());
    assert!(marked.clone().count() >= 5 && marked.all(|line| line.starts_with("SIMULATED")), "{}", ran.stdout);

    let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(lines.next().is_none(), "one line and no more");
    assert!(!jumio.database().with_extension("db.simulator").exists());
}

#[test]
fn a_wrong_option_is_explained() {
    let ran = Jumio::new().run("sim --processing-delay soon");
    ran.ends(2).tells(&["500ms"]);
}
