//! Where the access token goes, and what a 401 does.

mod another_token;

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response, StatusCode};
use jumio_model::api::{CreateAccount, FetchToken, Finalize, GetHealth, GetStatus};
use jumio_model::endpoint::{Body, Endpoint, Region, Site, UserAgent};
use jumio_model::{AccountId, Country, DocumentType, ReportLink, TransactionToken, WorkflowExecutionId};
use jumio_transport::{
    CallError, Client, FnTransport, MockTransport, Transport as _, TransportError, TransportErrorKind as Kind,
};
use mockall::Sequence;

use super::Authorized;
use crate::{AccessToken, AuthError, Cached, MockTokenProvider, MockTokenSource, StaticToken, TokioClock};

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
                    && request.body().meta().is_some()
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

/// Proves R7.
#[tokio::test(start_paused = true)]
async fn the_wait_for_a_token_ends_with_the_call_and_nothing_is_sent() {
    use std::time::Duration;

    use jumio_transport::{CallDeadline, Deadline};
    use tokio::time::{Instant, sleep};

    let slow = || {
        let mut source = MockTokenSource::new();
        // One fetch for both calls: the first gives up, and the fetch goes on.
        source.expect_fetch().once().returning(|| AccessToken::new("late", Some(3600)));
        let source = Arc::new(source);
        let fetch = move || {
            let source = Arc::clone(&source);
            async move {
                sleep(Duration::from_secs(40)).await;
                crate::TokenSource::fetch(&*source).await
            }
        };
        Cached::with_clock(crate::FnTokenSource(fetch), TokioClock::new())
    };
    let arrivals = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&arrivals);
    let inner = Arc::new(FnTransport(move |_: Request<Body>| {
        counter.fetch_add(1, Ordering::SeqCst);
        async { Ok(response(StatusCode::OK)) }
    }));
    let too_late = |error: TransportError| {
        assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::NotSent, false), "{error}");
        assert!(matches!(error.source().unwrap().downcast_ref(), Some(AuthError::TooLate)), "{error:?}");
    };

    // By the deadline that rides with the request, and by the decorator that puts it there.
    let start = Instant::now();
    let authorized = Authorized::new(Arc::clone(&inner), slow(), &site());
    let mut call = request(&status_call());
    call.extensions_mut().insert(CallDeadline::after(Duration::from_secs(5)));
    too_late(authorized.send(call).await.unwrap_err());
    assert_eq!(start.elapsed(), Duration::from_secs(5));
    let bounded = Deadline::new(authorized);
    too_late(bounded.send(request(&status_call())).await.unwrap_err());
    assert_eq!((start.elapsed(), arrivals.load(Ordering::SeqCst)), (Duration::from_secs(35), 0));
    assert!(bounded.send(request(&status_call())).await.is_ok());
    assert_eq!(start.elapsed(), Duration::from_secs(40));
}

/// Proves A8.
/// A 401 for another reason than the token.
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
    let fetched = AtomicUsize::new(0);
    source
        .expect_fetch()
        .times(2..=10)
        .returning(move || AccessToken::new(&format!("t{}", fetched.fetch_add(1, Ordering::SeqCst)), Some(3600)));
    let authorized = Authorized::new(inner, Cached::with_clock(source, TokioClock::new()), &site());
    for _ in 0..1000 {
        let response = authorized.send(request(&status_call())).await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        tokio::time::advance(std::time::Duration::from_millis(100)).await;
    }
    assert!(calls.load(Ordering::SeqCst) <= 2000);
}

/// Proves A8.
#[tokio::test(start_paused = true)]
async fn concurrent_401s_cause_one_refresh_and_one_replay_each() {
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&calls);
    let inner = FnTransport(move |request: Request<Body>| {
        seen.fetch_add(1, Ordering::SeqCst);
        let revoked = request.headers()[AUTHORIZATION] == "Bearer first";
        async move {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            Ok(response(if revoked { StatusCode::UNAUTHORIZED } else { StatusCode::OK }))
        }
    });
    let mut source = MockTokenSource::new();
    let mut order = Sequence::new();
    for text in ["first", "second"] {
        source.expect_fetch().once().in_sequence(&mut order).returning(move || AccessToken::new(text, Some(3600)));
    }
    let cached = Cached::with_clock(source, TokioClock::new());
    crate::TokenProvider::token(&cached).await.unwrap();
    tokio::time::advance(std::time::Duration::from_secs(600)).await;
    let authorized = Arc::new(Authorized::new(inner, cached, &site()));
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let authorized = Arc::clone(&authorized);
        all.spawn(async move { authorized.send(request(&status_call())).await.unwrap().status() });
    }
    assert!(all.join_all().await.iter().all(|status| *status == StatusCode::OK));
    assert_eq!(calls.load(Ordering::SeqCst), 200);
}

