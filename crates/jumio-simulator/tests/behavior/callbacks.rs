//! Callbacks: a receiver in the test gets real POSTs.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use jumio_simulator::{CallbackHref, CallbackStatuses, Callbacks, Simulator, TransactionRecord};
use serde_json::{Value, json};

use crate::client::{Client, JSON, PDF, Started, call, order};
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
    let (simulator, client) = start(Simulator::builder().callbacks(Callbacks::once().times(3))).await;
    finished(&client, &url);
    simulator.advance(PROCESSING).unwrap();
    let record = wait_for(&simulator, |record| record.callbacks.iter().any(|callback| callback.left == 0)).await;
    assert_eq!(record.callbacks[0].answers, ["200", "200", "200"]);
    assert_eq!(gets.try_iter().count(), 3);

    let (simulator, client) = start(Simulator::builder().callbacks(Callbacks::off())).await;
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

/// The statuses that came, in their order.
fn statuses(gets: &Receiver<(String, Value)>, count: usize) -> Vec<String> {
    let next = || gets.recv_timeout(PATIENCE).unwrap().1["workflowExecution"]["status"].as_str().unwrap().to_owned();
    (0..count).map(|_| next()).collect()
}

#[tokio::test]
async fn all_statuses_in_either_order_and_one_lost() {
    let all = || Callbacks::once().statuses(CallbackStatuses::All);
    let story = ["ACQUISITION_STARTED", "ACQUIRED", "PROCESSED"];
    let reversed = ["PROCESSED", "ACQUIRED", "ACQUISITION_STARTED"];
    for (plan, expected) in [
        (all(), &story[..]),
        (all().reversed(), &reversed[..]),
        (all().lose("ACQUIRED"), &["ACQUISITION_STARTED", "PROCESSED"][..]),
    ] {
        let (url, gets) = receiver(200);
        let (simulator, client) = start(Simulator::builder().callbacks(plan)).await;
        finished(&client, &url);
        simulator.advance(PROCESSING).unwrap();
        // What was held is a millisecond apart.
        simulator.advance(MINUTE).unwrap();
        assert_eq!(statuses(&gets, expected.len()), expected);
        let lost = simulator.transactions()[0].callbacks.iter().filter(|callback| callback.lost).count();
        assert_eq!(lost, story.len() - expected.len());
    }
}

#[tokio::test]
async fn a_failure_is_followed_by_another_attempt_when_its_pause_is_over() {
    let (url, gets) = receiver(503);
    let plan = Callbacks::once().retry([MINUTE, MINUTE]).delay(MINUTE).href(CallbackHref::Long);
    let (simulator, client) = start(Simulator::builder().callbacks(plan)).await;
    let started = finished(&client, &url);
    simulator.advance(PROCESSING).unwrap();
    for attempts in 1..=3 {
        let before = simulator.transactions()[0].callbacks[0].answers.len();
        assert_eq!(before, attempts - 1);
        simulator.advance(MINUTE).unwrap();
        let (_, callback) = gets.recv_timeout(PATIENCE).unwrap();
        assert_eq!(callback["workflowExecution"]["href"], started.execution_url);
        wait_for(&simulator, |record| record.callbacks[0].answers.len() == attempts).await;
    }
    assert_eq!(simulator.transactions()[0].callbacks[0].left, 0);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn they_come_from_the_chosen_address() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/cb", listener.local_addr().unwrap());
    let plan = Callbacks::once().source([127, 0, 0, 7].into());
    let (simulator, client) = start(Simulator::builder().callbacks(plan)).await;
    finished(&client, &url);
    simulator.advance(PROCESSING).unwrap();
    let (_, peer) = listener.accept().unwrap();
    assert_eq!(peer.ip().to_string(), "127.0.0.7");
}

#[tokio::test]
async fn any_status_is_fired_and_any_callback_comes_again() {
    let (url, gets) = receiver(200);
    let (simulator, client) = start(Simulator::builder()).await;
    let started = finished(&client, &url);
    let path = |rest: &str| format!("/_sim/transactions/{}/callbacks{rest}", started.execution);
    let body = json!({ "status": "SOMETHING_NEW" }).to_string();
    call(simulator.base_url(), "POST", &path(""), &[JSON], body.as_bytes());
    assert_eq!(statuses(&gets, 1), ["SOMETHING_NEW"]);
    call(simulator.base_url(), "POST", &path("/1/replay"), &[], b"");
    assert_eq!(statuses(&gets, 1), ["SOMETHING_NEW"]);
    assert_eq!(client.status(&started), "ACQUIRED");
}
