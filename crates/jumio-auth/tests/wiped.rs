//! Tokens leave no copy behind in this process: its whole memory is searched for one that was dropped.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Barrier;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::StreamBody;
use jumio_auth::{AccessToken, Cached, ClientCredentials, Credentials, TokenProvider as _, TokenSource as _};
use jumio_model::api::{CreateAccount, Finalize, UploadDocument};
use jumio_model::endpoint::{Body, Boundary, FilePart, Region, Segment, Site, UserAgent};
use jumio_model::{Country, DocumentType, Media, TransactionToken};
use jumio_transport::{Client, FnTransport, ReplyReader, Transport};
use zeroize::Zeroizing;

/// A token that stands nowhere in this program as it is: the search must not find itself.
struct Canary(Vec<u8>);

impl Canary {
    fn new(number: u8) -> Self {
        Self((0..96_u8).map(|at| (b'a' + (at.wrapping_mul(7).wrapping_add(number)) % 26) ^ 0x80).collect())
    }

    /// As it goes over the wire, in memory that is wiped.
    fn within(&self, before: &str, after: &str) -> Zeroizing<Vec<u8>> {
        let mut text = Zeroizing::new(Vec::with_capacity(before.len() + self.0.len() + after.len()));
        text.extend_from_slice(before.as_bytes());
        text.extend(self.0.iter().map(|byte| byte ^ 0x80));
        text.extend_from_slice(after.as_bytes());
        text
    }

    /// How often it stands in the memory of this process, freed memory included. Its beginning does not count: an allocator writes
    /// there once a block is freed.
    fn copies(&self) -> usize {
        let wanted = &self.0[32..];
        let memory = File::open("/proc/self/mem").unwrap();
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let mut found = 0;
        for line in maps.lines().filter(|line| line.contains(" rw-p ")) {
            let (from, to) = line.split_once(' ').unwrap().0.split_once('-').unwrap();
            let (from, to) = (u64::from_str_radix(from, 16).unwrap(), u64::from_str_radix(to, 16).unwrap());
            let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
            // Some of the kernel's own pages cannot be read.
            if memory.read_exact_at(&mut bytes, from).is_ok() {
                found += count(&bytes, wanted);
            }
            // What was read must not be found the next time.
            bytes.fill(0);
            std::hint::black_box(&bytes);
        }
        found
    }
}

/// By hand: a test is built without optimising, and iterators would take minutes over a process's memory.
fn count(bytes: &[u8], wanted: &[u8]) -> usize {
    let (first, mut at, mut found) = (wanted[0] ^ 0x80, 0, 0);
    while at + wanted.len() <= bytes.len() {
        if bytes[at] == first
            && bytes[at..at + wanted.len()].iter().zip(wanted).all(|(byte, wanted)| byte ^ 0x80 == *wanted)
        {
            found += 1;
        }
        at += 1;
    }
    found
}

fn site() -> Site {
    Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap())
}

/// A service that gives this reply in so many pieces, each wiped when the HTTP stack drops it.
fn service(canary: &Canary, before: &str, after: &str, pieces: usize) -> impl Transport + use<> {
    let canary = Canary(canary.0.clone());
    let (before, after) = (before.to_owned(), after.to_owned());
    FnTransport(move |request: Request<Body>| {
        let text = canary.within(&before, &after);
        let pieces: Vec<_> = text
            .chunks(text.len().div_ceil(pieces))
            .map(|piece| {
                Ok::<_, std::io::Error>(http_body::Frame::data(Bytes::from_owner(Zeroizing::new(piece.to_vec()))))
            })
            .collect();
        async move {
            let response = Response::new(StreamBody::new(futures_util::stream::iter(pieces)));
            ReplyReader::of(&request).read(response).await
        }
    })
}

