//! What comes back: statuses, ceilings, redirects, bodies that break off.

use http::{Request, StatusCode};
use jumio_model::api::GetDetails;
use jumio_model::endpoint::{BaseUrl, Body, Site, UserAgent};
use jumio_model::{AccountId, WorkflowExecutionId};
use jumio_transport::{CallError, Client, ReplyCeiling, ReqwestTransport, Transport as _, TransportErrorKind as Kind};

use crate::server::Server;
use crate::{OK, post, transport};

#[tokio::test]
async fn any_status_is_a_response() {
    for status in ["401 Unauthorized", "404 Not Found", "429 Too Many Requests", "503 Service Unavailable"] {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\nRetry-After: 7\r\n\r\nno");
        let server = Server::answering(answer).await;
        let response = transport().send(post(&server.url("/"), "x")).await.unwrap();
        assert!(status.starts_with(response.status().as_str()));
        assert_eq!(response.headers()["retry-after"], "7");
        assert_eq!(response.body(), "no");
    }
}

/// Proves S4.
#[tokio::test]
async fn a_redirect_is_returned_and_its_target_never_called() {
    let target = Server::answering(OK).await;
    let port = target.address.port();
    let locations = [
        target.url("/stolen"),
        format!("http://localhost:{port}/stolen"),
        format!("//{}/stolen", target.address),
        "/stolen".to_owned(),
        "https://attacker.example/stolen".to_owned(),
    ];
    for (status, location) in
        [301, 302, 303, 307, 308].iter().flat_map(|status| locations.iter().map(move |to| (*status, to)))
    {
        let server = Server::answering(format!(
            "HTTP/1.1 {status} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        ))
        .await;
        let mut request = post(&server.url("/"), "personal");
        request.headers_mut().insert("authorization", "Bearer x".parse().unwrap());
        let response = transport().send(request).await.unwrap();
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(server.requests().len(), 1, "{location}");
    }
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn a_reply_over_the_ceiling_is_an_error_that_names_it() {
    let stated = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n5\r\n78901\r\n0\r\n\r\n";
    for answer in [stated, chunked] {
        let server = Server::answering(answer).await;
        let small = ReqwestTransport::builder().reply_ceiling(10).build().unwrap();
        let error = small.send(post(&server.url("/"), "x")).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::TooLarge, true));
        assert!(error.to_string().contains("more than 10 bytes"), "{error}");

        let mut larger = post(&server.url("/"), "x");
        larger.extensions_mut().insert(ReplyCeiling(11));
        assert_eq!(small.send(larger).await.unwrap().body(), "12345678901");
    }
    let mut long = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    long.resize(1024 * 1024 + 64, b'x');
    let server = Server::answering(long).await;
    let error = transport().send(post(&server.url("/"), "x")).await.unwrap_err();
    assert!(error.to_string().contains("1048576 bytes"), "{error}");
}

#[tokio::test]
async fn half_a_reply_is_no_reply() {
    let cases = [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 404 Not Fou",
        "rubbish\r\n\r\n",
    ];
    for answer in cases {
        let server = Server::answering(answer).await;
        let error = transport().send(post(&server.url("/"), "x")).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Interrupted, true), "{answer}");
    }
}

/// Whoever waits for a 401 or a 429 acts on its head.
#[tokio::test]
async fn half_a_refusal_is_a_refusal() {
    for status in ["401 Unauthorized", "404 Not Found", "429 Too Many Requests", "503 Service Unavailable"] {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 10\r\nRetry-After: 7\r\n\r\n12345");
        let server = Server::answering(answer).await;
        let response = transport().send(post(&server.url("/"), "x")).await.unwrap();
        assert!(status.starts_with(response.status().as_str()));
        assert_eq!(
            (response.headers()["retry-after"].as_bytes(), &**response.body()),
            (b"7".as_slice(), b"12345".as_slice())
        );
    }
}

/// Proves M4.
#[tokio::test]
async fn a_deep_or_packed_reply_is_an_error_that_keeps_what_came() {
    let deep = "[".repeat(10_000).into_bytes();
    // The beginning of what gzip makes of endless zeros, which reads as no text whatever it would unpack to.
    let packed = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3][..], &[0xec, 0xc1, 1, 1, 0, 0, 0, 0x80, 0x90, 0xfe]].concat();
    for (coding, body) in [("identity", deep), ("gzip", packed)] {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {}\r\n\r\n", body.len());
        let server = Server::answering([head.into_bytes(), body.clone()].concat()).await;
        let site = Site::at(BaseUrl::parse(&server.url("")).unwrap(), UserAgent::new("Acme KYC/1.0").unwrap());
        let details = GetDetails::new(AccountId::from("a"), WorkflowExecutionId::from("w"));
        let error = Client::new(site, transport()).send(&details).await.unwrap_err();
        let CallError::Unreadable(reply) = error else { panic!("{coding}: {error:?}") };
        assert_eq!(reply.body, body, "{coding}");
    }
}

#[tokio::test]
async fn nothing_is_unpacked_and_nothing_asked_for_that_would_need_it() {
    let server =
        Server::answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f.gz").await;
    let request = Request::get(server.url("/")).body(Body::empty()).unwrap();
    let response = transport().send(request).await.unwrap();
    assert_eq!((response.status(), response.body().as_ref()), (StatusCode::OK, b"\x1f.gz".as_slice()));
    let received = &server.requests()[0];
    assert_eq!(received.header("accept-encoding"), None);
    assert_eq!(received.header("content-length"), None);
    assert_eq!(received.header("transfer-encoding"), None);
}
