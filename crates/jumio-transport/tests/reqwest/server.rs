//! A server that does exactly what a test says, byte by byte. No HTTP library: one could mend what the client breaks.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A listening server on this machine, and the requests that it read.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<Received>>>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

impl Server {
    /// Runs the script on each connection.
    pub(crate) async fn start<F, R>(script: F) -> Self
    where
        F: Fn(TcpStream, Requests) -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let shared = Requests(Arc::clone(&requests));
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(script(stream, shared.clone()));
            }
        });
        Self { address, connections, requests }
    }

    /// Answers every request with these bytes and closes the connection.
    pub(crate) async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer: Arc<Vec<u8>> = Arc::new(answer.into());
        Self::start(move |mut stream, requests| {
            let answer = Arc::clone(&answer);
            async move {
                requests.read(&mut stream).await;
                // A client that has seen enough may hang up first.
                let _ = stream.write_all(&answer).await;
                let _ = stream.shutdown().await;
            }
        })
        .await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<Received> {
        self.requests.lock().unwrap().clone()
    }
}

/// Where a script notes what it read.
#[derive(Clone)]
pub(crate) struct Requests(Arc<Mutex<Vec<Received>>>);

impl Requests {
    /// Reads one whole request, which must come.
    pub(crate) async fn read(&self, stream: &mut (impl AsyncRead + Unpin)) {
        assert!(self.read_next(stream).await, "the request broke off");
    }

    /// Reads one whole request, and notes nothing where it does not come or breaks off.
    pub(crate) async fn read_next(&self, stream: &mut (impl AsyncRead + Unpin)) -> bool {
        let Ok(head) = try_read_head(stream).await else { return false };
        let mut received = Received { head, body: Vec::new() };
        let length = received.header("content-length").map_or(0, |length| length.parse().unwrap());
        received.body = vec![0; length];
        if stream.read_exact(&mut received.body).await.is_err() {
            return false;
        }
        self.0.lock().unwrap().push(received);
        true
    }
}

/// Reads up to the end of the headers, which must come.
pub(crate) async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    try_read_head(stream).await.unwrap()
}

async fn try_read_head(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8(head).unwrap())
}