/// Each thread that looks has a copy of its own; they go with the cache, though the threads live on.
async fn a_cache_leaves_none_behind() {
    let canary = Canary::new(5);
    let mine = service(&canary, r#"{"expires_in":3600,"token_type":"Bearer","access_token":""#, r#""}"#, 1);
    let cached = Cached::new(ClientCredentials::new(mine, &site(), Credentials::new("id", "secret").unwrap()));
    drop(cached.token().await.unwrap());
    // The task that fetches ends, too.
    tokio::task::yield_now().await;
    let (looked, end) = (Barrier::new(2), Barrier::new(2));
    std::thread::scope(|scope| {
        let theirs = cached.clone();
        let (looked, end) = (&looked, &end);
        // It fails at the end only: whoever waits for it would wait for ever.
        let thread = scope.spawn(move || {
            let found = theirs.peek().is_some() && theirs.peek().is_some();
            drop(theirs);
            looked.wait();
            end.wait();
            found
        });
        looked.wait();
        let held = canary.copies();
        drop(cached);
        let left = canary.copies();
        end.wait();
        assert!(thread.join().unwrap());
        assert!(held > 1, "one for the thread beside the cache's own: {held}");
        assert_eq!(left, 0);
    });
}

/// Proves P10.
#[tokio::test(flavor = "current_thread")]
async fn no_copy_of_a_token_is_left() {
    // The search sees what was freed: a text that nobody wipes.
    let control = Canary::new(0);
    drop(control.within("", "").to_vec());
    assert!(control.copies() > 0);

    for pieces in [1, 3] {
        let canary = Canary::new(u8::try_from(pieces).unwrap());
        let mine = service(&canary, r#"{"expires_in":3600,"token_type":"Bearer","access_token":""#, r#""}"#, pieces);
        let source = ClientCredentials::new(mine, &site(), Credentials::new("id", "secret").unwrap());
        let token: AccessToken = source.fetch().await.unwrap();
        let header = token.header();
        assert!(canary.copies() > 0, "it is there as long as it is in use");
        drop((token, header));
        assert_eq!(canary.copies(), 0, "{pieces} pieces");
    }
    a_cache_leaves_none_behind().await;

    for pieces in [1, 3] {
        let canary = Canary::new(10 + u8::try_from(pieces).unwrap());
        let before = r#"{"account":{"id":"a"},"workflowExecution":{"id":"w","credentials":[{"id":"c","category":"DOCUMENT","api":{"token":""#;
        let after = r#"","parts":{"front":"https://api.emea-1.jumio.ai/f"},"workflowExecution":"https://api.emea-1.jumio.ai/x"}}]}}"#;
        let client = Client::new(site(), service(&canary, before, after, pieces));
        let call = CreateAccount::doc_proof("order-17", Country::USA, DocumentType::BANK_STATEMENT).unwrap();
        let reply = client.send(&call).await.unwrap();
        let token = reply.workflow_execution.credentials[0].api.as_ref().unwrap().token.clone().unwrap();
        let clone = reply.clone();
        drop(reply);
        assert!(canary.copies() > 0, "it is there as long as it is in use");
        // And the header that carries it.
        let finalize = Finalize::new("https://api.emea-1.jumio.ai/x", token);
        let silent = FnTransport(|_: Request<Body>| async { Ok(Response::new(Bytes::new())) });
        let _ = Client::new(site(), silent).send(&finalize).await;
        drop((clone, finalize));
        assert_eq!(canary.copies(), 0, "{pieces} pieces");
    }
    // An upload is answered with the transaction token, too.
    for pieces in [1, 3] {
        let canary = Canary::new(20 + u8::try_from(pieces).unwrap());
        let client = Client::new(site(), service(&canary, r#"{"api":{"token":""#, r#""}}"#, pieces));
        let part = FilePart::new(Segment::Bytes(Bytes::from("%PDF-1.7")), Media::Pdf);
        let token = TransactionToken::new("t");
        let call = UploadDocument::new("https://api.emea-1.jumio.ai/f", token, part, Boundary::new([7; 16]));
        let reply = client.send(&call).await.unwrap();
        assert!(
            reply.api.as_ref().unwrap().token.is_some() && canary.copies() > 0,
            "it is there as long as it is in use"
        );
        drop(reply);
        assert_eq!(canary.copies(), 0, "{pieces} pieces");
    }
}
