//! Where the client's secret comes from, and that nothing secret can be seen: neither by others on the machine in the list of
//! processes, nor in what is printed.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use jumio_simulator::Simulator;

use crate::support::{Jumio, Ran, finish, simulator, until};

const JOB: &str = "prove bank-statement.pdf --type BS --country USA --log trace";

/// So long that the command works until the test has looked, and less than an access token lives.
const PROCESSING: Duration = Duration::from_secs(1800);

/// The command lines of all processes, as anybody on this machine can read them.
fn process_list() -> String {
    let processes =
        fs::read_dir("/proc").unwrap().filter_map(|entry| fs::read(entry.ok()?.path().join("cmdline")).ok());
    processes.map(|line| String::from_utf8_lossy(&line).replace('\0', " ") + "\n").collect()
}

/// Runs the command with a secret on its stdin, looks at the process list while it works, and lets it end.
fn watched(simulator: &Simulator, mut command: Command, stdin: &str) -> Ran {
    let before = simulator.transactions().len();
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    until(simulator, |all| all.get(before).is_some_and(|one| one.succeeded("finalize") > 0));
    let list = process_list();
    assert!(list.contains("--log trace") && !list.contains(simulator.client_secret()), "{list}");
    simulator.advance(PROCESSING).unwrap();
    finish(child)
}

/// Proves P9.
#[test]
fn the_secret_comes_by_environment_file_or_stdin_and_is_seen_nowhere() {
    for way in ["environment", "file", "stdin", "json"] {
        // Its clock goes on, and a token that it has given out is given again.
        let simulator = simulator(|builder| builder.processing_delay(PROCESSING));
        let jumio = Jumio::new();
        let file = jumio.folder.path().join("secret");
        fs::write(&file, format!("{}\n", simulator.client_secret())).unwrap();
        let (option, stdin) = match way {
            "file" => (format!(" --client-secret-file {}", file.display()), ""),
            "stdin" => (" --client-secret-file -".to_owned(), simulator.client_secret()),
            "json" => (" --json".to_owned(), ""),
            _ => (String::new(), ""),
        };
        let mut command = jumio.command_at(&simulator, &format!("{JOB}{option}"));
        if way == "file" || way == "stdin" {
            command.env_remove("JUMIO_CLIENT_SECRET");
        }
        let ran = watched(&simulator, command, stdin);
        ran.ends(0).tells(&["jumio.call"]);
        let text = ran.text();
        assert!(!text.contains(simulator.client_secret()), "{way}: the secret came out: {ran:#?}");
        // Every token of the simulator is a JWT, also those in links.
        assert!(!text.contains("eyJ"), "{way}: a token came out: {ran:#?}");
    }
}
