//! The axum router: two doors, and one answer for everything else.
#![cfg(feature = "axum")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use http::{HeaderMap, Method, Request, StatusCode, header};
use jumio_callback::{Accepted, BODY_LIMIT, Notification, Receiver, Sink, SinkError};
use tower::ServiceExt as _;

const BODY: &str = r#"{"workflowExecution":{"id":"w","status":"PROCESSED"}}"#;

#[derive(Default)]
struct Keys(Mutex<Vec<Option<String>>>);

#[async_trait]
impl Sink for Keys {
    async fn accept(&self, notification: Notification) -> Result<Accepted, SinkError> {
        let key = notification.key.map(String::from);
        let answer = match key.as_deref() {
            Some("unknown") => Accepted::NotForUs,
            Some("broken") => return Err(SinkError::new("broken")),
            _ => Accepted::New,
        };
        self.0.lock().unwrap().push(key);
        Ok(answer)
    }
}

async fn send(app: &Router, method: &str, uri: &str, body: impl Into<Body>) -> (StatusCode, HeaderMap, Vec<u8>) {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let peer = ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 443)));
    let request = Request::builder().method(method).uri(uri).extension(peer).body(body.into()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    (parts.status, parts.headers, to_bytes(body, 1024).await.unwrap().to_vec())
}

#[tokio::test]
async fn both_doors_hand_on_what_comes() {
    let sink = Arc::new(Keys::default());
    let receiver = Receiver::new(Arc::clone(&sink)).sources(["192.0.2.1".parse().unwrap()].into_iter().collect());
    let app = Router::new().nest("/jumio/callback", jumio_callback::axum::router(receiver));
    for (uri, key) in [
        ("/jumio/callback/5ecre7", Some("5ecre7")),
        ("/jumio/callback", None),
        ("/jumio/callback/5ecre7?more=1", Some("5ecre7")),
    ] {
        let (status, _, body) = send(&app, "POST", uri, BODY).await;
        assert_eq!((status, body.len()), (StatusCode::OK, 0), "{uri}");
        assert_eq!(sink.0.lock().unwrap().pop().unwrap().as_deref(), key, "{uri}");
    }
    let bare = jumio_callback::axum::router(Arc::clone(&sink));
    assert_eq!(send(&bare, "POST", "/5ecre7", BODY).await.0, StatusCode::OK);
    assert_eq!(send(&bare, "POST", "/", BODY).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_refusal_is_the_same() {
    let sink = Arc::new(Keys::default());
    let app = jumio_callback::axum::router(Arc::clone(&sink));
    let expected = send(&app, "POST", "/unknown", BODY).await;
    assert_eq!((expected.0, expected.2.len()), (StatusCode::NOT_FOUND, 0));
    let too_long = format!(r#"{{"workflowExecution":{{"id":"w"}},"x":"{}"}}"#, "x".repeat(BODY_LIMIT));
    let cases = [
        ("POST", "/unknown/more", BODY.to_owned()),
        ("POST", "//", BODY.to_owned()),
        ("POST", "/%ff", BODY.to_owned()),
        ("POST", "/a%2Fb", BODY.to_owned()),
        ("POST", "/5ecre7/", BODY.to_owned()),
        ("POST", "/", BODY.to_owned()),
        ("POST", "/key", "no json".to_owned()),
        ("POST", "/key", too_long.clone()),
        ("POST", "/", too_long),
        ("GET", "/key", String::new()),
        ("HEAD", "/key", String::new()),
        ("OPTIONS", "/key", String::new()),
        ("PUT", "/key", BODY.to_owned()),
        ("DELETE", "/", String::new()),
        ("PROPFIND", "/", String::new()),
    ];
    for (method, uri, body) in cases {
        assert_eq!(send(&app, method, uri, body).await, expected, "{method} {uri}");
    }
    assert_eq!(sink.0.lock().unwrap().len(), 1, "none but the unknown key came to the sink");
}

#[tokio::test]
async fn a_body_of_unknown_length_is_not_read_without_end() {
    let app = jumio_callback::axum::router(Arc::new(Keys::default()));
    let endless = Body::new(Endless);
    assert_eq!(send(&app, "POST", "/key", endless).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_cannot_be_stored_may_come_again() {
    let app = jumio_callback::axum::router(Arc::new(Keys::default()));
    let (status, headers, _) = send(&app, "POST", "/broken", BODY).await;
    assert_eq!((status, headers[header::RETRY_AFTER].as_bytes()), (StatusCode::SERVICE_UNAVAILABLE, &b"5"[..]));
}

struct Endless;

impl http_body::Body for Endless {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        std::task::Poll::Ready(Some(Ok(http_body::Frame::data(axum::body::Bytes::from_static(&[b' '; 4096])))))
    }
}
