//! Calls that are sent more than once by two decorators: how often, and what an attempt in doubt leaves behind.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use jumio_auth::{AccessToken, AuthError, Authorized, TokenProvider};
use jumio_model::api::{DeleteAccount, GetStatus};
use jumio_model::endpoint::{Body, InDoubt};
use jumio_transport::{Attempt, FnTransport, Retry, Trace, Transport, TransportError};
use tracing_subscriber::layer::SubscriberExt as _;

use super::{Renewed, call, keep_another_listener, service, site};

/// A service that gives these answers one after another, and the attempts that it saw.
fn scripted(answers: impl IntoIterator<Item = Result<u16, TransportError>>) -> (impl Transport, Arc<Mutex<Vec<u32>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (attempts, answers) = (Arc::clone(&seen), Mutex::new(answers.into_iter().collect::<Vec<_>>().into_iter()));
    let service = FnTransport(move |request: Request<Body>| {
        attempts.lock().unwrap().push(request.extensions().get::<Attempt>().map_or(1, |attempt| attempt.0));
        let answer = answers.lock().unwrap().next().unwrap();
        async move { answer.map(|status| Response::builder().status(status).body(Bytes::new()).unwrap()) }
    });
    (service, seen)
}

/// Each sending has its number, whichever decorator sends: a 401 is a reason like any other (OpenTelemetry, resend_count).
#[tokio::test(start_paused = true)]
async fn a_repetition_after_a_401_is_counted_by_both() {
    let lost = || Err(TransportError::interrupted("?"));
    for (answers, count) in [
        (vec![Ok(401), Ok(200)], 2),
        (vec![Ok(401), Ok(503), Ok(200)], 3),
        (vec![Ok(503), Ok(401), Ok(200)], 3),
        (vec![Ok(401), lost(), Ok(200)], 3),
        (vec![Ok(401), lost(), lost(), Ok(200)], 4),
    ] {
        let told = format!("{answers:?}");
        let tokens = || Arc::new(Renewed(AtomicU32::new(0)));
        let (mine, seen) = scripted(answers.clone());
        let right = Retry::new(Authorized::new(mine, tokens(), &site()));
        assert_eq!(right.send(call::<GetStatus>()).await.unwrap().status(), StatusCode::OK, "{told}");
        assert_eq!(*seen.lock().unwrap(), (1..=count).collect::<Vec<_>>(), "{told}");
        let (mine, seen) = scripted(answers);
        let wrong = Authorized::new(Retry::new(mine), tokens(), &site());
        assert_eq!(wrong.send(call::<GetStatus>()).await.unwrap().status(), StatusCode::OK, "{told}");
        assert_eq!(*seen.lock().unwrap(), (1..=count).collect::<Vec<_>>(), "{told}");
    }
}

/// What the span of the repetition says.
#[tokio::test]
async fn the_span_of_the_repetition_after_a_401_says_that_it_is_one() {
    #[derive(Clone, Default)]
    struct Counts(Arc<Mutex<Vec<u64>>>);
    impl tracing::field::Visit for Counts {
        fn record_u64(&mut self, field: &tracing::field::Field, value: u64) {
            if field.name() == "http.request.resend_count" {
                self.0.lock().unwrap().push(value);
            }
        }
        fn record_debug(&mut self, _: &tracing::field::Field, _: &dyn std::fmt::Debug) {}
    }
    impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Counts {
        fn on_new_span(
            &self,
            attributes: &tracing::span::Attributes<'_>,
            _: &tracing::span::Id,
            _: tracing_subscriber::layer::Context<'_, S>,
        ) {
            attributes.record(&mut self.clone());
        }
    }
    keep_another_listener();
    let counts = Counts::default();
    let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(counts.clone()));
    let (tokens, mine, _) = service(false);
    let answer = Authorized::new(Trace::new(mine), tokens, &site()).send(call::<GetStatus>()).await;
    drop(guard);
    assert_eq!(answer.unwrap().status(), StatusCode::OK);
    assert_eq!(*counts.0.lock().unwrap(), [0, 1]);
}

/// In the wrong order the retry's doubt comes with a 401, and the call's own answer must not wipe it out.
#[tokio::test(start_paused = true)]
async fn a_doubt_outlives_the_401_in_whatever_order() {
    let lost = || Err(TransportError::interrupted("?"));
    let (tokens, site) = (|| Arc::new(Renewed(AtomicU32::new(0))), site());
    let refused = |code| {
        move |answer: Result<Response<Bytes>, TransportError>| {
            let answer = answer.unwrap();
            assert_eq!(answer.status().as_u16(), code);
            answer.extensions().get::<InDoubt>().is_some()
        }
    };
    for wrong in [false, true] {
        let onion = |answers: Vec<Result<u16, TransportError>>| -> Box<dyn Transport> {
            let mine = scripted(answers).0;
            match wrong {
                false => Box::new(Retry::new(Authorized::new(mine, tokens(), &site))),
                true => Box::new(Authorized::new(Retry::new(mine), tokens(), &site)),
            }
        };
        // The first attempt may have deleted it, and what is said later of what is gone proves nothing.
        let answer = onion(vec![lost(), Ok(401), Ok(404)]).send(call::<DeleteAccount>()).await;
        assert!(refused(404)(answer), "{wrong}");
        let error = onion(vec![lost(), Ok(401), Err(TransportError::tls("?"))]).send(call::<DeleteAccount>()).await;
        assert!(error.unwrap_err().may_have_been_processed(), "{wrong}");
        // A 401 alone leaves no doubt.
        let answer = onion(vec![Ok(401), Ok(404)]).send(call::<DeleteAccount>()).await;
        assert!(!refused(404)(answer), "{wrong}");
        let error = onion(vec![Ok(401), Err(TransportError::tls("?"))]).send(call::<DeleteAccount>()).await;
        assert!(!error.unwrap_err().may_have_been_processed(), "{wrong}");
        // A success is one.
        let answer = onion(vec![lost(), Ok(401), Ok(200)]).send(call::<DeleteAccount>()).await;
        assert!(!refused(200)(answer), "{wrong}");
    }
    // Where no other token can be had, the doubt is there all the same.
    let tokens = OneToken(AtomicU32::new(0));
    let wrong = Authorized::new(Retry::new(scripted([lost(), Ok(401)]).0), tokens, &site);
    let error = wrong.send(call::<DeleteAccount>()).await.unwrap_err();
    assert!(error.held_back().is_some() && error.may_have_been_processed(), "{error}");
}

/// Has a token until it is refused, and no other.
struct OneToken(AtomicU32);

#[async_trait]
impl TokenProvider for OneToken {
    fn peek(&self) -> Option<AccessToken> {
        (self.0.load(Ordering::SeqCst) == 0).then(|| AccessToken::new("canary", Some(3600)).ok()).flatten()
    }

    async fn token(&self) -> Result<AccessToken, AuthError> {
        self.peek().ok_or(AuthError::InvalidToken)
    }

    async fn rejected(&self, _: u64) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}
