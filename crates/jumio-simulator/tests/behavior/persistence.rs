//! Restarts: what was answered is still there, at the same address, also after a real kill.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use jumio_simulator::{Simulator, StartError};
use serde_json::Value;

use crate::client::{Client, JSON, PDF, call, order, try_call};
use crate::{PROCESSING, start};

/// The program, killed when it is dropped: without a signal that it could handle.
struct Program(Child);

impl Program {
    fn start(folder: &Path) -> (Self, Client) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_jumio-simulator"))
            .args(["--port", "0", "--json", "--processing-delay", "0s", "--state-dir"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let text = |name: &str| ready[name].as_str().unwrap();
        let client = Client::new(text("baseUrl"), text("clientId"), text("clientSecret"));
        (Self(child), client)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn everything_goes_on_after_an_abrupt_end() {
    let folder = tempfile::tempdir().unwrap();
    let (simulator, before) = start(Simulator::builder().state_dir(folder.path())).await;
    let started = before.create(&order());
    assert_eq!(started.upload(PDF).status, 200);
    let (base, id) = (simulator.base_url().to_owned(), simulator.client_id().to_owned());
    drop(simulator);
    assert!(try_call(&base, "GET", "/", &[], b"").is_err());

    let (simulator, after) = start(Simulator::builder().state_dir(folder.path())).await;
    assert_eq!((simulator.base_url(), simulator.client_id()), (base.as_str(), id.as_str()));
    // Both kinds of token are still good, and the fresh one is handed out again.
    assert_eq!(after.access, before.access);
    assert_eq!(started.upload(PDF).status, 200);
    assert_eq!(started.finalize().status, 200);
    drop(simulator);

    let (simulator, after) = start(Simulator::builder().state_dir(folder.path())).await;
    assert_eq!(after.status(&started), "ACQUIRED");
    simulator.advance(PROCESSING).unwrap();
    drop(simulator);

    // The moved clock stays moved.
    let (simulator, after) = start(Simulator::builder().state_dir(folder.path())).await;
    assert_eq!(after.status(&started), "PROCESSED");
    let details = after.get(&started.execution_url).json();
    let parts = details["credentials"][1]["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 2);
    assert_eq!(after.get(parts[1]["href"].as_str().unwrap()).body, PDF);
    assert_eq!(simulator.transactions()[0].succeeded("upload_document"), 2);
    simulator.stop().await;
}

#[tokio::test]
async fn a_folder_in_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let running = Simulator::builder().state_dir(folder.path()).start().await.unwrap();
    let second = Simulator::builder().state_dir(folder.path()).start().await;
    assert!(matches!(second, Err(StartError::InUse { .. })));
    running.stop().await;
    assert!(Simulator::builder().state_dir(folder.path()).start().await.is_ok());
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let running = Simulator::start().await.unwrap();
    let port: u16 = running.base_url().rsplit_once(':').unwrap().1.parse().unwrap();
    let error = Simulator::builder().port(port).start().await.unwrap_err();
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}

#[test]
fn the_program_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let (program, before) = Program::start(folder.path());
    let started = before.create(&order());
    assert_eq!(started.upload(PDF).status, 200);
    drop(program);
    let (program, after) = Program::start(folder.path());
    assert_eq!((&after.base, &after.access), (&before.base, &before.access));
    assert_eq!(started.finalize().status, 200);
    drop(program);
    let (_program, after) = Program::start(folder.path());
    assert_eq!(after.status(&started), "PROCESSED");
}

#[test]
fn whatever_was_answered_before_a_kill_is_there_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let mut answered = Vec::new();
    for round in 1..=5 {
        let (program, client) = Program::start(folder.path());
        let (told, hear) = mpsc::channel();
        // Creates accounts until the program is gone, and says which were answered.
        let creating = thread::spawn(move || {
            let headers = [client.access.as_str(), JSON];
            let body = order().to_string();
            loop {
                let reply = try_call(&client.base, "POST", "/api/v1/accounts", &headers, body.as_bytes());
                match reply {
                    Ok(reply) if reply.status == 200 && serde_json::from_slice::<Value>(&reply.body).is_ok() => {
                        let id = reply.json()["account"]["id"].as_str().unwrap().to_owned();
                        if told.send(id).is_err() {
                            break;
                        }
                    }
                    _ => break,
                }
            }
        });
        answered.extend((0..round * 3).map(|_| hear.recv().unwrap()));
        drop(program);
        creating.join().unwrap();
        answered.extend(hear.try_iter());
    }
    let (_program, client) = Program::start(folder.path());
    let listed = call(&client.base, "GET", "/_sim/transactions", &[], b"").json();
    let kept: Vec<&str> =
        listed.as_array().unwrap().iter().map(|transaction| transaction["accountId"].as_str().unwrap()).collect();
    for id in &answered {
        assert!(kept.contains(&id.as_str()));
    }
    // At most one per kill was done and not answered.
    assert!(kept.len() <= answered.len() + 5, "{} of {}", kept.len(), answered.len());
}
