//! What production negotiates: HTTP/2. The server's streams are the h2 crate's, or bytes where that has no word for it.

use std::fs::OpenOptions;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use h2::server::{Connection, SendResponse};
use h2::{Reason, RecvStream};
use http::{Request, Response, Version};
use jumio_model::api::{CreateAccount, GetStatus};
use jumio_model::endpoint::{Body, Endpoint, Meta, Segment};
use jumio_transport::{ReqwestTransport, Retry, RetryPolicy, Transport as _, TransportErrorKind as Kind};
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_rustls::server::TlsStream;

use crate::post;
use crate::server::Server;
use crate::tls::Authority;

type Stream = TlsStream<TcpStream>;
type Asked = (Request<RecvStream>, SendResponse<Bytes>);

/// A server and a client that trusts it.
async fn both<F, R>(script: F) -> (Server, ReqwestTransport)
where
    F: Fn(Stream, usize) -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let authority = Authority::new();
    let transport = ReqwestTransport::builder().root_certificate_pem(authority.pem()).build().unwrap();
    let (acceptor, script, connections) = (authority.http2(), Arc::new(script), AtomicUsize::new(0));
    let server = Server::start(move |stream, _| {
        let (acceptor, script) = (acceptor.clone(), Arc::clone(&script));
        let number = connections.fetch_add(1, Ordering::SeqCst);
        async move {
            let stream = acceptor.accept(stream).await.unwrap();
            script(stream, number).await;
        }
    })
    .await;
    (server, transport)
}

/// Gives each request to the script, with its number, for as long as the client stays.
async fn each<F, R>(stream: Stream, script: F)
where
    F: Fn(Asked, usize) -> R,
    R: Future<Output = ()> + Send + 'static,
{
    let mut connection: Connection<Stream, Bytes> = h2::server::handshake(stream).await.unwrap();
    let mut number = 0;
    while let Some(Ok(asked)) = connection.accept().await {
        tokio::spawn(script(asked, number));
        number += 1;
    }
}

/// The whole body of a request, or how much of it came.
async fn whole(mut body: RecvStream) -> Result<Vec<u8>, usize> {
    let mut all = Vec::new();
    while let Some(chunk) = body.data().await {
        let Ok(chunk) = chunk else { return Err(all.len()) };
        let _ = body.flow_control().release_capacity(chunk.len());
        all.extend_from_slice(&chunk);
    }
    Ok(all)
}

fn ok(mut answer: SendResponse<Bytes>) {
    let mut stream = answer.send_response(Response::new(()), false).unwrap();
    stream.send_data("ok".into(), true).unwrap();
}

fn url(server: &Server) -> String {
    format!("https://localhost:{}/", server.address.port())
}

fn call<E: Endpoint>(url: &str) -> Request<Body> {
    let mut request = post(url, Body::from("{}").with_meta(Meta::of::<E>()));
    *request.method_mut() = E::METHOD;
    request
}

fn retrying(transport: &ReqwestTransport) -> Retry<ReqwestTransport> {
    Retry::new(transport.clone()).with_policy(RetryPolicy::default().with_bases(Duration::ZERO, Duration::ZERO))
}

#[tokio::test]
async fn a_file_goes_out_whole_with_its_length() {
    let bytes: Vec<u8> = (0..700_000_u32).map(|at| (at % 251) as u8).collect();
    let (seen, mut arrived) = mpsc::unbounded_channel();
    let (server, transport) = both(move |stream, _| {
        let seen = seen.clone();
        each(stream, move |(request, answer), _| {
            let seen = seen.clone();
            async move {
                let (head, body) = request.into_parts();
                let body = whole(body).await.unwrap();
                seen.send((head.version, head.headers, body)).unwrap();
                ok(answer);
            }
        })
    })
    .await;
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &bytes).unwrap();
    let mut request = post(&url(&server), "");
    request.headers_mut().insert("content-length", 700_000.into());
    *request.body_mut() = Body::from_segments([Segment::file(file.path(), 0, 700_000)]);
    let response = transport.send(request).await.unwrap();
    assert_eq!((response.version(), &**response.body()), (Version::HTTP_2, b"ok".as_slice()));
    let (version, headers, body) = arrived.recv().await.unwrap();
    assert_eq!((version, headers["content-length"].as_bytes()), (Version::HTTP_2, b"700000".as_slice()));
    assert!(body == bytes);
}

