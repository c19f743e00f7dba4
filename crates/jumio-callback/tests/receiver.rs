//! The receiver takes in whatever names a transaction, and refuses everything else alike.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jumio_callback::{Accepted, Answer, BODY_LIMIT, Knock, Notification, Receiver, Sink, SinkError};

type Says = fn() -> Result<Accepted, SinkError>;

/// Keeps what it gets, and says what it is told to say.
struct Recorder {
    seen: Mutex<Vec<Notification>>,
    says: Says,
}

#[async_trait]
impl Sink for Recorder {
    async fn accept(&self, notification: Notification) -> Result<Accepted, SinkError> {
        self.seen.lock().unwrap().push(notification);
        (self.says)()
    }
}

fn recorder(says: Says) -> Arc<Recorder> {
    Arc::new(Recorder { seen: Mutex::default(), says })
}

/// One of Jumio's addresses, in these tests.
const JUMIO: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// A receiver that takes what comes from there without a key, too.
fn listed<S: Sink>(sink: S) -> Receiver<S> {
    Receiver::new(sink).sources([JUMIO].into_iter().collect())
}

fn knock<'a>(key: Option<&'a str>, body: &'a [u8]) -> Knock<'a> {
    Knock::new(body).with_key(key).from_peer(JUMIO)
}

/// As the reference prints it (protocol 6.2), with a person's reference in it.
const DOCUMENTED: &str = r#"{ "callbackSentAt": "2026-01-02T03:14:05.000Z", "userReference": "canary-person",
  "workflowExecution": { "id": "uuid-w", "href": "https://retrieval.emea-1.jumio.ai/api/v1/workflow-executions/uuid-w",
                         "definitionKey": "10170", "status": "PROCESSED" },
  "account": { "id": "uuid-a", "href": "https://retrieval.emea-1.jumio.ai/api/v1/accounts/uuid-a" } }"#;

