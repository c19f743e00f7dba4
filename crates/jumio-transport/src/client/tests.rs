//! Which credential goes where, and what an error keeps.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use jumio_model::api::{CreateAccount, FetchToken, Finalize, GetHealth, GetStatus, UploadDocument};
use jumio_model::endpoint::{
    BaseUrl, Body, Boundary, FilePart, NotAllowedReason, Region, Role, Segment, Site, UserAgent,
};
use jumio_model::{AccountId, Country, DocumentType, Media, TransactionToken, WorkflowExecutionId};

use super::Client;
use crate::{CallError, CallOptions, MockTransport, Progress, ReplyCeiling, TransportError};

fn site() -> Site {
    Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap())
}

fn answer(body: &'static str) -> impl Fn(Request<Body>) -> Result<Response<Bytes>, TransportError> + Send {
    move |_| Ok(Response::new(Bytes::from_static(body.as_bytes())))
}

fn upload(href: &str) -> UploadDocument {
    let file = FilePart::new(Segment::Bytes("%PDF-".into()), Media::Pdf);
    UploadDocument::new(href, TransactionToken::new("canary"), file, Boundary::new([1; 16]))
}

fn status_call() -> GetStatus {
    GetStatus::new(AccountId::from("a"), WorkflowExecutionId::from("w"))
}

#[tokio::test]
async fn a_transaction_token_goes_to_the_sites_own_hosts_marked_sensitive() {
    let mut transport = MockTransport::new();
    transport
        .expect_send()
        .once()
        .withf(|request| {
            let header = request.headers().get("authorization").unwrap();
            header == "Bearer canary" && header.is_sensitive() && !format!("{request:?}").contains("canary")
        })
        .returning(answer(""));
    let client = Client::new(site(), transport);
    client.send(&upload("https://api.emea-1.jumio.ai/api/v1/parts")).await.unwrap();
}

