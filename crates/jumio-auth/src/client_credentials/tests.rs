//! The token request byte for byte, and what each failure means.

use std::error::Error;

use bytes::Bytes;
use http::{Request, Response};
use jumio_model::endpoint::{Body, NotAllowed, Region, Site, UserAgent};
use jumio_transport::{CallError, MockTransport, TransportError};

use super::ClientCredentials;
use crate::{AccessToken, AuthError, Credentials, TokenSource as _};

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
