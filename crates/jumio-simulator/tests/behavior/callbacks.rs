//! Callbacks: a receiver in the test gets real POSTs.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use jumio_simulator::{Callbacks, Simulator, TransactionRecord};
use serde_json::{Value, json};

use crate::client::{Client, PDF, Started, order};
use crate::{MINUTE, PROCESSING, start};

/// Only so that a broken test ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// A receiver that answers each callback with this status; gives its URL and what it gets: head and body.
fn receiver(status: u16) -> (String, Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/cb?token=s3cret", listener.local_addr().unwrap());
    let (got, gets) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = Vec::new();
            let mut buffer = [0; 4096];
            let body = loop {
                let read = stream.read(&mut buffer).unwrap();
                bytes.extend_from_slice(&buffer[..read]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                if let Some((head, body)) = text.split_once("\r\n\r\n")
                    && let Ok(body) = serde_json::from_str(body)
                {
                    break (head.to_owned(), body);
                }
                assert!(read > 0, "the callback is cut: {text}");
            };
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
            if got.send(body).is_err() {
                break;
            }
        }
    });
    (url, gets)
}

fn finished(client: &Client, callback_url: &str) -> Started {
    let mut order = order();
    order["callbackUrl"] = json!(callback_url);
    order["userReference"] = json!("user_1");
    let started = client.create(&order);
    assert_eq!(started.upload(PDF).status, 200);
    assert_eq!(started.finalize().status, 200);
    started
}

/// The one transaction, once this holds for it.
async fn wait_for(simulator: &Simulator, done: impl Fn(&TransactionRecord) -> bool) -> TransactionRecord {
    let waiting = async {
        loop {
            match simulator.transactions().into_iter().next() {
                Some(record) if done(&record) => break record,
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap()
}

#[tokio::test]
async fn the_end_is_reported_once_as_documented() {
    let (url, gets) = receiver(200);
    let (simulator, client) = start(Simulator::builder()).await;
    let base = simulator.base_url();
    let started = finished(&client, &url);
    simulator.advance(PROCESSING).unwrap();
    let (head, callback) = gets.recv_timeout(PATIENCE).unwrap();
    assert!(head.starts_with("POST /cb?token=s3cret HTTP/1.1\r\n"), "{head}");
    let head = head.to_lowercase();
    assert!(head.contains("content-type: application/json"), "{head}");
    assert!(head.contains("x-simulated: simulated"), "{head}");
    let expected = json!({
        "callbackSentAt": callback["callbackSentAt"],
        "userReference": "user_1",
        "workflowExecution": {
            "id": started.execution,
            "href": format!("{base}/api/v1/workflow-executions/{}", started.execution),
            "definitionKey": "10170",
            "status": "PROCESSED",
        },
        "account": {
            "id": started.account,
            "href": format!("{base}/api/v1/accounts/{}", started.account),
        },
    });
    assert_eq!(callback, expected);
    let record = wait_for(&simulator, |record| record.callbacks.iter().all(|callback| callback.left == 0)).await;
    assert_eq!(record.callbacks.len(), 1);
    assert_eq!(record.callbacks[0].answers, ["200"]);
}

#[tokio::test]
async fn whatever_is_answered_there_is_one_attempt() {
    let (url, gets) = receiver(500);
    let (simulator, client) = start(Simulator::builder()).await;
    finished(&client, &url);
    simulator.advance(PROCESSING).unwrap();
    gets.recv_timeout(PATIENCE).unwrap();
    let record = wait_for(&simulator, |record| record.callbacks.iter().all(|callback| callback.left == 0)).await;
    assert_eq!(record.callbacks[0].answers, ["500"]);
}

#[tokio::test]
async fn expiry_is_reported_too() {
    let (url, gets) = receiver(200);
    let (simulator, client) = start(Simulator::builder()).await;
    let mut order = order();
    order["callbackUrl"] = json!(url);
    client.create(&order);
    simulator.advance(30 * MINUTE).unwrap();
    let (_, callback) = gets.recv_timeout(PATIENCE).unwrap();
    assert_eq!(callback["workflowExecution"]["status"], "TOKEN_EXPIRED");
    assert_eq!(callback.get("userReference"), None);
}

#[tokio::test]
async fn they_can_repeat_or_be_off() {
    let (url, gets) = receiver(200);
    let (simulator, client) = start(Simulator::builder().callbacks(Callbacks::Repeat(3))).await;
    finished(&client, &url);
    simulator.advance(PROCESSING).unwrap();
    let record = wait_for(&simulator, |record| record.callbacks.iter().any(|callback| callback.left == 0)).await;
    assert_eq!(record.callbacks[0].answers, ["200", "200", "200"]);
    assert_eq!(gets.try_iter().count(), 3);

    let (simulator, client) = start(Simulator::builder().callbacks(Callbacks::Off)).await;
    finished(&client, &url);
    simulator.advance(PROCESSING).unwrap();
    let record = wait_for(&simulator, |record| record.status == "PROCESSED").await;
    assert!(record.callbacks.is_empty());
}

#[tokio::test]
async fn one_that_was_not_sent_is_sent_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (url, gets) = receiver(200);
    let (simulator, client) = start(Simulator::builder().state_dir(folder.path())).await;
    let started = finished(&client, &url);
    drop(simulator);

    let (simulator, _) = start(Simulator::builder().state_dir(folder.path())).await;
    simulator.advance(PROCESSING).unwrap();
    let (_, callback) = gets.recv_timeout(PATIENCE).unwrap();
    assert_eq!(callback["workflowExecution"]["id"], started.execution);
}

#[tokio::test]
async fn nobody_listens() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (simulator, client) = start(Simulator::builder()).await;
    finished(&client, &format!("http://{closed}/"));
    simulator.advance(PROCESSING).unwrap();
    let record = wait_for(&simulator, |record| record.callbacks.iter().any(|callback| callback.left == 0)).await;
    assert_eq!(record.callbacks[0].answers, ["no connection"]);
    assert_eq!(record.status, "PROCESSED");
}
