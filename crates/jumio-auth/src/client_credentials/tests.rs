//! The token request byte for byte, and what each failure means.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use jumio_model::endpoint::{Body, NotAllowed, Region, Site, UserAgent};
use jumio_transport::{CallError, FnTransport, MockTransport, TransportError};
use proptest::prelude::*;

use super::ClientCredentials;
use crate::{
    AccessToken, AuthError, Cached, Credentials, FnSecretSource, MemoryTokenStore, TokenProvider as _,
    TokenSource as _, TokioClock,
};

fn source(transport: MockTransport) -> ClientCredentials {
    let site = Site::region(Region::Sg, UserAgent::new("Acme KYC/1.0").unwrap());
    ClientCredentials::new(transport, &site, Credentials::new("id", "canary-secret").unwrap())
}

async fn answered(status: u16, body: &'static str) -> Result<AccessToken, AuthError> {
    let mut transport = MockTransport::new();
    transport
        .expect_send()
        .once()
        .returning(move |_| Ok(Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap()));
    source(transport).fetch().await
}

fn silent(error: &AuthError) {
    let mut text = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!("{error} {error:?}");
        cause = error.source();
    }
    // `canary-secret` as it is, and within base64 of `id:canary-secret`.
    assert!(!text.contains("canary") && !text.contains("aWQ6Y2FuYXJ5"), "{text}");
    assert!(!text.contains('\n'), "{text}");
}

#[tokio::test]
async fn the_request_is_as_documented() {
    let mut transport = MockTransport::new();
    transport
        .expect_send()
        .once()
        .withf(|request: &Request<Body>| {
            let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap());
            request.method() == "POST"
                && request.uri() == "https://auth.apac-1.jumio.ai/oauth2/token"
                && header("authorization") == Some("Basic aWQ6Y2FuYXJ5LXNlY3JldA==")
                && request.headers()["authorization"].is_sensitive()
                && header("content-type") == Some("application/x-www-form-urlencoded")
                && header("accept") == Some("application/json")
                && header("user-agent") == Some("Acme KYC/1.0")
                && header("content-length") == Some("29")
                && request.body().clone().into_bytes().unwrap() == "grant_type=client_credentials"
        })
        .returning(|_| {
            let body = r#"{"access_token":"canary","expires_in":"1800","token_type":"bearer"}"#;
            Ok(Response::new(Bytes::from_static(body.as_bytes())))
        });
    let token = source(transport).fetch().await.unwrap();
    assert_eq!((token.expose(), token.lifetime().as_secs()), ("canary", 1800));
    assert_eq!(token.header(), "Bearer canary");
    assert!(token.header().is_sensitive());
    assert!(!format!("{token:?} {:?}", token.header()).contains("canary"));
}

