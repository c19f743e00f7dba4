//! The reqwest adapter over real sockets on this machine: only what no mock can show.

#![expect(
    clippy::unwrap_used,
    reason = "a test may fail where it stands; clippy knows test functions, not their helpers"
)]

mod downloads;
mod faults;
mod files;
mod http2;
mod own_client;
mod proxy;
mod replies;
mod server;
#[cfg(feature = "tower")]
mod service;
mod tls;
mod urls;

use std::error::Error as _;
use std::time::Duration;

use http::Request;
use jumio_model::endpoint::Body;
use jumio_transport::{
    AttemptTimeout, ReqwestTransport, SetupError, Transport, TransportError, TransportErrorKind as Kind,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::server::Server;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn transport() -> ReqwestTransport {
    ReqwestTransport::new().unwrap()
}

fn post(url: &str, body: impl Into<Body>) -> Request<Body> {
    let body = body.into();
    let length = body.content_length();
    Request::post(url).header("content-length", length).body(body).unwrap()
}

fn secret_free(error: &TransportError) {
    let mut text = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(" {error} {error:?}");
        cause = error.source();
    }
    assert!(!text.contains("canary"), "{text}");
}

#[tokio::test]
async fn a_refused_connection_proves_that_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = transport().send(post(&format!("http://{address}/canary?canary"), "x")).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Connect, false));
    assert_eq!(error.to_string(), format!("no connection to {address}: connection refused; nothing was processed"));
    secret_free(&error);
}

#[tokio::test]
async fn a_connection_that_closes_after_the_request_proves_nothing_and_is_not_tried_again() {
    let server = Server::start(|mut stream, requests| async move {
        requests.read(&mut stream).await;
    })
    .await;
    let error = transport().send(post(&server.url("/canary?canary"), "x")).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Interrupted, true));
    secret_free(&error);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_service_that_never_answers_meets_the_time_of_the_attempt() {
    let (arrived, mut arrivals) = mpsc::channel(1);
    let server = Server::start(move |mut stream, requests| {
        let arrived = arrived.clone();
        async move {
            requests.read(&mut stream).await;
            arrived.send(()).await.unwrap();
            // Holds the connection until the client lets go of it.
            let _ = stream.read_u8().await;
        }
    })
    .await;
    let request = post(&server.url("/"), "x");
    let sending = tokio::spawn(async move { AttemptTimeout::new(transport()).send(request).await });
    arrivals.recv().await.unwrap();
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(31)).await;
    let error = sending.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Timeout, true));
}

#[tokio::test]
async fn a_handshake_that_hangs_counts_as_no_connection() {
    let (arrived, mut arrivals) = mpsc::channel(1);
    let server = Server::start(move |mut stream, _| {
        let arrived = arrived.clone();
        async move {
            stream.read_u8().await.unwrap();
            arrived.send(()).await.unwrap();
            while stream.read_u8().await.is_ok() {}
        }
    })
    .await;
    let request = post(&format!("https://{}/", server.address), "x");
    let sending = tokio::spawn(async move { transport().send(request).await });
    arrivals.recv().await.unwrap();
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(4)).await;
    let error = sending.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Timeout, false));
}

#[tokio::test]
async fn a_proxy_gets_what_leaves_this_machine_and_nothing_else() {
    let proxy = Server::answering(OK).await;
    let local = Server::answering(OK).await;
    let transport = ReqwestTransport::builder().proxy(proxy.url("")).build().unwrap();
    transport.send(post("http://jumio.example/x", "x")).await.unwrap();
    transport.send(post(&local.url("/x"), "x")).await.unwrap();
    assert_eq!(proxy.requests().len(), 1);
    assert!(proxy.requests()[0].head.starts_with("POST http://jumio.example/x "));
    assert_eq!(local.requests().len(), 1);
}

#[test]
fn settings_that_cannot_be_used_are_named_and_not_shown() {
    let proxy = ReqwestTransport::builder().proxy("http://user:canary@[");
    assert!(!format!("{proxy:?}").contains("canary"));
    assert_eq!(proxy.build().unwrap_err(), SetupError::Proxy);
    for pem in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let built = ReqwestTransport::builder().root_certificate_pem(pem).build();
        assert_eq!(built.unwrap_err(), SetupError::RootCertificate, "{pem}");
    }
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let server = Server::start(|mut stream, requests| async move {
        for _ in 0..2 {
            requests.read(&mut stream).await;
            stream.write_all(OK.as_bytes()).await.unwrap();
        }
    })
    .await;
    let transport = transport();
    for _ in 0..2 {
        assert_eq!(transport.send(post(&server.url("/"), "x")).await.unwrap().body(), "ok");
    }
    assert_eq!((server.requests().len(), server.connections()), (2, 1));
}
