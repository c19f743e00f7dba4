//! Connections that break, stall and lie, through a proxy that does so at a chosen byte.

use std::sync::Arc;
use std::time::Duration;

use http::Request;
use jumio_model::api::{CreateAccount, GetStatus};
use jumio_model::endpoint::{Body, Endpoint, Meta, Segment};
use jumio_transport::{
    AttemptTimeout, MinimumSpeed, ReqwestTransport, Retry, RetryPolicy, Transport as _, TransportErrorKind as Kind,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Notify, mpsc};

use crate::proxy::{Plan, Proxy, Then};
use crate::server::{Server, read_head};
use crate::{post, secret_free, transport};

const REPLY: &str = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\":\"bc\"}";

/// Answers as long as the client asks.
async fn patient() -> Server {
    Server::start(|mut stream, requests| async move {
        while requests.read_next(&mut stream).await {
            if stream.write_all(REPLY.as_bytes()).await.is_err() {
                return;
            }
        }
    })
    .await
}

fn call<E: Endpoint>(url: &str) -> Request<Body> {
    let mut request = post(url, "{}");
    *request.method_mut() = E::METHOD;
    *request.body_mut() = Body::from("{}").with_meta(Meta::of::<E>());
    request
}

/// Repeats at once: what is looked at is how often, and waits have tests of their own.
fn retrying() -> Retry<ReqwestTransport> {
    Retry::new(transport()).with_policy(RetryPolicy::default().with_bases(Duration::ZERO, Duration::ZERO))
}

#[tokio::test]
async fn a_reply_that_breaks_at_any_byte_is_no_reply() {
    let server = patient().await;
    for at in 0..REPLY.len() {
        for then in [Then::Close, Then::Reset] {
            let proxy = Proxy::before(server.address, move |_| Plan::down(at, then)).await;
            let error = transport().send(post(&proxy.url("/canary?canary"), "x")).await.unwrap_err();
            assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Interrupted, true), "{at} {then:?}");
            secret_free(&error);
            assert_eq!(proxy.connections(), 1);
        }
    }
}

/// Proves R4.
#[tokio::test]
async fn a_call_whose_answer_is_lost_arrived_once_in_a_thousand_runs() {
    // Read to its end, and then the connection is gone.
    let server = Server::answering("").await;
    let retrying = retrying();
    for run in 1..=1000 {
        let error = retrying.send(call::<CreateAccount>(&server.url("/"))).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Interrupted, true), "{run}");
        assert_eq!(server.requests().len(), run);
    }
}

/// Proves R4.
#[tokio::test]
async fn a_call_that_breaks_at_any_byte_arrives_once_if_it_must_and_succeeds_if_it_may_be_repeated() {
    let length = {
        let server = patient().await;
        transport().send(call::<GetStatus>(&server.url("/"))).await.unwrap();
        let received = server.requests().remove(0);
        received.head.len() + received.body.len()
    };
    // Every seventh byte of the request, and its last ones; after each of them, and after the answer's first.
    let points = (0..=length).filter(|at| at % 7 == 0 || length - at < 4).map(|at| Plan::up(at, Then::Reset));
    for plan in points.chain([Plan::down(0, Then::Reset), Plan::down(0, Then::Close), Plan::down(1, Then::Close)]) {
        let broken_first = move |number| if number == 0 { plan } else { Plan::NONE };

        let server = patient().await;
        let proxy = Proxy::before(server.address, broken_first).await;
        let error = retrying().send(call::<CreateAccount>(&proxy.url("/"))).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Interrupted, true), "{plan:?}");
        assert!(server.requests().len() <= 1 && proxy.connections() == 1, "{plan:?}: sent again");

        let server = patient().await;
        let proxy = Proxy::before(server.address, broken_first).await;
        assert!(retrying().send(call::<GetStatus>(&proxy.url("/"))).await.is_ok(), "{plan:?}");
        assert_eq!(proxy.connections(), 2, "{plan:?}");
    }
}

/// Proves R6.
/// The server closes each connection that it kept open, at the worst moment there is: when the next request is on its way. After one
/// call, and after as many as a kept connection usually has.
#[tokio::test]
async fn a_kept_connection_that_the_server_closes_is_not_noticed_by_calls_that_may_be_repeated() {
    // R6 wants 10,000.
    for (calls, on_each) in [(200, 1), (9_800, 49)] {
        let server = Server::start(move |mut stream, requests| async move {
            for _ in 0..on_each {
                if !requests.read_next(&mut stream).await {
                    return;
                }
                stream.write_all(REPLY.as_bytes()).await.unwrap();
            }
            // The first byte of another request, which nobody reads on.
            let _ = stream.read_u8().await;
        })
        .await;
        let retry = retrying();
        for number in 0..calls {
            let reply = retry.send(call::<GetStatus>(&server.url("/"))).await;
            assert!(reply.is_ok(), "call {number}: {reply:?}");
        }
        // Every connection but the first after one that broke.
        assert_eq!((server.requests().len(), server.connections()), (calls, calls / on_each));

        // A call that must not happen twice says so instead, once: its first connection is the one that is left.
        let error = retry.send(call::<CreateAccount>(&server.url("/"))).await.unwrap_err();
        assert!(error.may_have_been_processed());
        assert_eq!(server.requests().len(), calls);
    }
}