#[tokio::test]
async fn what_a_failure_means_and_what_to_do() {
    let credentials = "check both, and that the region is the one they belong to";
    let address = "check the address of the auth service";
    for (status, body, final_text) in [
        (400, r#"{"error":"invalid_client"}"#, credentials),
        (401, r#"{"title":"Unauthorized","detail":"nope"}"#, credentials),
        (403, "<html><title>Forbidden</title></html>", credentials),
        (400, r#"{"error":"unsupported_grant_type"}"#, address),
        (404, "", address),
        (405, "", address),
    ] {
        let error = answered(status, body).await.unwrap_err();
        assert!(matches!(error, AuthError::Refused(_)) && error.is_permanent(), "{status}");
        let text = error.to_string();
        assert!(text.contains(final_text) && text.contains(&format!("status {status}")), "{text}");
        silent(&error);
    }
    for status in [408, 429, 500, 502, 503] {
        let error = answered(status, "").await.unwrap_err();
        assert!(matches!(error, AuthError::Unavailable(_)) && !error.is_permanent(), "{status}");
        silent(&error);
    }
    for body in ["", "<html>", "{}", r#"{"access_token":7}"#, r#"{"access_token":null,"x":"canary"}"#] {
        let error = answered(200, body).await.unwrap_err();
        assert!(matches!(error, AuthError::Unreadable(_)), "{body}");
        silent(&error);
    }
    for body in [r#"{"access_token":""}"#, r#"{"access_token":"a\r\nX: canary"}"#, r#"{"access_token":" "}"#] {
        let error = answered(200, body).await.unwrap_err();
        assert!(matches!(error, AuthError::InvalidToken), "{body}");
        silent(&error);
    }
}

#[tokio::test]
async fn a_host_that_cannot_be_reached_is_named() {
    let mut transport = MockTransport::new();
    transport.expect_send().once().returning(|_| Err(TransportError::dns("no such host")));
    let error = source(transport).fetch().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "no access token could be fetched: the name of auth.apac-1.jumio.ai cannot be resolved; nothing was processed"
    );
    assert_eq!(error.source().unwrap().to_string(), "no such host");
}

#[test]
fn an_address_that_is_not_allowed_is_final() {
    let site = Site::region(Region::Sg, UserAgent::new("Acme KYC/1.0").unwrap());
    let refused: NotAllowed = site.permits_link("https://evil.example/").unwrap_err();
    let error = AuthError::from(CallError::from(refused));
    assert!(matches!(error, AuthError::NotAllowed(_)) && error.is_permanent());
}

fn reply(token: &str) -> Response<Bytes> {
    Response::new(Bytes::from(format!(r#"{{"access_token":"{token}","expires_in":3600,"token_type":"Bearer"}}"#)))
}

fn invalid_client() -> Response<Bytes> {
    Response::builder().status(401).body(Bytes::from_static(br#"{"error":"invalid_client"}"#)).unwrap()
}

/// Proves A9.
#[tokio::test(start_paused = true)]
async fn invalid_client_is_one_call_and_then_ten_seconds_of_silence() {
    let mut transport = MockTransport::new();
    transport.expect_send().times(2).returning(|_| Ok(invalid_client()));
    let cached = Cached::with_clock(source(transport), TokioClock::new());
    for wait in [0, 1, 8_998, 1_001] {
        tokio::time::advance(Duration::from_millis(wait)).await;
        let error = cached.token().await.unwrap_err();
        assert!(error.is_permanent());
        silent(&error);
    }
}

#[tokio::test]
async fn a_secret_that_was_changed_is_read_again_and_used() {
    let secrets = ["old", "new", "new"];
    let read = AtomicUsize::new(0);
    let secrets = FnSecretSource(move || {
        let at = read.fetch_add(1, Ordering::SeqCst);
        async move { Ok(Credentials::new("id", secrets[at])?) }
    });
    let old = Credentials::new("id", "old").unwrap().basic().unwrap();
    let mut transport = MockTransport::new();
    transport.expect_send().times(3).returning(move |request| {
        Ok(if request.headers()["authorization"] == old { invalid_client() } else { reply("fetched") })
    });
    let site = Site::region(Region::Sg, UserAgent::new("Acme KYC/1.0").unwrap());
    let source = ClientCredentials::new(transport, &site, secrets);
    assert_eq!(source.fetch().await.unwrap().expose(), "fetched");
    // The next fetch reads it anew, and has no reason to read it twice.
    source.fetch().await.unwrap();
}

#[tokio::test]
async fn each_client_id_has_its_own_place_in_a_store() {
    let site = Site::region(Region::Sg, UserAgent::new("Acme KYC/1.0").unwrap());
    let store = MemoryTokenStore::new();
    for (id, calls) in [("old", 1), ("new", 1), ("old", 0), ("new", 0)] {
        let mut transport = MockTransport::new();
        transport.expect_send().times(calls).returning(move |_| Ok(reply(id)));
        let source = ClientCredentials::new(transport, &site, Credentials::new(id, "s").unwrap());
        assert_eq!(source.with_store(store.clone()).fetch().await.unwrap().expose(), id);
    }
}

/// Proves A7.
#[tokio::test]
async fn an_odd_lifetime_in_the_reply_is_read_or_refused_and_never_a_panic() {
    for odd in ["0", "-1", "\"3600\"", "1e12", "18446744073709551616", "null", "\"soon\"", "{}", "3600.5", "[1]"] {
        let body = format!(r#"{{"access_token":"t","expires_in":{odd}}}"#);
        let mut transport = MockTransport::new();
        transport.expect_send().once().returning(move |_| Ok(Response::new(Bytes::from(body.clone()))));
        if let Ok(token) = source(transport).fetch().await {
            assert!((10..=86_400).contains(&token.lifetime().as_secs()), "{odd}");
        }
    }
}

/// Any JSON value.
fn json() -> impl Strategy<Value = String> {
    let number = || {
        prop_oneof![
            any::<i64>().prop_map(|number| number.to_string()),
            any::<u64>().prop_map(|number| number.to_string()),
            "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?",
        ]
    };
    let leaf = prop_oneof![
        4 => number(),
        2 => number().prop_map(|number| format!("\"{number}\"")),
        1 => any::<String>().prop_map(|text| serde_json::Value::from(text).to_string()),
        1 => prop::sample::select(vec!["null", "true", "false"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 8, 3, |value| {
        let values = || prop::collection::vec(value.clone(), 0..3);
        let member = |(number, value): (usize, &String)| format!("\"{number}\":{value}");
        let object = move |values: &[String]| values.iter().enumerate().map(member).collect::<Vec<_>>().join(",");
        prop_oneof![
            values().prop_map(|values| format!("[{}]", values.join(","))),
            values().prop_map(move |values| format!("{{{}}}", object(&values))),
        ]
    })
}

/// How often the service is asked when a token is needed twice a second for a minute, and it always gives this reply.
async fn logins_in_a_minute(body: String) -> usize {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let transport = FnTransport(move |_: Request<Body>| {
        counted.fetch_add(1, Ordering::SeqCst);
        let body = Bytes::from(body.clone());
        async { Ok(Response::new(body)) }
    });
    let site = Site::region(Region::Sg, UserAgent::new("Acme KYC/1.0").unwrap());
    let source = ClientCredentials::new(transport, &site, Credentials::new("id", "s").unwrap());
    let cached = Cached::with_clock(source, TokioClock::new());
    for _ in 0..120 {
        match cached.token().await {
            Ok(token) => assert!((10..=86_400).contains(&token.lifetime().as_secs()), "{token:?}"),
            Err(error) => assert!(matches!(error, AuthError::Unreadable(_)), "{error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    calls.load(Ordering::SeqCst)
}

proptest! {
    /// Proves A7.
    #[test]
    fn no_json_value_as_lifetime_is_a_storm_of_logins(expires_in in json()) {
        let paused = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let logins = paused.block_on(logins_in_a_minute(format!(r#"{{"access_token":"t","expires_in":{expires_in}}}"#)));
        prop_assert!((1..=6).contains(&logins), "{logins} for {expires_in}");
    }
}

/// Proves A12.
#[tokio::test]
async fn the_token_type_is_bearer_in_any_case() {
    for (scheme, good) in [("Bearer", true), ("bearer", true), ("BEARER", true), ("mac", false), ("", false)] {
        let body = format!(r#"{{"access_token":"t","token_type":"{scheme}"}}"#);
        let mut transport = MockTransport::new();
        transport.expect_send().once().returning(move |_| Ok(Response::new(Bytes::from(body.clone()))));
        assert_eq!(source(transport).fetch().await.is_ok(), good, "{scheme}");
    }
}