#[tokio::test]
async fn a_documented_callback_is_handed_on_whole() {
    let sink = recorder(|| Ok(Accepted::New));
    let receiver = Receiver::new(Arc::clone(&sink));
    assert_eq!(receiver.receive(knock(Some("canary-key"), DOCUMENTED.as_bytes())).await, Answer::Stored);
    let seen = sink.seen.lock().unwrap();
    let notification = &seen[0];
    assert_eq!(notification.key.as_deref(), Some("canary-key"));
    assert_eq!(notification.execution.as_ref().unwrap().as_str(), "uuid-w");
    assert_eq!(notification.status.as_ref().unwrap().as_str(), "PROCESSED");
    assert_eq!(notification.identity(), "uuid-w PROCESSED 2026-01-02T03:14:05.000Z");
    assert_eq!(notification.body.as_deref(), Some(DOCUMENTED), "nothing of it is lost");
    assert_eq!(notification.account.as_ref().unwrap().as_str(), "uuid-a");
    let shown = format!("{notification:?}");
    assert!(shown.contains("uuid-w") && !shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn what_is_missing_or_odd_costs_itself_alone() {
    let cases = [
        (r#"{"workflowExecution":{"id":"w"}}"#, "w - -"),
        (r#"{"workflowExecution":{"id":"w","status":"ACQUISITION_STARTED"}}"#, "w ACQUISITION_STARTED -"),
        (r#"{"workflowExecution":{"id":"w","status":"A_NEW_ONE"},"callbackSentAt":null}"#, "w A_NEW_ONE -"),
        (r#"{"workflowExecution":{"id":"w","status":null},"callbackSentAt":"now"}"#, "w - now"),
        (r#"{"workflowExecution":{"id":"w","status":7},"callbackSentAt":{"at":1}}"#, "w - -"),
        (r#"{"workflowExecution":{"id":"w","status":"X","href":1},"account":[]}"#, "w X -"),
        (r#"{"workflowExecution":{"id":"w","status":"X","extra":{}},"userReference":9,"more":[1]}"#, "w X -"),
        (r#"{"workflowExecution":{"id":"w","status":"two words"},"callbackSentAt":"a\nb"}"#, "w - -"),
        (r#"{"workflowExecution":{"id":"w","status":""},"callbackSentAt":""}"#, "w - -"),
    ];
    for (body, identity) in cases {
        let sink = recorder(|| Ok(Accepted::New));
        assert_eq!(listed(Arc::clone(&sink)).receive(knock(None, body.as_bytes())).await, Answer::Stored, "{body}");
        let seen = sink.seen.lock().unwrap();
        assert_eq!(seen[0].identity(), identity, "{body}");
        assert_eq!(seen[0].body.as_deref(), Some(body));
        assert_eq!(seen[0].key, None);
    }
    let long = "X".repeat(101);
    let body = format!(r#"{{"workflowExecution":{{"id":"w","status":"{long}"}},"callbackSentAt":"{long}"}}"#);
    let sink = recorder(|| Ok(Accepted::New));
    assert_eq!(listed(Arc::clone(&sink)).receive(knock(None, body.as_bytes())).await, Answer::Stored);
    assert_eq!(sink.seen.lock().unwrap()[0].identity(), "w - -", "no stranger fills a store with long texts");
}

/// The key alone says whom it is for, and there may be no second attempt.
#[tokio::test]
async fn with_a_key_the_transaction_need_not_be_named() {
    let cases = [
        ("{}", "- - -"),
        (r#"{"workflowExecution":"w"}"#, "- - -"),
        (r#"{"workflowExecution":{"id":7,"status":"PROCESSED"}}"#, "- PROCESSED -"),
        (r#"{"workflow":{"id":"w","status":"X"},"callbackSentAt":"now"}"#, "- - now"),
    ];
    for (body, identity) in cases {
        let sink = recorder(|| Ok(Accepted::New));
        let receiver = listed(Arc::clone(&sink));
        assert_eq!(receiver.receive(knock(Some("key"), body.as_bytes())).await, Answer::Stored, "{body}");
        assert_eq!(receiver.receive(knock(None, body.as_bytes())).await, Answer::Refused, "{body}");
        let seen = sink.seen.lock().unwrap();
        assert_eq!((seen.len(), seen[0].identity()), (1, identity.to_owned()), "{body}");
    }
}

#[tokio::test]
async fn what_is_for_nobody_is_refused_and_not_handed_on() {
    let long = format!(r#"{{"workflowExecution":{{"id":"{}"}}}}"#, "w".repeat(101));
    let deep = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
    let too_long = format!(r#"{{"workflowExecution":{{"id":"w"}},"x":"{}"}}"#, "x".repeat(BODY_LIMIT));
    let cases: Vec<&[u8]> = vec![
        b"",
        b"null",
        b"[]",
        b"{}",
        b"not json",
        b"\xff\xfe",
        br#"{"workflowExecution":{"id":"w"}"#,
        br#"{"workflowExecution":"w"}"#,
        br#"{"workflowExecution":{"id":7}}"#,
        br#"{"workflowExecution":{"id":""}}"#,
        br#"{"workflowExecution":{"id":"a b"}}"#,
        br#"{"workflowExecution":{"id":"w\n"}}"#,
        br#"{"workflow":{"id":"w"}}"#,
        br#"{"workflowExecution":{"id":"w"}} and more"#,
        long.as_bytes(),
        deep.as_bytes(),
        too_long.as_bytes(),
    ];
    for body in cases {
        let sink = recorder(|| Ok(Accepted::New));
        // What is an object is taken with a key.
        let is_object = serde_json::from_slice::<serde_json::Map<_, _>>(body).is_ok() && body.len() <= BODY_LIMIT;
        let answer = listed(Arc::clone(&sink)).receive(knock(Some("key").filter(|_| !is_object), body)).await;
        assert_eq!(answer, Answer::Refused, "{}", String::from_utf8_lossy(&body[..body.len().min(80)]));
        assert!(sink.seen.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_longest_body_is_taken() {
    let frame = r#"{"workflowExecution":{"id":"w"},"x":""}"#.len();
    let body = format!(r#"{{"workflowExecution":{{"id":"w"}},"x":"{}"}}"#, "x".repeat(BODY_LIMIT - frame));
    assert_eq!(body.len(), BODY_LIMIT);
    let receiver = listed(recorder(|| Ok(Accepted::New)));
    assert_eq!(receiver.receive(knock(None, body.as_bytes())).await, Answer::Stored);
}

#[tokio::test]
async fn the_sink_decides_the_answer() {
    let cases: [(Says, Answer, u16); 4] = [
        (|| Ok(Accepted::New), Answer::Stored, 200),
        (|| Ok(Accepted::Duplicate), Answer::Stored, 200),
        (|| Ok(Accepted::NotForUs), Answer::Refused, 404),
        (|| Err(SinkError::new("disk full")), Answer::Unavailable, 503),
    ];
    for (says, expected, status) in cases {
        let answer = listed(recorder(says)).receive(knock(None, DOCUMENTED.as_bytes())).await;
        assert_eq!(answer, expected);
        assert_eq!(answer.status().as_u16(), status);
    }
}