/// Proves R12.
#[tokio::test]
async fn a_connection_on_which_an_upload_was_dropped_midway_is_not_used_again() {
    const LENGTH: usize = 64 * 1024 * 1024;
    let (began, mut begun) = mpsc::channel(1);
    let server = Server::start(move |mut stream, requests| {
        let began = began.clone();
        async move {
            if !requests.read_next(&mut stream).await {
                return;
            }
            stream.write_all(REPLY.as_bytes()).await.unwrap();
            // The next request on this connection, if any: an upload, or another call.
            let mut first = [0; 4];
            if stream.read_exact(&mut first).await.is_err() {
                return;
            }
            began.send(()).await.unwrap();
            let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
        }
    })
    .await;
    let transport = transport();
    // The connection is kept.
    transport.send(call::<GetStatus>(&server.url("/"))).await.unwrap();
    let upload = {
        let (transport, mut request) = (transport.clone(), call::<CreateAccount>(&server.url("/")));
        request.headers_mut().insert("content-length", LENGTH.into());
        *request.body_mut() = Body::from(vec![b'x'; LENGTH]);
        tokio::spawn(async move { transport.send(request).await })
    };
    begun.recv().await.unwrap();
    upload.abort();
    assert!(upload.await.unwrap_err().is_cancelled());
    // On a connection of its own, and whole.
    transport.send(call::<CreateAccount>(&server.url("/"))).await.unwrap();
    assert_eq!((server.requests().len(), server.connections()), (2, 2));
}

/// The server closed a kept connection and the client could see it: no call notices, not even one that must happen once.
#[tokio::test]
async fn a_kept_connection_that_was_closed_in_time_is_not_used() {
    let closed = Arc::new(Notify::new());
    let tell = Arc::clone(&closed);
    let server = Server::start(move |mut stream, requests| {
        let tell = Arc::clone(&tell);
        async move {
            requests.read_next(&mut stream).await;
            stream.write_all(REPLY.as_bytes()).await.unwrap();
            drop(stream);
            tell.notify_one();
        }
    })
    .await;
    let transport = transport();
    for number in 1..=20 {
        transport.send(call::<CreateAccount>(&server.url("/"))).await.unwrap();
        closed.notified().await;
        // The end of the stream is there; the connection's own task has yet to read it.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(server.requests().len(), number);
    }
}

#[tokio::test]
async fn headers_that_stop_midway_meet_the_time_of_the_attempt() {
    let (arrived, mut arrivals) = mpsc::channel(1);
    let server = Server::start(move |mut stream, requests| {
        let arrived = arrived.clone();
        async move {
            requests.read(&mut stream).await;
            stream.write_all(&REPLY.as_bytes()[..25]).await.unwrap();
            arrived.send(()).await.unwrap();
            let _ = stream.read_u8().await;
        }
    })
    .await;
    let request = post(&server.url("/"), "x");
    let sending = tokio::spawn(async move { AttemptTimeout::new(transport()).send(request).await });
    arrivals.recv().await.unwrap();
    tokio::time::pause();
    let error = sending.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Timeout, true));
}

/// Proves R7.
#[tokio::test]
async fn a_body_that_drips_is_given_up_for_its_speed() {
    let server = patient().await;
    // A byte a second, on the test's clock: never silent, and not done within its patience.
    let second = Duration::from_secs(1);
    let proxy = Proxy::before(server.address, move |_| Plan::down(REPLY.len() - 10, Then::Drip(second))).await;
    let request = post(&proxy.url("/canary?canary"), "x");
    let impatient = MinimumSpeed::new(1000, Duration::from_secs(5));
    let sending = tokio::spawn(async move { transport().with_minimum_speed(impatient).send(request).await });
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    tokio::time::pause();
    let error = sending.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Timeout, true));
    assert!(error.to_string().contains("1000 bytes a second"), "{error}");
    secret_free(&error);
}

/// Proves R7.
#[tokio::test]
async fn an_upload_that_nobody_takes_is_given_up_for_its_speed() {
    // More than the sockets' buffers can hold.
    const LENGTH: u64 = 64 * 1024 * 1024;
    let (began, mut begun) = mpsc::channel(1);
    let server = Server::start(move |mut stream, _| {
        let began = began.clone();
        async move {
            read_head(&mut stream).await;
            began.send(()).await.unwrap();
            // Takes nothing more, and lets go only with the test.
            std::future::pending::<()>().await;
        }
    })
    .await;
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(LENGTH).unwrap();
    let mut request = post(&server.url("/"), "");
    request.headers_mut().insert("content-length", LENGTH.into());
    *request.body_mut() = Body::from_segments([Segment::file(file.path(), 0, LENGTH)]);
    let sending = tokio::spawn(async move { transport().send(request).await });
    begun.recv().await.unwrap();
    tokio::time::pause();
    let error = sending.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Timeout, true));
    assert!(error.to_string().contains("1000 bytes a second"), "{error}");
}

