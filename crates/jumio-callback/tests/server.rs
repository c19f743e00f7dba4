//! The accept loop over real sockets, with the runtime's clock paused: time passes when nothing else can happen.
#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jumio_callback::tower::CallbackService;
use jumio_callback::{Accepted, Limits, Notification, Receiver, Server, Sink, SinkError, Sources};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, sleep};

const BODY: &str = r#"{"workflowExecution":{"id":"w","status":"PROCESSED"}}"#;

/// Takes everything; holds up what comes with the key `slow`, until it is told to go on.
#[derive(Clone, Default)]
struct Store {
    arrived: Arc<Notify>,
    go_on: Arc<Notify>,
}

#[async_trait]
impl Sink for Store {
    async fn accept(&self, notification: Notification) -> Result<Accepted, SinkError> {
        if notification.key.as_deref() == Some("slow") {
            self.arrived.notify_one();
            self.go_on.notified().await;
        }
        Ok(Accepted::New)
    }
}

async fn serve(server: Server, store: Store, shutdown: impl Future<Output = ()> + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let sources: Sources = ["127.0.0.1".parse().unwrap()].into_iter().collect();
    let service = CallbackService::new("/jumio", Receiver::new(store).sources(sources));
    tokio::spawn(async move { server.serve(listener, service, shutdown).await });
    address
}

fn post(path: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// The first line of what comes back, and nothing where the connection ends without a word.
async fn first_line(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while let Ok(1) = stream.read(&mut byte).await {
        bytes.push(byte[0]);
        if bytes.ends_with(b"\r\n\r\n") {
            break;
        }
    }
    String::from_utf8(bytes).unwrap().lines().next().unwrap_or_default().to_owned()
}

async fn ask(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    first_line(&mut stream).await
}

#[tokio::test]
async fn a_connection_carries_request_after_request_and_its_address_counts() {
    let address = serve(Server::default(), Store::default(), pending()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    for (path, line) in [
        ("/jumio/5ecre7", "HTTP/1.1 200 OK"),
        ("/jumio", "HTTP/1.1 200 OK"), // without a key: this machine is on the list
        ("/other", "HTTP/1.1 404 Not Found"),
    ] {
        stream.write_all(post(path, BODY).as_bytes()).await.unwrap();
        assert_eq!(first_line(&mut stream).await, line, "{path}");
    }
}

/// Proves C7.
#[tokio::test(start_paused = true)]
async fn whoever_is_silent_or_slow_is_cut_off() {
    let address = serve(Server::default(), Store::default(), pending()).await;
    let began = Instant::now();
    let starts = ["", "POST /jumio/k HTT", "POST /jumio/k HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\nhalf"];
    let mut streams = Vec::new();
    for number in 0..1000 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(starts[number % 3].as_bytes()).await.unwrap();
        streams.push(stream);
    }
    for stream in &mut streams {
        let mut rest = Vec::new();
        // Closed or reset: either ends it.
        let _ = stream.read_to_end(&mut rest).await;
        assert!(!rest.starts_with(b"HTTP/1.1 200"));
    }
    assert!(began.elapsed() <= Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(ask(address, &post("/jumio/k", BODY)).await, "HTTP/1.1 200 OK");
}

#[tokio::test(start_paused = true)]
async fn drops_by_drops_is_slow_too() {
    let address = serve(Server::default(), Store::default(), pending()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let began = Instant::now();
    let mut sent = 0;
    while stream.write_all(b"P").await.is_ok() && sent < 1000 {
        sent += 1;
        sleep(Duration::from_millis(100)).await;
    }
    assert!(began.elapsed() <= Duration::from_secs(6), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_crowd_is_turned_away_and_places_come_back() {
    let server = Server::new(Limits { connections: 2, ..Limits::default() });
    let address = serve(server.clone(), Store::default(), pending()).await;
    let mut holders = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(post("/jumio/k", BODY).as_bytes()).await.unwrap();
        assert_eq!(first_line(&mut stream).await, "HTTP/1.1 200 OK");
        holders.push(stream);
    }
    let mut third = TcpStream::connect(address).await.unwrap();
    third.write_all(post("/jumio/k", BODY).as_bytes()).await.unwrap();
    let mut answer = String::new();
    third.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 5\r\n"), "{answer}");
    assert_eq!(server.shed(), 1);
    drop(holders);
    while ask(address, &post("/jumio/k", BODY)).await != "HTTP/1.1 200 OK" {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_under_way_is_answered_before_the_end() {
    let (end, ended) = oneshot::channel::<()>();
    let store = Store::default();
    let address = serve(Server::default(), store.clone(), async { drop(ended.await) }).await;
    let slow = tokio::spawn(async move { ask(address, &post("/jumio/slow", BODY)).await });
    store.arrived.notified().await;
    end.send(()).unwrap();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    store.go_on.notify_one();
    assert_eq!(slow.await.unwrap(), "HTTP/1.1 200 OK");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_costs_its_caller_ten_seconds() {
    let address = serve(Server::default(), Store::default(), pending()).await;
    let began = Instant::now();
    assert_eq!(ask(address, &post("/jumio/slow", BODY)).await, "", "cut off, and not told that it is stored");
    assert!(began.elapsed() >= Duration::from_secs(10) && began.elapsed() <= Duration::from_secs(11));
}
