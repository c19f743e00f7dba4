//! A `tower::Service` as transport, over a socket: hyper's client, as somebody would bring it.

use std::error::Error;
use std::future::{Ready, ready};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper_util::client::legacy::{Client, Error as HyperError};
use hyper_util::rt::TokioExecutor;
use jumio_model::api::CreateAccount;
use jumio_model::endpoint::{Body, Meta, Segment};
use jumio_transport::{
    ReplyCeiling, Retry, RetryPolicy, SendBody, ServiceTransport, Transport, TransportError, TransportErrorKind as Kind,
};
use tokio::net::TcpListener;

use crate::server::Server;
use crate::{OK, post};

type Hyper = Client<hyper_util::client::legacy::connect::HttpConnector, SendBody>;

fn hyper() -> Hyper {
    Client::builder(TokioExecutor::new()).build_http()
}

fn meaning(error: Box<dyn Error + Send + Sync>) -> TransportError {
    match error.downcast_ref::<HyperError>() {
        Some(hyper) if hyper.is_connect() => TransportError::connect(error),
        _ => TransportError::interrupted(error),
    }
}

fn create(url: &str) -> Request<Body> {
    post(url, Body::from("{}").with_meta(Meta::of::<CreateAccount>()))
}

#[tokio::test]
async fn hypers_client_sends_a_file_and_its_reply_has_a_ceiling() {
    let server = Server::answering(OK).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "a document").unwrap();
    let transport = ServiceTransport::new(hyper());
    let mut request = post(&server.url("/"), Body::from_segments([Segment::file(file.path(), 0, 10)]));
    assert_eq!(transport.send(request.clone()).await.unwrap().body(), "ok");
    let received = &server.requests()[0];
    assert_eq!((received.header("content-length"), &*received.body), (Some("10"), b"a document".as_slice()));

    request.extensions_mut().insert(ReplyCeiling(1));
    assert_eq!(transport.send(request).await.unwrap_err().kind(), Kind::TooLarge);

    let request = post(&server.url("/"), Body::from_segments([Segment::file(file.path(), 0, 11)]));
    let error = transport.send(request).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Body, false));
}

#[tokio::test]
async fn what_a_failure_means_is_asked_of_whoever_knows() {
    let nowhere = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    let error = ServiceTransport::new(hyper()).send(create(&nowhere)).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Other, true));

    let knowing = ServiceTransport::new(hyper()).with_failure(meaning);
    let error = knowing.send(create(&nowhere)).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Connect, false));
    assert!(error.to_string().contains("127.0.0.1"), "{error}");

    let server = Server::start(|mut stream, requests| async move { requests.read(&mut stream).await }).await;
    let at_once = RetryPolicy::default().with_bases(Duration::ZERO, Duration::ZERO);
    let retry = Retry::new(knowing).with_policy(at_once);
    let error = retry.send(create(&server.url("/"))).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Interrupted, true));
    assert_eq!(server.requests().len(), 1, "sent again");
}

/// A stack that is never ready.
#[derive(Clone)]
struct Busy;

impl tower::Service<Request<SendBody>> for Busy {
    type Response = Response<Full<Bytes>>;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Err("too many calls".into()))
    }

    fn call(&mut self, _: Request<SendBody>) -> Self::Future {
        ready(Ok(Response::new(Full::new(Bytes::new()))))
    }
}

#[tokio::test]
async fn a_stack_that_is_not_ready_was_given_nothing() {
    let error = ServiceTransport::new(Busy).send(create("http://127.0.0.1:1/")).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::NotSent, false));
    assert_eq!(error.host(), Some("127.0.0.1:1"));
}
