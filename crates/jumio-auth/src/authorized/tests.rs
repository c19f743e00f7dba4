//! Where the access token goes, and what a 401 does.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response, StatusCode};
use jumio_model::api::{CreateAccount, FetchToken, Finalize, GetHealth, GetStatus};
use jumio_model::endpoint::{Body, Endpoint, Region, Site, UserAgent};
use jumio_model::{AccountId, Country, DocumentType, TransactionToken, WorkflowExecutionId};
use jumio_transport::{Client, FnTransport, MockTransport, Transport as _, TransportErrorKind as Kind};
use mockall::Sequence;

use super::Authorized;
use crate::{AccessToken, AuthError, Cached, MockTokenProvider, MockTokenSource, StaticToken};

fn site() -> Site {
    Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap())
}

fn request(call: &impl Endpoint) -> Request<Body> {
    call.to_http(&site()).unwrap()
}

fn status_call() -> GetStatus {
    GetStatus::new(AccountId::from("a"), WorkflowExecutionId::from("w"))
}

fn token(generation: u64) -> AccessToken {
    AccessToken::new(&format!("canary-{generation}"), None).unwrap().with_generation(generation)
}

fn response(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

fn sent_with(expected: &'static str) -> impl Fn(&Request<Body>) -> bool + Send {
    move |request| request.headers().get(AUTHORIZATION).is_some_and(|value| value == expected && value.is_sensitive())
}

#[tokio::test]
async fn the_token_goes_on_the_calls_that_ask_for_it_and_on_no_other() {
    let mut inner = MockTransport::new();
    let mut order = Sequence::new();
    let has = |request: &Request<Body>| request.headers().contains_key(AUTHORIZATION);
    inner.expect_send().times(2).in_sequence(&mut order).withf(has).returning(|_| Ok(response(StatusCode::OK)));
    let without = move |request: &Request<Body>| !has(request);
    inner.expect_send().times(4).in_sequence(&mut order).withf(without).returning(|_| Ok(response(StatusCode::OK)));
    let authorized = Authorized::new(inner, StaticToken::new(token(1)), &site());

    let create = CreateAccount::doc_proof("order-17", Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let finalize = Finalize::new("https://api.emea-1.jumio.ai/x", TransactionToken::new("t"));
    let unknown = Request::new(Body::empty());
    for request in [
        request(&create),
        request(&status_call()),
        request(&finalize),
        request(&FetchToken::new()),
        request(&GetHealth::new()),
        unknown,
    ] {
        authorized.send(request).await.unwrap();
    }
}

#[tokio::test]
async fn it_goes_to_no_other_host_and_the_provider_is_not_even_asked() {
    let authorized = Authorized::new(MockTransport::new(), MockTokenProvider::new(), &site());
    for uri in ["https://retrieval.amer-1.jumio.ai/", "http://retrieval.emea-1.jumio.ai/", "https://evil.example/"] {
        let mut request = request(&status_call());
        *request.uri_mut() = uri.parse().unwrap();
        let error = authorized.send(request).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::NotSent, false));
    }
}

#[tokio::test]
async fn a_401_is_answered_with_a_new_token_once() {
    for second in [StatusCode::OK, StatusCode::UNAUTHORIZED] {
        let mut inner = MockTransport::new();
        let mut order = Sequence::new();
        inner
            .expect_send()
            .once()
            .in_sequence(&mut order)
            .withf(sent_with("Bearer canary-1"))
            .returning(|_| Ok(response(StatusCode::UNAUTHORIZED)));
        inner
            .expect_send()
            .once()
            .in_sequence(&mut order)
            .withf(|request| {
                sent_with("Bearer canary-2")(request)
                    && request.body().content_length() > 0
                    && !request.extensions().is_empty()
            })
            .returning(move |_| Ok(response(second)));
        let mut tokens = MockTokenProvider::new();
        tokens.expect_peek().once().returning(|| Some(token(1)));
        tokens.expect_rejected().once().withf(|generation| *generation == 1).return_const(());
        tokens.expect_peek().once().returning(|| None);
        tokens.expect_token().once().returning(|| Ok(token(2)));

        let authorized = Authorized::new(inner, tokens, &site());
        let create = CreateAccount::doc_proof("order-17", Country::USA, DocumentType::BANK_STATEMENT).unwrap();
        assert_eq!(authorized.send(request(&create)).await.unwrap().status(), second);
    }
}

#[tokio::test]
async fn without_another_token_the_401_is_the_answer() {
    let mut inner = MockTransport::new();
    inner.expect_send().once().returning(|_| Ok(response(StatusCode::UNAUTHORIZED)));
    let authorized = Authorized::new(inner, StaticToken::new(token(1)), &site());
    assert_eq!(authorized.send(request(&status_call())).await.unwrap().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_401_on_a_transaction_token_asks_for_no_access_token() {
    let mut inner = MockTransport::new();
    inner.expect_send().once().returning(|_| Ok(response(StatusCode::UNAUTHORIZED)));
    let client = Client::new(site(), Authorized::new(inner, MockTokenProvider::new(), &site()));
    let finalize = Finalize::new("https://api.emea-1.jumio.ai/x", TransactionToken::new("t"));
    assert!(client.send(&finalize).await.unwrap_err().is_unauthorized());
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let mut tokens = MockTokenProvider::new();
    tokens.expect_peek().returning(|| None);
    tokens.expect_token().once().returning(|| Err(AuthError::other("vault is sealed")));
    let authorized = Authorized::new(MockTransport::new(), tokens, &site());
    let error = authorized.send(request(&status_call())).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::NotSent, false));
    let cause = error.source().unwrap().downcast_ref::<AuthError>().unwrap();
    assert_eq!(cause.source().unwrap().to_string(), "vault is sealed");
}

// A8: a 401 for another reason than the token.
#[tokio::test(start_paused = true)]
async fn a_service_that_always_says_401_costs_few_tokens() {
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&calls);
    let inner = FnTransport(move |_: Request<Body>| {
        seen.fetch_add(1, Ordering::SeqCst);
        async { Ok(response(StatusCode::UNAUTHORIZED)) }
    });
    let mut source = MockTokenSource::new();
    // 100 s, and at most one fetch in ten of them.
    source.expect_fetch().times(2..=10).returning(|| AccessToken::new("t", Some(3600)));
    let authorized = Authorized::new(inner, Cached::new(source), &site());
    for _ in 0..1000 {
        let response = authorized.send(request(&status_call())).await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        tokio::time::advance(std::time::Duration::from_millis(100)).await;
    }
    assert!(calls.load(Ordering::SeqCst) <= 2000);
}
