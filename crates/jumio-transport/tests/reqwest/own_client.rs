//! A reqwest client that somebody else has configured: what it does beside sending is noticed, and nothing is made of it.

use std::time::Duration;

use jumio_model::api::CreateAccount;
use jumio_model::endpoint::{Body, Endpoint as _, Meta};
use jumio_transport::{ReqwestTransport, Retry, RetryPolicy, Transport as _, TransportErrorKind as Kind};
use reqwest::redirect::Policy;
use tokio::net::TcpListener;

use crate::server::Server;
use crate::{OK, post, tls, transport};

fn client(redirects: Policy) -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().redirect(redirects);
    client.tls_backend_preconfigured(tls::any_config()).build().unwrap()
}

/// An address at which nobody listens.
async fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

async fn redirecting(to: &str) -> Server {
    Server::answering(format!("HTTP/1.1 303 See Other\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")).await
}

fn retrying(transport: ReqwestTransport) -> Retry<ReqwestTransport> {
    Retry::new(transport).with_policy(RetryPolicy::default().with_bases(Duration::ZERO, Duration::ZERO))
}

fn create(url: &str) -> http::Request<Body> {
    let mut request = post(url, Body::from("{}").with_meta(Meta::of::<CreateAccount>()));
    *request.method_mut() = CreateAccount::METHOD;
    request
}

#[tokio::test]
async fn it_works_too() {
    let server = Server::answering(OK).await;
    let transport = ReqwestTransport::from(client(Policy::none()));
    assert_eq!(transport.send(post(&server.url("/"), "x")).await.unwrap().body(), "ok");
}

/// The account is created, and the redirect that tells of it leads to where nobody listens: the refused connection is that of
/// another request.
#[tokio::test]
async fn a_connection_that_is_refused_after_a_redirect_proves_nothing() {
    let server = redirecting(&nowhere().await).await;
    let following = ReqwestTransport::from_client(client(Policy::limited(5)));
    let error = retrying(following).send(create(&server.url("/"))).await.unwrap_err();
    assert!(error.may_have_been_processed(), "{error}");
    assert_eq!(server.requests().len(), 1, "an account was created twice");

    // Nobody listens, and the client may have been redirected there for all that is known.
    let error = retrying(ReqwestTransport::from_client(client(Policy::none()))).send(create(&nowhere().await)).await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Connect, true));
    // Whoever vouches for the client is believed, and our own needs no voucher.
    for sure in [ReqwestTransport::from_client(client(Policy::none())).sending_once(), transport()] {
        let error = sure.send(create(&nowhere().await)).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Connect, false));
    }
}

#[tokio::test]
async fn a_redirect_that_was_followed_is_an_error_and_not_an_answer() {
    let target = Server::answering(OK).await;
    let server = redirecting(&target.url("/canary")).await;
    let following = ReqwestTransport::from_client(client(Policy::limited(5)));
    let error = retrying(following).send(create(&server.url("/"))).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Redirected, true));
    assert!(error.to_string().contains("redirect") && !format!("{error} {error:?}").contains("canary"), "{error:?}");
    assert_eq!(server.requests().len(), 1);

    let endless = ReqwestTransport::from_client(client(Policy::limited(0)));
    let error = endless.send(create(&server.url("/"))).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Redirected, true));
}
