//! What callers may ask of an error.

use http::{Response, StatusCode};
use jumio_model::api::{FetchToken, GetHealth};
use jumio_model::endpoint::{Endpoint as _, RequestError, RetryAfter};

use super::CallError;
use crate::{HeldBack, TransportError};

fn refused(status: u16) -> CallError {
    let response = Response::builder().status(status).header("Retry-After", "7").body(r#"{"detail":"no"}"#);
    GetHealth::new().read(response.unwrap()).unwrap_err().into()
}

/// Proves R10.
#[test]
fn only_a_refusal_proves_that_nothing_happened() {
    for status in (100..=599).filter(|status| !(200..300).contains(status)) {
        let error = refused(status);
        let proves = (400..500).contains(&status) && status != 408;
        assert_eq!(error.may_have_been_processed(), !proves, "{status}");
        assert_eq!(error.is_unauthorized(), status == 401);
        assert_eq!(error.is_rate_limited(), status == 429);
        assert_eq!(error.status(), StatusCode::from_u16(status).ok());
        assert!(!error.is_timeout());
    }
    assert_eq!(refused(429).retry_after(), RetryAfter::read("7"));
    assert_eq!(refused(409).to_string(), "get_health was refused with 409: no");
    assert_eq!(refused(503).to_string(), "get_health was answered with 503: no");
}

#[test]
fn what_else_can_happen() {
    let unreadable: CallError = FetchToken::new().read(Response::new("<html>")).unwrap_err().into();
    assert!(matches!(unreadable, CallError::Unreadable(_)));
    assert!(unreadable.may_have_been_processed());
    assert!(unreadable.retry_after().is_none());

    let timeout = CallError::from(TransportError::timeout(None));
    assert!(timeout.is_timeout() && timeout.may_have_been_processed() && timeout.status().is_none());
    let unsent = CallError::from(TransportError::connect_timeout(None));
    assert!(unsent.is_timeout() && !unsent.may_have_been_processed());

    let invalid = CallError::from(RequestError::PathArgument { name: "accountId" });
    assert!(matches!(invalid, CallError::Invalid(_)) && !invalid.may_have_been_processed());
}

/// The same table as [`Retry`](crate::Retry)'s, and what a request was held back for.
#[test]
fn what_passes_is_what_would_be_sent_again() {
    for status in (100..=599).filter(|status| !(200..300).contains(status)) {
        let passes = matches!(status, 408 | 429 | 500 | 502 | 503 | 504);
        assert_eq!(refused(status).is_retryable(), passes, "{status}");
    }
    let held_back = |why| TransportError::not_sent("there is no access token", "?").because(why);
    let failures = [
        (TransportError::connect("?"), true),
        (TransportError::dns("?"), true),
        (TransportError::connect_timeout(None), true),
        (TransportError::timeout(None), true),
        (TransportError::interrupted("?"), true),
        // All that an adapter of a few lines says.
        (TransportError::other("?"), true),
        (TransportError::other("?").unprocessed(), false),
        (TransportError::tls("?"), false),
        (TransportError::too_large(1), false),
        (TransportError::redirected(), false),
        (TransportError::not_sent("its turn comes too late", "?"), true),
        (held_back(HeldBack::TimeRanOut), true),
        (held_back(HeldBack::CredentialRefused), false),
        (held_back(HeldBack::ForGood), false),
    ];
    for (error, passes) in failures {
        assert_eq!(CallError::from(error.clone()).is_retryable(), passes, "{error}");
    }
    assert!(CallError::from(held_back(HeldBack::TimeRanOut)).is_timeout());
    assert!(CallError::from(held_back(HeldBack::CredentialRefused)).is_unauthorized());
    assert!(!CallError::from(held_back(HeldBack::ForNow)).is_unauthorized());
    let unreadable: CallError = FetchToken::new().read(Response::new("<html>")).unwrap_err().into();
    assert!(!unreadable.is_retryable());
}

#[test]
fn every_answer_gives_its_request_id() {
    let response = |status: u16, body: &'static str| {
        Response::builder().status(status).header("x-request-id", "r-17").body(body).unwrap()
    };
    let read = |response| CallError::from(FetchToken::new().read(response).unwrap_err());
    assert_eq!(read(response(503, "")).request_id().as_deref(), Some("r-17"));
    assert_eq!(read(response(200, "<html>")).request_id().as_deref(), Some("r-17"));
}
