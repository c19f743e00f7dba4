//! Downloads that are whole, cut short, too large, repeated or given up.

use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{Full, StreamBody};
use jumio_model::api::GetPart;
use jumio_model::endpoint::{Body, Region, Site, UserAgent};
use jumio_model::{AccountId, CredentialId, ReportLink};

use crate::{
    CallError, CallOptions, Client, Fault, FnTransport, Mishap, ReplyReader, Retry, Transport, TransportError,
    TransportErrorKind as Kind,
};

fn part() -> GetPart {
    GetPart::new(AccountId::from("a"), CredentialId::from("c"), "1")
}

fn client(transport: impl Transport + 'static) -> Client {
    Client::new(Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap()), transport)
}

fn names(folder: &Path) -> Vec<String> {
    folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// A transport that streams these chunks, of which the last may be a failure.
fn streaming(length: Option<u64>, chunks: &'static [Option<&'static str>]) -> impl Transport {
    FnTransport(move |request: Request<Body>| {
        let reader = ReplyReader::of(&request);
        let mut frames = Vec::new();
        for chunk in chunks {
            frames.push(match chunk {
                Some(text) => Ok(Frame::data(Bytes::from(*text))),
                None => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
            });
        }
        let mut response = Response::builder().header("content-type", "image/png");
        if let Some(length) = length {
            response = response.header("content-length", length);
        }
        let response = response.body(StreamBody::new(futures_util::stream::iter(frames))).unwrap();
        async move { reader.read(response).await }
    })
}

#[tokio::test]
async fn a_whole_reply_is_there_under_its_name_whoever_wrote_it() {
    let in_memory = FnTransport(|_: Request<Body>| async {
        Ok(Response::builder().header("content-type", "image/png").body(Bytes::from("12345")).unwrap())
    });
    let folder = tempfile::tempdir().unwrap();
    for (name, client) in [("a", client(streaming(Some(5), &[Some("123"), Some("45")]))), ("b", client(in_memory))] {
        let path = folder.path().join(name);
        std::fs::write(&path, "older and longer").unwrap();
        let downloaded = client.download(&part(), &path).await.unwrap();
        assert_eq!(downloaded.bytes, 5);
        assert_eq!(downloaded.content_type.unwrap(), "image/png");
        assert_eq!(std::fs::read(&path).unwrap(), b"12345");
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions()) & 0o777, 0o600);
    }
    assert_eq!(names(folder.path()).len(), 2);
}

/// A decorator that makes the response anew, of status and body alone, as one around another HTTP stack may.
#[tokio::test]
async fn a_response_that_was_made_anew_does_not_empty_the_file() {
    let streamed = Arc::new(streaming(Some(5), &[Some("123"), Some("45")]));
    let anew = FnTransport(move |request: Request<Body>| {
        let inner = Arc::clone(&streamed);
        async move {
            let (head, body) = inner.send(request).await?.into_parts();
            Ok(Response::builder().status(head.status).body(body).unwrap())
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::write(&path, "older").unwrap();
    assert_eq!(client(anew).download(&part(), &path).await.unwrap().bytes, 5);
    assert_eq!(std::fs::read(&path).unwrap(), b"12345");
}

/// Proves M4.
#[tokio::test]
async fn half_a_reply_or_too_large_a_one_leaves_no_file() {
    let cases: [(&str, Client, Kind); 6] = [
        ("broken off", client(streaming(None, &[Some("12"), None])), Kind::Interrupted),
        ("shorter than stated", client(streaming(Some(9), &[Some("12")])), Kind::Interrupted),
        ("longer than stated", client(streaming(Some(1), &[Some("12")])), Kind::Interrupted),
        ("over the ceiling as stated", client(streaming(Some(11), &[])), Kind::TooLarge),
        ("over the ceiling as it comes", client(streaming(None, &[Some("123456"), Some("123456")])), Kind::TooLarge),
        (
            "not over a connection",
            client(FnTransport(|_: Request<Body>| async { Err(TransportError::connect("?")) })),
            Kind::Connect,
        ),
    ];
    for (name, client, kind) in cases {
        let folder = tempfile::tempdir().unwrap();
        let options = CallOptions::new().with_reply_ceiling(10);
        let error = client.download_with(&part(), folder.path().join("x"), options).await.unwrap_err();
        let CallError::Transport(error) = error else { panic!("{name}: {error}") };
        assert_eq!(error.kind(), kind, "{name}");
        assert_eq!(names(folder.path()), [""; 0], "{name}");
    }
}

#[tokio::test]
async fn a_refusal_is_one_and_a_place_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let gone = FnTransport(|_: Request<Body>| async {
        Ok(Response::builder().status(404).body(Bytes::from(r#"{"detail":"gone"}"#)).unwrap())
    });
    let error = client(gone).download(&part(), folder.path().join("x")).await.unwrap_err();
    assert!(error.is_not_yet() && error.to_string().ends_with("gone"), "{error}");
    assert_eq!(names(folder.path()), [""; 0]);

    let error = client(streaming(None, &[])).download(&part(), folder.path().join("no/x")).await.unwrap_err();
    let CallError::Transport(error) = error else { panic!("{error}") };
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Destination, false));
}

#[tokio::test(start_paused = true)]
async fn a_second_attempt_begins_the_file_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    // The first answer reaches the file whole, and is lost all the same.
    let fault = Fault::new(streaming(Some(5), &[Some("12345")]), [Mishap::LostAnswer]);
    let downloaded = client(Retry::new(fault)).download(&part(), &path).await.unwrap();
    assert_eq!((downloaded.bytes, std::fs::read(&path).unwrap()), (5, b"12345".to_vec()));
}

#[tokio::test]
async fn an_attempt_that_another_has_overtaken_does_not_pass_for_whole() {
    let folder = tempfile::tempdir().unwrap();
    // As a hedging layer does: the second is asked while the first one's bytes come.
    let hedged = FnTransport(|request: Request<Body>| {
        let (first, second) = (ReplyReader::of(&request), ReplyReader::of(&request));
        let overtake = async move {
            second.read(Response::new(Full::new(Bytes::from("second")))).await.unwrap();
            Ok::<_, io::Error>(Frame::data(Bytes::from("first")))
        };
        let overtaken = Response::new(StreamBody::new(Box::pin(futures_util::stream::once(overtake))));
        async move { first.read(overtaken).await }
    });
    let path = folder.path().join("x");
    let CallError::Transport(error) = client(hedged).download(&part(), &path).await.unwrap_err() else {
        panic!("it is the transport's")
    };
    assert_eq!(error.kind(), Kind::Interrupted);
    assert!(names(folder.path()).is_empty());
}

#[tokio::test]
async fn a_report_is_fetched_without_any_credential_and_encrypted_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.pdf");
    let storage = FnTransport(|request: Request<Body>| async move {
        assert_eq!(request.uri(), "https://storage.example/report?signature=canary");
        assert!(!request.headers().contains_key("authorization"));
        Ok(Response::new(Bytes::from("%PDF-")))
    });
    let client = client(storage);
    client.download_report(&ReportLink::from("https://storage.example/report?signature=canary"), &path).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"%PDF-");
    for bad in
        ["http://storage.example/x?canary", "https://u:canary@storage.example/", "https://10.0.0.1/canary", "/canary"]
    {
        let error = client.download_report(&ReportLink::from(bad), &path).await.unwrap_err();
        assert!(matches!(error, CallError::NotAllowed(_)) && !format!("{error:?}").contains("canary"), "{error:?}");
    }
}