/// Proves S1, S2.
#[tokio::test]
async fn no_credential_goes_anywhere_else_and_nothing_is_sent() {
    // A mock that expects nothing fails on the first request.
    let client = Client::new(site(), MockTransport::new());
    let cases = [
        ("https://api.amer-1.jumio.ai/x", NotAllowedReason::OtherRegion),
        ("https://api.emea-1.jumio.ai.evil.example/x", NotAllowedReason::UnknownHost),
        ("https://api.emea-1.jumio.link/x", NotAllowedReason::JumioLink),
        ("http://api.emea-1.jumio.ai/x", NotAllowedReason::NotEncrypted),
        ("https://u@api.emea-1.jumio.ai/x", NotAllowedReason::UserPart),
        ("/x", NotAllowedReason::NotAUrl),
    ];
    for (href, reason) in cases {
        for error in [
            client.send(&upload(href)).await.unwrap_err(),
            client.send(&Finalize::new(href, TransactionToken::new("canary"))).await.unwrap_err(),
        ] {
            let CallError::NotAllowed(why) = &error else { panic!("{href}: {error}") };
            assert_eq!(why.reason, reason, "{href}");
            assert!(!error.may_have_been_processed());
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }
}

#[tokio::test]
async fn the_other_credentials_are_left_to_decorators() {
    let mut transport = MockTransport::new();
    transport
        .expect_send()
        .times(2)
        .withf(|request| !request.headers().contains_key("authorization") && request.body().meta().is_some())
        .returning(|request| {
            let token = request.uri().path() == "/oauth2/token";
            Ok(Response::new(Bytes::from_static(if token {
                br#"{"access_token":"t"}"#
            } else {
                br#"{"account":{"id":"a"},"workflowExecution":{"id":"w","status":"PROCESSED"}}"#
            })))
        });
    let client = Client::new(site(), transport);
    client.send(&FetchToken::new()).await.unwrap();
    client.send(&status_call()).await.unwrap();
}

#[tokio::test]
async fn a_call_without_credential_goes_to_any_base() {
    let mut transport = MockTransport::new();
    transport
        .expect_send()
        .once()
        .withf(|request| request.uri() == "https://health.example/")
        .returning(answer(r#"{"status":"UP"}"#));
    let site = site().with_base(Role::Health, BaseUrl::parse("https://health.example").unwrap());
    Client::new(site, transport).send(&GetHealth::new()).await.unwrap();
}

#[tokio::test]
async fn a_link_of_an_account_reply_is_checked_when_it_is_read_and_the_reply_is_kept() {
    let reply = |finalize: &str| {
        format!(
            r#"{{"account":{{"id":"a"}},"workflowExecution":{{"id":"w","credentials":[{{"id":"c","category":"DOCUMENT","api":{{
            "token":"canary","parts":{{"document":"https://api.emea-1.jumio.ai/d"}},"workflowExecution":"{finalize}"}}}}]}}}}"#
        )
    };
    let call = CreateAccount::doc_proof("order-17", Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let client = |site: Site, finalize: &str| {
        let body = Bytes::from(reply(finalize));
        let mut transport = MockTransport::new();
        transport
            .expect_send()
            .once()
            .returning(move |_| Ok(Response::builder().header("x-request-id", "r-17").body(body.clone()).unwrap()));
        Client::new(site, transport)
    };
    assert!(client(site(), "https://api.emea-1.jumio.ai/w").send(&call).await.is_ok());
    let error = client(site(), "https://api.emea-1.jumio.link/w").send(&call).await.unwrap_err();
    let text = error.to_string();
    for part in ["credentials[0].api.workflowExecution", "api.emea-1.jumio.link", "permitting_jumio_link"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(error.may_have_been_processed() && !format!("{error:?}").contains("canary"));
    assert_eq!(error.request_id().as_deref(), Some("r-17"));
    // An empty link leads nowhere.
    assert!(client(site(), "").send(&call).await.is_ok());
    let CallError::ForeignLink(foreign) = error else { panic!("{text}") };
    assert!(foreign.body.windows(6).any(|window| window == b"canary"));
    let opted_in = site().permitting_jumio_link();
    assert!(client(opted_in, "https://api.emea-1.jumio.link/w").send(&call).await.is_ok());
}

#[tokio::test]
async fn errors_keep_what_came_and_name_the_host_alone() {
    let mut transport = MockTransport::new();
    transport.expect_send().once().returning(|_| {
        let mut response = Response::new(Bytes::from_static(br#"{"title":"Forbidden","detail":"no User-Agent"}"#));
        *response.status_mut() = StatusCode::FORBIDDEN;
        Ok(response)
    });
    transport.expect_send().once().returning(answer("<html>"));
    transport.expect_send().once().returning(|_| Err(TransportError::interrupted("reset")));
    let client = Client::new(site(), transport);

    let call = CreateAccount::doc_proof("order-17", Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let refused = client.send(&call).await.unwrap_err();
    assert_eq!(refused.to_string(), "create_account was refused with 403: Forbidden: no User-Agent");
    let CallError::Unreadable(unreadable) = client.send(&status_call()).await.unwrap_err() else { panic!() };
    assert_eq!(unreadable.body, b"<html>");
    let broken = client.send(&status_call()).await.unwrap_err();
    assert_eq!(
        broken.to_string(),
        "the connection to retrieval.emea-1.jumio.ai broke before the whole answer came; the request may have been processed"
    );
}

#[tokio::test]
async fn options_ride_with_the_request() {
    let mut transport = MockTransport::new();
    transport
        .expect_send()
        .once()
        .withf(|request| {
            request.extensions().get::<Progress>().is_some()
                && request.extensions().get::<ReplyCeiling>() == Some(&ReplyCeiling(9))
        })
        .returning(answer(r#"{"status":"UP"}"#));
    let options = CallOptions::new().with_progress(Progress::new(|_, _| {})).with_reply_ceiling(9);
    Client::new(site(), transport).send_with(&GetHealth::new(), options).await.unwrap();
}

#[tokio::test]
async fn a_client_over_a_shared_transport_is_still_one() {
    let transport: std::sync::Arc<dyn crate::Transport> = {
        let mut mock = MockTransport::new();
        mock.expect_send().times(2).returning(answer(r#"{"status":"UP"}"#));
        std::sync::Arc::new(mock)
    };
    let client = Client::new(site(), std::sync::Arc::clone(&transport));
    client.clone().send(&GetHealth::new()).await.unwrap();
    Client::new(site(), Box::new(transport)).send(&GetHealth::new()).await.unwrap();
    assert!(format!("{client:?}").contains("emea-1"));
}
