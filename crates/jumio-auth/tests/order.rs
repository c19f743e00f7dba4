//! The order of the onion, `Deadline(Retry(Authorized(Pace(AttemptTimeout(Trace(mine))))))`, and what goes wrong in another.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use jumio_auth::{AccessToken, AuthError, Authorized, TokenProvider};
use jumio_model::api::{CreateAccount, GetStatus};
use jumio_model::endpoint::{Body, Endpoint, Meta, Region, Site, UserAgent};
use jumio_transport::{
    AttemptTimeout, CallDeadline, CallError, Deadline, Fault, FnTransport, Mishap, Pace, Pacer, Retry, Trace,
    Transport, TransportError,
};
use tokio::time::Instant;

/// A provider that counts how often it is asked, and has a token or not.
struct Tokens {
    asked: AtomicU32,
    has_one: bool,
}

#[async_trait]
impl TokenProvider for Tokens {
    fn peek(&self) -> Option<AccessToken> {
        None
    }

    async fn token(&self) -> Result<AccessToken, AuthError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.has_one {
            return Ok(AccessToken::new("canary", Some(3600)).unwrap());
        }
        Err(AuthError::from(CallError::from(TransportError::connect(std::io::Error::other("away")))))
    }

    async fn rejected(&self, _: u64) {}
}

fn tokens(has_one: bool) -> Arc<Tokens> {
    Arc::new(Tokens { asked: AtomicU32::new(0), has_one })
}

fn site() -> Site {
    Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap())
}

fn well() -> impl Transport {
    FnTransport(|_: Request<Body>| async { Ok(Response::<Bytes>::default()) })
}

fn call<E: Endpoint>() -> Request<Body> {
    let mut request = Request::get("https://retrieval.emea-1.jumio.ai/x").body(Body::empty()).unwrap();
    request.extensions_mut().insert(Meta::of::<E>());
    request
}

#[tokio::test(start_paused = true)]
async fn the_whole_onion_sends_a_call_and_repeats_what_may_be_repeated() {
    let mine = Arc::new(Fault::new(well(), [Mishap::Refused, Mishap::LostAnswer]));
    let onion = Deadline::new(Retry::new(Authorized::new(
        Pace::new(AttemptTimeout::new(Trace::new(Arc::clone(&mine))), Pacer::default()),
        tokens(true),
        &site(),
    )));
    assert!(onion.send(call::<GetStatus>()).await.is_ok());
    assert_eq!((mine.attempts(), mine.arrivals()), (3, 2));
}

/// A missing token means "not sent, and not worth trying": with the retry inside of the authorisation nothing of it changes,
/// and with the token call inside of the retry an outage of the token service would be tripled.
#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_had_is_asked_for_once() {
    let tokens = tokens(false);
    let right = Retry::new(Authorized::new(well(), Arc::clone(&tokens), &site()));
    let error = right.send(call::<GetStatus>()).await.unwrap_err();
    assert!(!error.may_have_been_processed());
    assert_eq!(tokens.asked.load(Ordering::SeqCst), 1);
}

/// With the pace outside of the retry a repetition takes no turn: three calls go where one was counted.
#[tokio::test(start_paused = true)]
async fn repetitions_take_their_turn_only_with_the_pace_inside() {
    const TOO_MANY: Mishap = Mishap::AnswerAfter(StatusCode::SERVICE_UNAVAILABLE, 0);
    let took = async |onion: Box<dyn Transport>| {
        let start = Instant::now();
        for _ in 0..2 {
            onion.send(call::<CreateAccountLike>()).await.unwrap();
        }
        start.elapsed()
    };
    let shaky = || Fault::new(well(), [TOO_MANY, TOO_MANY]);
    let right = took(Box::new(Retry::new(Pace::new(shaky(), Pacer::default())))).await;
    let wrong = took(Box::new(Pace::new(Retry::new(shaky()), Pacer::default()))).await;
    // Four calls of a kind that may come once in 1.43 s.
    assert!(right >= Duration::from_secs(4), "{right:?}");
    assert!(wrong < Duration::from_secs(3), "{wrong:?}: the limit was passed, and nobody saw it");
}

/// The account call's line, for a call that may be repeated: so that both decorators have something to do.
struct CreateAccountLike;

impl Endpoint for CreateAccountLike {
    const NAME: &'static str = "create_account_like";
    const METHOD: http::Method = http::Method::GET;
    const PATH: &'static str = "/x";
    const ROLE: jumio_model::endpoint::Role = CreateAccount::ROLE;
    const ACCESS: jumio_model::endpoint::Access = jumio_model::endpoint::Access::None;
    const REPEAT: jumio_model::endpoint::Repeat = jumio_model::endpoint::Repeat::Safe;
    type Reply = ();

    fn target(&self) -> jumio_model::endpoint::Target<'_> {
        jumio_model::endpoint::Target::Template(Vec::new())
    }

    fn decode(&self, _: &[u8]) -> Result<(), jumio_model::ReadError> {
        Ok(())
    }
}

/// With the attempt's time around the pace a wait for one's turn looks like a slow answer, and a call that was never sent like
/// one that may have been processed.
#[tokio::test(start_paused = true)]
async fn waiting_for_a_turn_is_no_slow_answer_only_with_the_timeout_inside() {
    let busy = async |onion: &dyn Transport| {
        onion.send(call::<CreateAccount>()).await.unwrap();
        onion.send(call::<CreateAccount>()).await
    };
    let limit = Duration::from_secs(1);
    let paced = Pace::new(AttemptTimeout::new(well()).with_call(limit), Pacer::default());
    assert!(busy(&paced).await.is_ok());
    let wrong = AttemptTimeout::new(Pace::new(well(), Pacer::default())).with_call(limit);
    let error = busy(&wrong).await.unwrap_err();
    assert!(error.is_timeout() && error.may_have_been_processed(), "it was never sent: {error}");
}

/// With the deadline inside of the retry each attempt has the whole time, and nobody has the sum.
#[tokio::test(start_paused = true)]
async fn only_the_outermost_deadline_bounds_the_call() {
    let silent = || Fault::new(well(), [Mishap::Silence, Mishap::Silence, Mishap::Silence]);
    let start = Instant::now();
    Deadline::new(Retry::new(silent())).send(call::<GetStatus>()).await.unwrap_err();
    let right = start.elapsed();
    let start = Instant::now();
    Retry::new(Deadline::new(silent())).send(call::<GetStatus>()).await.unwrap_err();
    let wrong = start.elapsed();
    assert_eq!(right.as_secs(), 30);
    assert!(wrong.as_secs() >= 90, "{wrong:?}");
    assert!(CallDeadline::of(call::<GetStatus>().extensions()).is_none());
}

/// Proves R9.
#[tokio::test(start_paused = true)]
async fn one_layer_retries_and_two_multiply() {
    let down = || Arc::new(Fault::new(well(), vec![Mishap::Answer(StatusCode::SERVICE_UNAVAILABLE); 20]));
    let one = down();
    let _ = Retry::new(Arc::clone(&one)).send(call::<GetStatus>()).await;
    assert_eq!(one.attempts(), 3);
    let two = down();
    let _ = Retry::new(Retry::new(Arc::clone(&two))).send(call::<GetStatus>()).await;
    assert_eq!(two.attempts(), 9, "which is why no other layer of this project retries");
}
