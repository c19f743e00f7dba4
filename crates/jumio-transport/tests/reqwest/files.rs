//! Files on their way out: exact length, constant order, and no half document taken for a whole one.

use std::error::Error as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use jumio_model::endpoint::{Body, Segment};
use jumio_transport::{BodyError, BodyErrorKind, Progress, Transport as _, TransportErrorKind as Kind};
use tempfile::NamedTempFile;
use tokio::io::AsyncReadExt as _;
use tokio::sync::mpsc;

use crate::server::{Server, read_head};
use crate::{OK, post, transport};

#[tokio::test]
async fn a_file_goes_out_whole_with_its_length_and_no_chunks() {
    let mut file = NamedTempFile::new().unwrap();
    let bytes: Vec<u8> = (0..700_000_u32).map(|at| (at % 251) as u8).collect();
    file.write_all(&bytes).unwrap();
    let body = || {
        let text = |text: &'static str| Segment::Bytes(text.into());
        Body::from_segments([text("head"), Segment::file(file.path(), 0, 700_000), text("tail")])
    };
    let server = Server::answering(OK).await;
    let last = Arc::new(Mutex::new((0, 0)));
    for with_header in [true, false] {
        let mut request = post(&server.url("/"), "");
        *request.body_mut() = body();
        request.headers_mut().remove("content-length");
        if with_header {
            request.headers_mut().insert("content-length", 700_008.into());
        }
        let seen = Arc::clone(&last);
        request.extensions_mut().insert(Progress::new(move |sent, total| *seen.lock().unwrap() = (sent, total)));
        assert_eq!(transport().send(request).await.unwrap().body(), "ok");
        assert_eq!(*last.lock().unwrap(), (700_008, 700_008));
    }
    for received in server.requests() {
        assert_eq!(received.header("content-length"), Some("700008"));
        assert_eq!(received.header("transfer-encoding"), None);
        assert!(received.body == [b"head".as_slice(), &bytes, b"tail"].concat());
    }
}

#[tokio::test]
async fn a_file_that_is_not_as_announced_is_found_before_anything_is_sent() {
    let file = NamedTempFile::new().unwrap();
    let server = Server::answering(OK).await;
    let mut request = post(&server.url("/"), "");
    *request.body_mut() = Body::from_segments([Segment::file(file.path(), 0, 5)]);
    let error = transport().send(request).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Body, false));
    assert_eq!(server.connections(), 0);
}

/// Proves U2.
#[tokio::test]
async fn a_file_that_shrinks_or_grows_midway_never_arrives_whole() {
    // More than the sockets' buffers can hold, so that most of it is still unread when the file changes.
    const LENGTH: u64 = 64 * 1024 * 1024;
    type Change = fn(PathBuf);
    let shrink: Change = |path| OpenOptions::new().write(true).open(path).unwrap().set_len(LENGTH / 2 + 1).unwrap();
    let grow: Change = |path| OpenOptions::new().append(true).open(path).unwrap().write_all(b"more").unwrap();
    for (change, kind) in [(shrink, BodyErrorKind::Shrank), (grow, BodyErrorKind::Changed)] {
        let file = NamedTempFile::new().unwrap();
        file.as_file().set_len(LENGTH).unwrap();
        let path = file.path().to_owned();
        let (arrived, mut arrivals) = mpsc::channel(1);
        let server = Server::start(move |mut stream, _| {
            let (path, arrived) = (path.clone(), arrived.clone());
            async move {
                let head = read_head(&mut stream).await;
                assert!(head.contains(&format!("content-length: {LENGTH}\r\n")), "{head}");
                change(path);
                let mut rest = tokio::io::sink();
                // The client may close the connection or reset it.
                let read = tokio::io::copy(&mut (&mut stream).take(LENGTH), &mut rest).await;
                arrived.send(read.unwrap_or_default()).await.unwrap();
            }
        })
        .await;
        let mut request = post(&server.url("/"), "");
        request.headers_mut().remove("content-length");
        *request.body_mut() = Body::from_segments([Segment::file(file.path(), 0, LENGTH)]);
        let error = transport().send(request).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Body, true));
        assert_eq!(error.source().unwrap().downcast_ref::<BodyError>().unwrap().kind(), kind);
        assert!(arrivals.recv().await.unwrap() < LENGTH);
    }
}
