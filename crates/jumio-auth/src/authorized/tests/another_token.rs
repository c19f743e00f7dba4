//! Which token counts as another after a 401, so that the call is sent once more.

use std::time::Duration;

use http::StatusCode;
use http::header::AUTHORIZATION;
use jumio_transport::{MockTransport, Transport as _};
use mockall::Sequence;
use tokio::time::advance;

use super::{Authorized, request, response, site, status_call, token};
use crate::{AccessToken, Cached, FnTokenSource, MockTokenProvider, StaticToken, TokioClock};

#[tokio::test]
async fn without_another_token_the_401_is_the_answer() {
    let mut inner = MockTransport::new();
    inner.expect_send().once().returning(|_| Ok(response(StatusCode::UNAUTHORIZED)));
    let authorized = Authorized::new(inner, StaticToken::new(token(1)), &site());
    assert_eq!(authorized.send(request(&status_call())).await.unwrap().status(), StatusCode::UNAUTHORIZED);
}

/// The service may hand out the same token again (protocol 2.1), refused or over.
#[tokio::test(start_paused = true)]
async fn the_same_token_fetched_again_is_not_sent_once_more() {
    let mut inner = MockTransport::new();
    inner.expect_send().times(4).returning(|_| Ok(response(StatusCode::UNAUTHORIZED)));
    let source = FnTokenSource(|| async { AccessToken::new("always-the-same", Some(3600)) });
    let tokens = Cached::with_clock(source, TokioClock::new());
    let authorized = Authorized::new(inner, tokens, &site());
    for later in [0, 10, 10, 3600] {
        advance(Duration::from_secs(later)).await;
        assert_eq!(authorized.send(request(&status_call())).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    }
}

/// Of two caches in one provider, each counts its own tokens from 1.
#[tokio::test]
async fn a_token_of_another_cache_is_another_though_their_numbers_are_the_same() {
    let mut inner = MockTransport::new();
    inner.expect_send().times(2).returning(|request| {
        let good = request.headers()[AUTHORIZATION] == "Bearer new";
        Ok(response(if good { StatusCode::OK } else { StatusCode::UNAUTHORIZED }))
    });
    let token = |text| AccessToken::new(text, None).ok().map(|token| token.with_generation(1));
    let mut tokens = MockTokenProvider::new();
    let mut order = Sequence::new();
    tokens.expect_peek().once().in_sequence(&mut order).returning(move || token("old"));
    tokens.expect_rejected().once().in_sequence(&mut order).return_const(());
    tokens.expect_peek().once().in_sequence(&mut order).returning(move || token("new"));
    let authorized = Authorized::new(inner, tokens, &site());
    assert_eq!(authorized.send(request(&status_call())).await.unwrap().status(), StatusCode::OK);
}

/// A provider of one's own, whose author never heard of generations.
#[tokio::test]
async fn another_token_is_tried_though_it_has_no_number() {
    for (other, sent, status) in [("new", 2, StatusCode::OK), ("old", 1, StatusCode::UNAUTHORIZED)] {
        let mut inner = MockTransport::new();
        inner.expect_send().times(sent).returning(|request| {
            let good = request.headers()[AUTHORIZATION] == "Bearer new";
            Ok(response(if good { StatusCode::OK } else { StatusCode::UNAUTHORIZED }))
        });
        let mut tokens = MockTokenProvider::new();
        let mut order = Sequence::new();
        tokens.expect_peek().once().in_sequence(&mut order).returning(|| AccessToken::new("old", None).ok());
        tokens.expect_rejected().once().in_sequence(&mut order).withf(|generation| *generation == 0).return_const(());
        tokens.expect_peek().once().in_sequence(&mut order).returning(move || AccessToken::new(other, None).ok());
        let authorized = Authorized::new(inner, tokens, &site());
        assert_eq!(authorized.send(request(&status_call())).await.unwrap().status(), status);
    }
}
