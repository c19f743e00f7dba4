//! Who may come in: whoever has a good key, and without one only those whose address is on the list.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::{HeaderMap, HeaderValue};
use jumio_callback::{Accepted, Answer, Knock, Notification, Receiver, Sink, SinkError, Sources};

const BODY: &[u8] = br#"{"workflowExecution":{"id":"w","status":"PROCESSED"}}"#;
const LISTED: &str = "34.253.41.236";
const STRANGER: &str = "198.51.100.7";

/// Knows the key `5ecre7`, and takes what comes without one.
#[derive(Default)]
struct Flows(Mutex<Vec<Option<String>>>);

#[async_trait]
impl Sink for Flows {
    async fn accept(&self, notification: Notification) -> Result<Accepted, SinkError> {
        let key = notification.key.map(String::from);
        if key.as_deref().is_some_and(|key| key != "5ecre7") {
            return Ok(Accepted::NotForUs);
        }
        let mut seen = self.0.lock().unwrap();
        seen.push(key);
        Ok(if seen.len() == 1 { Accepted::New } else { Accepted::Duplicate })
    }
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn published() -> Sources {
    Sources::published(jumio_model::endpoint::Region::ALL)
}

/// Proves C6.
#[tokio::test]
async fn a_key_opens_and_without_one_the_address_decides() {
    let long = "k".repeat(161);
    // Key, address, whether there is a list, the answer, whether it counts as unlisted.
    let table = [
        (Some("5ecre7"), Some(LISTED), true, Answer::Stored, 0),
        (Some("5ecre7"), Some(STRANGER), true, Answer::Stored, 1),
        (Some("5ecre7"), None, true, Answer::Stored, 1),
        (Some("5ecre7"), Some(STRANGER), false, Answer::Stored, 0),
        (Some("guess"), Some(LISTED), true, Answer::Refused, 0),
        (Some(""), Some(LISTED), true, Answer::Refused, 0),
        (Some(long.as_str()), Some(LISTED), true, Answer::Refused, 0),
        (None, Some(LISTED), true, Answer::Stored, 0),
        (None, Some("::ffff:34.253.41.236"), true, Answer::Stored, 0),
        (None, Some(STRANGER), true, Answer::Refused, 0),
        (None, None, true, Answer::Refused, 0),
        (None, Some(LISTED), false, Answer::Refused, 0),
        (None, Some("127.0.0.1"), false, Answer::Refused, 0),
    ];
    for (key, from, has_list, expected, unlisted) in table {
        let mut receiver = Receiver::new(Arc::new(Flows::default()));
        if has_list {
            receiver = receiver.sources(published());
        }
        let mut knock = Knock::new(BODY).with_key(key);
        if let Some(from) = from {
            knock = knock.from_peer(address(from));
        }
        assert_eq!(receiver.receive(knock).await, expected, "{key:?} {from:?} {has_list}");
        let counts = receiver.counts();
        assert_eq!(counts.unlisted, unlisted, "{key:?} {from:?} {has_list}");
        assert_eq!((counts.stored, counts.refused), if expected == Answer::Stored { (1, 0) } else { (0, 1) });
    }
}

#[tokio::test]
async fn behind_a_proxy_the_entry_that_it_wrote_decides() {
    let receiver = Receiver::new(Arc::new(Flows::default())).sources(published()).behind_proxies(1);
    let mut forged = HeaderMap::new();
    forged.append("x-forwarded-for", HeaderValue::from_static("34.253.41.236"));
    forged.append("x-forwarded-for", HeaderValue::from_static("198.51.100.7"));
    let mut real = HeaderMap::new();
    real.append("x-forwarded-for", HeaderValue::from_static("198.51.100.7, 34.253.41.236"));
    let proxy = address("10.0.0.1");
    let without = Knock::new(BODY).from_peer(proxy);
    assert_eq!(receiver.receive(without).await, Answer::Refused, "the proxy itself is not Jumio");
    assert_eq!(receiver.receive(without.with_headers(&forged)).await, Answer::Refused);
    assert_eq!(receiver.receive(without.with_headers(&real)).await, Answer::Stored);

    let direct = Receiver::new(Arc::new(Flows::default())).sources(published());
    assert_eq!(direct.receive(without.with_headers(&real)).await, Answer::Refused, "nobody told of a proxy");
}

#[tokio::test]
async fn a_list_is_replaced_while_everything_runs() {
    let sources = published();
    let receiver = Receiver::new(Arc::new(Flows::default())).sources(sources.clone());
    let knock = Knock::new(BODY).from_peer(address(STRANGER));
    assert_eq!(receiver.receive(knock).await, Answer::Refused);
    sources.replace([address(STRANGER)]);
    assert_eq!(receiver.receive(knock).await, Answer::Stored);
    assert_eq!(receiver.receive(knock).await, Answer::Stored);
    let counts = receiver.counts();
    assert_eq!((counts.stored, counts.duplicates, counts.refused, counts.unavailable), (1, 1, 1, 0));
}

#[cfg(feature = "signed-keys")]
#[tokio::test]
async fn signed_keys_are_refused_before_the_sink_when_they_are_not_ours() {
    use std::time::{Duration, SystemTime};

    use jumio_callback::{SignedKeys, SigningSecret};

    let keys = SignedKeys::new(SigningSecret::new("a", [7; 32]).unwrap());
    let (past, later) = (SystemTime::UNIX_EPOCH, SystemTime::now() + Duration::from_secs(3600));
    let sink = Arc::new(Flows::default());
    let receiver = Receiver::new(Arc::clone(&sink)).signed_keys(keys.clone());
    let (good, expired) = (keys.sign("5ecre7", later).unwrap(), keys.sign("5ecre7", past).unwrap());
    let other = SignedKeys::new(SigningSecret::new("a", [8; 32]).unwrap()).sign("5ecre7", later).unwrap();
    for refused in ["5ecre7", &expired, &other] {
        assert_eq!(receiver.receive(Knock::new(BODY).with_key(Some(refused))).await, Answer::Refused, "{refused}");
    }
    assert!(sink.0.lock().unwrap().is_empty());
    assert_eq!(receiver.receive(Knock::new(BODY).with_key(Some(&good))).await, Answer::Stored);
    assert_eq!(sink.0.lock().unwrap()[0].as_deref(), Some("5ecre7"), "the sink gets the key alone");
    let longest = keys.sign(&"k".repeat(64), later).unwrap();
    assert!(longest.len() <= 160, "{}", longest.len());
}
