//! The order of the onion, `Deadline(Retry(Authorized(Pace(AttemptTimeout(Trace(mine))))))`, and what goes wrong in another.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod sendings;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
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
use tracing_subscriber::layer::SubscriberExt as _;

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
    let body = Body::empty().with_meta(Meta::of::<E>());
    Request::get("https://retrieval.emea-1.jumio.ai/x").body(body).unwrap()
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

/// A missing token means "not sent, and not worth trying": an outage of the token service is not tripled by the retry around it.
#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_had_is_asked_for_once() {
    let tokens = tokens(false);
    let right = Retry::new(Authorized::new(well(), Arc::clone(&tokens), &site()));
    let error = right.send(call::<GetStatus>()).await.unwrap_err();
    assert!(!error.may_have_been_processed());
    assert_eq!(tokens.asked.load(Ordering::SeqCst), 1);
}

/// A provider whose token ends with the first attempt, while the retry waits, and the service that knows it.
struct Renewed(AtomicU32);

#[async_trait]
impl TokenProvider for Renewed {
    fn peek(&self) -> Option<AccessToken> {
        AccessToken::new(&format!("canary-{}", self.0.load(Ordering::SeqCst)), Some(3600)).ok()
    }

    async fn token(&self) -> Result<AccessToken, AuthError> {
        self.peek().ok_or(AuthError::InvalidToken)
    }

    async fn rejected(&self, _: u64) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// The service refuses the first token, and is out of order for the first call that comes with it where `shaky`.
fn service(shaky: bool) -> (Arc<Renewed>, impl Transport, Arc<AtomicU32>) {
    let (tokens, calls) = (Arc::new(Renewed(AtomicU32::new(0))), Arc::new(AtomicU32::new(0)));
    let (provider, seen) = (Arc::clone(&tokens), Arc::clone(&calls));
    let service = FnTransport(move |request: Request<Body>| {
        let is_first = request.headers()["authorization"] == "Bearer canary-0";
        let status = match seen.fetch_add(1, Ordering::SeqCst) {
            0 if shaky => {
                provider.0.store(1, Ordering::SeqCst); // renewed in the background, as a cache does
                StatusCode::SERVICE_UNAVAILABLE
            }
            _ if is_first => StatusCode::UNAUTHORIZED,
            _ => StatusCode::OK,
        };
        async move { Ok(Response::builder().status(status).body(Bytes::new()).unwrap()) }
    });
    (tokens, service, calls)
}

/// With the retry inside of the authorisation a repetition goes with the token of the first attempt, which has ended meanwhile.
#[tokio::test(start_paused = true)]
async fn a_repetition_has_the_token_of_its_own_time_only_with_the_retry_outside() {
    let (tokens, mine, calls) = service(true);
    let right = Retry::new(Authorized::new(mine, tokens, &site()));
    assert_eq!(right.send(call::<GetStatus>()).await.unwrap().status(), StatusCode::OK);
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    let (tokens, mine, calls) = service(true);
    let wrong = Authorized::new(Retry::new(mine), tokens, &site());
    assert_eq!(wrong.send(call::<GetStatus>()).await.unwrap().status(), StatusCode::OK);
    assert_eq!(calls.load(Ordering::SeqCst), 3, "one of them with a dead token");
}

/// With the pace outside of the authorisation the call that is sent once more after a 401 takes no turn.
#[tokio::test(start_paused = true)]
async fn the_call_after_a_401_takes_its_turn_only_with_the_pace_inside() {
    let took = async |onion: &dyn Transport| {
        let start = Instant::now();
        assert_eq!(onion.send(call::<CreateAccount>()).await.unwrap().status(), StatusCode::OK);
        start.elapsed()
    };
    let (tokens, mine, right_calls) = service(false);
    let right = took(&Authorized::new(Pace::new(mine, Pacer::default()), tokens, &site())).await;
    let (tokens, mine, wrong_calls) = service(false);
    let wrong = took(&Pace::new(Authorized::new(mine, tokens, &site()), Pacer::default())).await;
    assert_eq!((right_calls.load(Ordering::SeqCst), wrong_calls.load(Ordering::SeqCst)), (2, 2));
    // Two calls of a kind that may come once in 1.43 s.
    assert!(right >= Duration::from_secs(1), "{right:?}");
    assert_eq!(wrong, Duration::ZERO, "the limit was passed, and nobody saw it");
}

/// With the pace outside of the authorisation a wait for a token holds a turn, and the next call waits for one that nobody used.
#[tokio::test(start_paused = true)]
async fn a_wait_for_a_token_holds_no_turn_only_with_the_pace_inside() {
    let took = async |onion: &dyn Transport| {
        let start = Instant::now();
        // The first has no token, and nothing of it is sent.
        assert!(onion.send(call::<CreateAccount>()).await.is_err());
        let _ = onion.send(call::<CreateAccount>()).await;
        start.elapsed()
    };
    let right = took(&Authorized::new(Pace::new(well(), Pacer::default()), tokens(false), &site())).await;
    let wrong = took(&Pace::new(Authorized::new(well(), tokens(false), &site()), Pacer::default())).await;
    assert_eq!(right, Duration::ZERO);
    assert!(wrong >= Duration::from_secs(1), "{wrong:?}");
}

/// How long each attempt took, as the measurements say.
#[derive(Clone, Default)]
struct Measured(Arc<Mutex<Vec<f64>>>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Measured {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        event.record(&mut self.clone());
    }
}

impl tracing::field::Visit for Measured {
    fn record_f64(&mut self, _: &tracing::field::Field, value: f64) {
        self.0.lock().unwrap().push(value);
    }

    fn record_debug(&mut self, _: &tracing::field::Field, _: &dyn std::fmt::Debug) {}
}

/// With one listener alone, what a thread without it logs first is taken to interest nobody, for good: so there is always
/// another one.
fn keep_another_listener() {
    static KEPT: std::sync::OnceLock<tracing::Dispatch> = std::sync::OnceLock::new();
    KEPT.get_or_init(|| tracing::Dispatch::new(tracing_subscriber::registry()));
}

/// With the measurement around the pace our own waiting looks like a slow service.
#[tokio::test(start_paused = true)]
async fn the_wire_is_measured_and_no_wait_only_with_the_trace_innermost() {
    keep_another_listener();
    let second = async |onion: &dyn Transport| {
        let measured = Measured::default();
        let watched = tracing::subscriber::set_default(tracing_subscriber::registry().with(measured.clone()));
        for _ in 0..2 {
            onion.send(call::<CreateAccount>()).await.unwrap();
        }
        drop(watched);
        let took = measured.0.lock().unwrap().clone();
        took[1]
    };
    let right = second(&Pace::new(Trace::new(well()), Pacer::default())).await;
    let wrong = second(&Trace::new(Pace::new(well(), Pacer::default()))).await;
    assert_eq!(right, 0.0);
    assert!(wrong > 1.0, "{wrong}");
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
        jumio_model::endpoint::Target::template([])
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