#[tokio::test]
async fn retrieving_has_a_client_of_its_own_where_one_is_given() {
    let mut inner = MockTransport::new();
    let mut order = Sequence::new();
    for expected in ["Bearer canary-2", "Bearer canary-1"] {
        inner
            .expect_send()
            .once()
            .in_sequence(&mut order)
            .withf(move |request| sent_with(expected)(request))
            .returning(|_| Ok(response(StatusCode::OK)));
    }
    let authorized =
        Authorized::new(inner, StaticToken::new(token(1)), &site()).with_retrieval_tokens(StaticToken::new(token(2)));
    let create = CreateAccount::doc_proof("order-17", Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    authorized.send(request(&status_call())).await.unwrap();
    authorized.send(request(&create)).await.unwrap();
}

/// A call that waits for a token tells the same of a failure as one that failed by itself.
#[tokio::test]
async fn what_a_missing_token_means_for_the_call() {
    let answered = |status: u16, body: &'static str| {
        let response = Response::builder().status(status).body(body).unwrap();
        AuthError::from(CallError::from(FetchToken::new().read(response).unwrap_err()))
    };
    let failed = |error: TransportError| AuthError::from(CallError::from(error));
    // Whether it passes, whether time ran out, whether the credential was refused.
    let cases = [
        (answered(401, ""), (false, false, true)),
        (answered(400, r#"{"error":"invalid_client"}"#), (false, false, true)),
        (answered(404, ""), (false, false, false)),
        (answered(503, ""), (true, false, false)),
        (failed(TransportError::connect("?")), (true, false, false)),
        (failed(TransportError::timeout(None)), (true, true, false)),
        (failed(TransportError::tls("?")), (false, false, false)),
        (AuthError::TooLate, (true, true, false)),
        (AuthError::Overdue, (true, true, false)),
        (AuthError::other("?"), (true, false, false)),
    ];
    for (error, expected) in cases {
        let name = error.to_string();
        let mut tokens = MockTokenProvider::new();
        tokens.expect_peek().returning(|| None);
        tokens.expect_token().return_once(move || Err(error));
        let client = Client::new(site(), Authorized::new(MockTransport::new(), tokens, &site()));
        let error = client.send(&status_call()).await.unwrap_err();
        assert_eq!((error.is_retryable(), error.is_timeout(), error.is_unauthorized()), expected, "{name}");
        assert!(!error.may_have_been_processed());
    }
    let elsewhere = Site::region(Region::Us, UserAgent::new("Acme KYC/1.0").unwrap());
    let client = Client::new(site(), Authorized::new(MockTransport::new(), MockTokenProvider::new(), &elsewhere));
    assert!(!client.send(&status_call()).await.unwrap_err().is_retryable());
}

/// The link of a report is its own credential, and leads to a host that is nobody's business but its own.
#[tokio::test]
async fn a_report_is_fetched_without_the_access_token() {
    let mut inner = MockTransport::new();
    inner
        .expect_send()
        .once()
        .withf(|request| {
            request.uri().host() == Some("reports.example") && !request.headers().contains_key(AUTHORIZATION)
        })
        .returning(|_| Ok(Response::new(Bytes::from_static(b"%PDF-"))));
    // A provider that is not even asked.
    let client = Client::new(site(), Authorized::new(inner, MockTokenProvider::new(), &site()));
    let folder = tempfile::tempdir().unwrap();
    let link = ReportLink::from("https://reports.example/r.pdf?signature=canary");
    assert_eq!(client.download_report(&link, folder.path().join("r.pdf")).await.unwrap().bytes, 5);
}

/// Proves P2, P3.
#[test]
fn secret_types_are_silent() {
    use std::fmt::{Debug, Display};
    use std::marker::PhantomData;

    /// Whether a type has a trait: the inherent constant hides the other one where it exists.
    struct Has<T>(PhantomData<T>);
    trait Not {
        const DISPLAY: bool = false;
        const SERIALIZE: bool = false;
        const EQ: bool = false;
    }
    impl<T> Not for Has<T> {}
    impl<T: Display> Has<T> {
        const DISPLAY: bool = true;
    }
    impl<T: serde::Serialize> Has<T> {
        const SERIALIZE: bool = true;
    }
    impl<T: PartialEq> Has<T> {
        const EQ: bool = true;
    }
    assert_eq!((Has::<String>::DISPLAY, Has::<String>::SERIALIZE, Has::<String>::EQ), (true, true, true));
    macro_rules! silent {
        ( $( $secret:ty ),+ ) => { $(
            let has = (Has::<$secret>::DISPLAY, Has::<$secret>::SERIALIZE, Has::<$secret>::EQ);
            assert_eq!(has, (false, false, false), "{}", stringify!($secret));
        )+ };
    }
    silent!(AccessToken, crate::Credentials, crate::StoredToken);

    let stored = crate::StoredToken::new("canary", std::time::Duration::ZERO, std::time::SystemTime::UNIX_EPOCH);
    let credentials = crate::Credentials::new("id", "canary").unwrap();
    let mut headers = http::HeaderMap::new();
    headers.insert(AUTHORIZATION, token(1).header());
    headers.insert("x-basic", credentials.basic().unwrap());
    let all: [&dyn Debug; 5] = [&token(1), &stored, &credentials, &headers, &StaticToken::new(token(1))];
    for secret in all {
        let text = format!("{secret:?} {secret:#?}");
        assert!(!text.contains("canary") && !text.contains("Basic "), "{text}");
    }
}
