//! The load: so many connections at once, each with one event after the other.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::doors::{Door, FLOWS, key};

/// As Jumio sends it; the time makes each a new one.
const BODY: &str = include_str!("../../../../fixtures/callback/processed.json");
const SENT_AT: &str = "\"callbackSentAt\"";

/// One round: how long it took, and how long each event waited for its answer.
pub(crate) fn run(door: &Door, connections: usize, events: usize, round: usize) -> (Duration, Vec<Duration>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let address = door.address;
    runtime.block_on(async move {
        let mut streams = Vec::new();
        for _ in 0..connections {
            let stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            streams.push(stream);
        }
        let start = Instant::now();
        let tasks = streams.into_iter().enumerate().map(|(caller, mut stream)| {
            tokio::spawn(async move {
                let mut waits = Vec::with_capacity(events);
                let mut answer = [0; 1024];
                for event in 0..events {
                    let request = request((caller * events + event) % FLOWS, &format!("{round}-{caller}-{event}"));
                    let sent = Instant::now();
                    stream.write_all(request.as_bytes()).await.unwrap();
                    let mut length = 0;
                    while !answer[..length].ends_with(b"\r\n\r\n") {
                        let read = stream.read(&mut answer[length..]).await.unwrap();
                        assert!(read > 0, "the connection ended");
                        length += read;
                    }
                    waits.push(sent.elapsed());
                    assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer[..length]));
                }
                waits
            })
        });
        let mut waits = Vec::new();
        for task in tasks.collect::<Vec<_>>() {
            waits.extend(task.await.unwrap());
        }
        (start.elapsed(), waits)
    })
}

fn request(flow: usize, moment: &str) -> String {
    // What the time is, nobody looks at: it only tells events apart.
    let body = BODY.replacen(SENT_AT, &format!("{SENT_AT}: \"{moment}\", \"was\""), 1);
    let (key, length) = (key(flow), body.len());
    format!(
        "POST /jumio/{key} HTTP/1.1\r\nhost: kyc.example.com\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
}