/// Proves U2.
#[tokio::test]
async fn a_file_that_shrinks_midway_never_arrives_whole() {
    const LENGTH: u64 = 8 * 1024 * 1024; // more than the window that a stream begins with
    let file = NamedTempFile::new().unwrap();
    file.as_file().set_len(LENGTH).unwrap();
    let path = file.path().to_owned();
    let (seen, mut arrived) = mpsc::unbounded_channel();
    let (server, transport) = both(move |stream, _| {
        let (seen, path) = (seen.clone(), path.clone());
        each(stream, move |(request, _answer), _| {
            OpenOptions::new().write(true).open(&path).unwrap().set_len(LENGTH / 2 + 1).unwrap();
            let seen = seen.clone();
            async move { seen.send(whole(request.into_body()).await).unwrap() }
        })
    })
    .await;
    let mut request = post(&url(&server), "");
    request.headers_mut().insert("content-length", LENGTH.into());
    *request.body_mut() = Body::from_segments([Segment::file(file.path(), 0, LENGTH)]);
    let error = transport.send(request).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Body, true), "{error:?}");
    assert!(arrived.recv().await.unwrap().is_err(), "half a document was taken for a whole one");
}

#[tokio::test]
async fn an_upload_that_is_refused_early_is_refused() {
    const LENGTH: usize = 4 * 1024 * 1024;
    let (server, transport) = both(|stream, _| {
        each(stream, |(_, mut answer), _| async move {
            let refusal = Response::builder().status(413).body(()).unwrap();
            answer.send_response(refusal, true).unwrap();
        })
    })
    .await;
    let mut upload = call::<CreateAccount>(&url(&server));
    upload.headers_mut().insert("content-length", LENGTH.into());
    *upload.body_mut() = Body::from(vec![b'x'; LENGTH]);
    assert_eq!(transport.send(upload).await.unwrap().status(), 413);
}

/// A stream that was refused was not looked at: also a call that must happen once goes out again, and arrives once.
#[tokio::test]
async fn a_refused_stream_proves_that_nothing_was_processed() {
    for (reason, processed) in [(Reason::REFUSED_STREAM, false), (Reason::INTERNAL_ERROR, true), (Reason::CANCEL, true)]
    {
        let (seen, mut arrived) = mpsc::unbounded_channel();
        let (server, transport) = both(move |stream, _| {
            let seen = seen.clone();
            each(stream, move |(request, mut answer), number| {
                let seen = seen.clone();
                async move {
                    if number == 0 {
                        return answer.send_reset(reason);
                    }
                    seen.send(whole(request.into_body()).await).unwrap();
                    ok(answer);
                }
            })
        })
        .await;
        let url = url(&server);
        let sent = retrying(&transport).send(call::<CreateAccount>(&url)).await;
        if processed {
            let error = sent.unwrap_err();
            assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Interrupted, true), "{error:?}");
        } else {
            assert_eq!(sent.unwrap().body(), "ok");
            assert_eq!(arrived.recv().await.unwrap().unwrap(), b"{}");
        }
        assert!(arrived.try_recv().is_err() && server.connections() == 1);
        // In doubt or not, what may be repeated is.
        assert!(retrying(&transport).send(call::<GetStatus>(&url)).await.is_ok());
    }
}

/// A load balancer that is exchanged says which streams it will still answer.
#[tokio::test]
async fn a_connection_that_is_being_closed_says_what_it_did_not_take() {
    for (last, processed) in [(0, false), (1, true)] {
        let (server, transport) = both(move |stream, number| async move {
            if number == 0 {
                return goes_away(stream, last).await;
            }
            each(stream, |(request, answer), _| async move {
                assert_eq!(whole(request.into_body()).await.unwrap(), b"{}");
                ok(answer);
            })
            .await;
        })
        .await;
        let sent = retrying(&transport).send(call::<CreateAccount>(&url(&server))).await;
        if processed {
            let error = sent.unwrap_err();
            assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Interrupted, true), "{error:?}");
        } else {
            assert_eq!(sent.unwrap().body(), "ok");
        }
        assert_eq!(server.connections(), if processed { 1 } else { 2 });
    }
}

/// Waits for the first request and closes the connection: all streams after `last` were not looked at.
async fn goes_away(mut stream: Stream, last: u8) {
    const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    const HEADERS: u8 = 1;
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await.unwrap();
    stream.write_all(&SETTINGS).await.unwrap();
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.unwrap();
        let length = usize::from(head[1]) * 256 + usize::from(head[2]);
        stream.read_exact(&mut vec![0; length]).await.unwrap();
        if head[3] == HEADERS {
            break;
        }
    }
    let go_away = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, last, 0, 0, 0, 0];
    stream.write_all(&go_away).await.unwrap();
    let _ = stream.shutdown().await;
    // Until the client lets go of it, so that nothing is reset.
    let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
}