/// A proxy or server may refuse an upload before it has read it. Where it then waits for the client to see it, the refusal is
/// the answer; where it resets the connection, the refusal may be lost, and nothing is made of that.
#[tokio::test]
async fn an_upload_that_is_refused_early_is_refused_or_in_doubt_and_never_done() {
    const LENGTH: usize = 4 * 1024 * 1024;
    for lingers in [true, false] {
        let server = Server::start(move |mut stream, _| async move {
            read_head(&mut stream).await;
            let answer = b"HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
            let _ = stream.write_all(answer).await;
            if lingers {
                let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
            } else {
                stream.set_zero_linger().unwrap();
            }
        })
        .await;
        for _ in 0..10 {
            let mut upload = call::<CreateAccount>(&server.url("/"));
            upload.headers_mut().insert("content-length", LENGTH.into());
            *upload.body_mut() = Body::from(vec![b'x'; LENGTH]);
            let before = server.connections();
            match retrying().send(upload).await {
                Ok(refused) => assert_eq!(refused.status(), 413),
                Err(error) => {
                    assert!(!lingers, "the refusal was lost: {error:?}");
                    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Interrupted, true));
                }
            }
            assert_eq!(server.connections() - before, 1, "sent again");
        }
    }
}

#[tokio::test]
async fn garbage_is_no_reply_and_does_no_harm() {
    let endless = ["HTTP/1.1 200 OK\r\nX: ".as_bytes(), &[b'x'; 2 << 20]].concat();
    let twice = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde".to_vec();
    let mut noise = vec![0; 4096];
    let mut state = 17_u32;
    for byte in &mut noise {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (state >> 24) as u8;
    }
    let cases: [Vec<u8>; 10] = [
        endless,
        twice,
        noise,
        b"\x15\x03\x01\x00\x02\x02\x46".to_vec(), // a TLS alert
        b"SSH-2.0-OpenSSH_9.9\r\n".to_vec(),
        b"HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec(),
        b"HTTP/1.1 abc OK\r\n\r\n".to_vec(),
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx".to_vec(),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n0\r\n\r\n".to_vec(),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\nx".to_vec(),
    ];
    for (number, garbage) in cases.into_iter().enumerate() {
        let server = Server::answering(garbage).await;
        let error = transport().send(post(&server.url("/canary?canary"), "x")).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Interrupted, true), "case {number}");
        secret_free(&error);
    }
}

#[tokio::test]
async fn a_proxy_that_demands_a_login_is_no_connection_and_gets_the_login_that_was_set() {
    let demanding = || async {
        Server::answering(
            "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"canary\"\r\nContent-Length: 0\r\n\r\n",
        )
        .await
    };
    let proxy = demanding().await;
    let without = ReqwestTransport::builder().proxy(proxy.url("")).build().unwrap();
    let error = without.send(post("https://jumio.example/canary?canary", "canary")).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Connect, false), "{error:?}");
    assert!(error.to_string().contains("the proxy demands a login"), "{error}");
    secret_free(&error);

    let url = proxy.url("").replace("http://", "http://anna:canary@");
    let with = ReqwestTransport::builder().proxy(url).build().unwrap();
    let error = with.send(post("https://jumio.example/", "canary")).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Connect, false));
    secret_free(&error);

    // The proxy saw where to, and whom, and nothing of the request.
    let heads: Vec<String> = proxy.requests().into_iter().map(|request| request.head).collect();
    assert_eq!(heads.len(), 2);
    assert!(heads.iter().all(|head| head.starts_with("CONNECT jumio.example:443 ") && !head.contains("canary")));
    assert!(!heads[0].to_lowercase().contains("proxy-authorization"));
    assert!(heads[1].to_lowercase().contains("proxy-authorization: basic yw5uytpjyw5hcnk="), "{}", heads[1]);
}

/// A server that stops in the middle of a reply without closing.
#[tokio::test]
async fn a_connection_that_is_half_open_meets_the_time_of_the_attempt() {
    let server = patient().await;
    let proxy = Proxy::before(server.address, |_| Plan::down(REPLY.len() - 3, Then::Hold)).await;
    let request = post(&proxy.url("/"), "x");
    let timeout = Duration::from_secs(5);
    let sending = tokio::spawn(async move { AttemptTimeout::new(transport()).with_call(timeout).send(request).await });
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    tokio::time::pause();
    let error = sending.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Timeout, true));
}
