//! Which outcomes are tried again, how often and after which waits. On the tests' own clock.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use jumio_model::AccountId;
use jumio_model::api::{CreateAccount, DeleteAccount, GetHealth};
use jumio_model::endpoint::{Body, InDoubt, Meta, Region, Site, UserAgent};
use tokio::time::Instant;

use super::outcome::Outcome;
use super::{Retry, RetryPolicy, random};
use crate::{
    Attempt, CallDeadline, CallError, Client, Fault, FnTransport, Mishap, Transport, TransportError, TransportErrorKind,
};

type Answer = fn() -> Result<Response<Bytes>, TransportError>;

fn once() -> &'static Meta {
    Meta::of::<CreateAccount>()
}

fn safe() -> &'static Meta {
    Meta::of::<GetHealth>()
}

fn request(meta: &'static Meta) -> Request<Body> {
    Request::new(Body::empty().with_meta(meta))
}

fn status(code: u16, retry_after: &str) -> Result<Response<Bytes>, TransportError> {
    let mut response = Response::builder().status(code).header("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    if !retry_after.is_empty() {
        response = response.header("retry-after", retry_after);
    }
    Ok(response.body(Bytes::new()).unwrap())
}

/// Sends one request; gives when each attempt was made, in milliseconds.
async fn attempts(meta: &'static Meta, answer: Answer, deadline: Option<Duration>) -> Vec<u128> {
    let start = Instant::now();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let inner = {
        let seen = Arc::clone(&seen);
        FnTransport(move |request: Request<Body>| {
            let mut seen = seen.lock().unwrap();
            seen.push(start.elapsed().as_millis());
            let number = request.extensions().get::<Attempt>().map_or(1, |attempt| attempt.0);
            assert_eq!(number as usize, seen.len());
            async move { answer() }
        })
    };
    // The lot is always a half, so that the waits can be told.
    let retry = Retry::new(inner).with_random(|| 0.5);
    let mut request = request(meta);
    if let Some(deadline) = deadline {
        request.extensions_mut().insert(CallDeadline::after(deadline));
    }
    let _ = retry.send(request).await;
    let seen = seen.lock().unwrap();
    seen.clone()
}

/// Proves R4, R5, R8.
#[tokio::test(start_paused = true)]
async fn outcome_repeatable_and_header_decide_attempts_and_waits() {
    let transient = vec![0, 50, 150];
    let cases: &[(&str, Answer, Vec<u128>, Vec<u128>)] = &[
        // what comes, the attempts of a call that may be repeated, those of one that may not
        ("200", || status(200, ""), vec![0], vec![0]),
        ("200, told", || status(200, "7"), vec![0], vec![0]),
        ("307", || status(307, "7"), vec![0], vec![0]),
        ("400", || status(400, ""), vec![0], vec![0]),
        ("401", || status(401, ""), vec![0], vec![0]),
        ("404", || status(404, ""), vec![0], vec![0]),
        ("408", || status(408, ""), transient.clone(), vec![0]),
        ("429", || status(429, ""), vec![0, 500, 1500], vec![0, 500, 1500]),
        ("429, told 7", || status(429, "7"), vec![0, 7000, 14000], vec![0, 7000, 14000]),
        ("429, told 0", || status(429, "0"), vec![0, 500, 1500], vec![0, 500, 1500]),
        ("429, told an hour", || status(429, "3600"), vec![0, 60_000, 120_000], vec![0, 60_000, 120_000]),
        (
            "429, told a date",
            || status(429, "Sun, 06 Nov 1994 08:49:47 GMT"),
            vec![0, 10_000, 20_000],
            vec![0, 10_000, 20_000],
        ),
        (
            "429, a date that has passed",
            || status(429, "Sun, 06 Nov 1994 08:00:00 GMT"),
            vec![0, 500, 1500],
            vec![0, 500, 1500],
        ),
        ("429, rubbish", || status(429, "-1"), vec![0, 500, 1500], vec![0, 500, 1500]),
        ("500", || status(500, ""), transient.clone(), vec![0]),
        ("501", || status(501, ""), vec![0], vec![0]),
        ("502", || status(502, ""), transient.clone(), vec![0]),
        ("503, told 3", || status(503, "3"), vec![0, 3000, 6000], vec![0]),
        ("504", || status(504, ""), transient.clone(), vec![0]),
        ("no connection", || Err(TransportError::connect("?")), transient.clone(), transient.clone()),
        ("no name", || Err(TransportError::dns("?")), transient.clone(), transient.clone()),
        ("no connection in time", || Err(TransportError::connect_timeout(None)), transient.clone(), transient.clone()),
        ("no trust", || Err(TransportError::tls("?")), vec![0], vec![0]),
        ("no answer in time", || Err(TransportError::timeout(None)), transient.clone(), vec![0]),
        ("lost answer", || Err(TransportError::interrupted("?")), transient.clone(), vec![0]),
        ("too large", || Err(TransportError::too_large(1)), vec![0], vec![0]),
        ("held back", || Err(TransportError::not_sent("a token", "?")), vec![0], vec![0]),
        ("anything", || Err(TransportError::other("?")), transient.clone(), vec![0]),
        ("anything, unsent", || Err(TransportError::other("?").unprocessed()), vec![0], vec![0]),
    ];
    for (name, answer, if_safe, if_once) in cases {
        assert_eq!(attempts(safe(), *answer, None).await, *if_safe, "{name}, may be repeated");
        assert_eq!(attempts(once(), *answer, None).await, *if_once, "{name}, once");
    }
}

fn scripted(script: impl IntoIterator<Item = Mishap>) -> Arc<Fault<impl Transport>> {
    Arc::new(Fault::new(FnTransport(|_: Request<Body>| async { status(200, "") }), script))
}

/// Proves R5.
#[tokio::test(start_paused = true)]
async fn refused_connections_are_made_again_and_the_call_arrives_once() {
    for meta in [once(), safe()] {
        let fault = scripted([Mishap::Refused, Mishap::Refused]);
        assert!(Retry::new(Arc::clone(&fault)).send(request(meta)).await.unwrap().status().is_success());
        assert_eq!((fault.attempts(), fault.arrivals()), (3, 1));
    }
}

/// What the last attempt proves of itself says nothing of the one whose answer was lost.
#[tokio::test(start_paused = true)]
async fn an_earlier_attempt_that_may_have_been_processed_is_not_forgotten() {
    let call = DeleteAccount::new(AccountId::from("a"));
    let last = |mishaps: Vec<Mishap>| {
        let site = Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap());
        let client = Client::new(site, Retry::new(scripted(mishaps)));
        let call = call.clone();
        async move { client.send(&call).await.unwrap_err() }
    };
    let gone = Mishap::Answer(StatusCode::NOT_FOUND);
    let full = Mishap::AnswerAfter(StatusCode::TOO_MANY_REQUESTS, 1);
    let down = Mishap::Answer(StatusCode::SERVICE_UNAVAILABLE);
    let in_doubt = [
        vec![Mishap::LostAnswer, Mishap::Refused, Mishap::Refused],
        vec![Mishap::LostAnswer, gone.clone()],
        vec![down.clone(), gone.clone()],
        vec![Mishap::Refused, Mishap::LostAnswer, gone.clone()],
        vec![Mishap::LostAnswer, full.clone(), full.clone()],
        vec![down, full.clone(), Mishap::Refused],
    ];
    for mishaps in in_doubt {
        let error = last(mishaps.clone()).await;
        assert!(error.may_have_been_processed(), "{mishaps:?}: {error}");
        assert!(error.to_string().contains("an earlier attempt may have been processed"), "{mishaps:?}: {error}");
    }
    let proven = [
        vec![Mishap::Refused; 3],
        vec![Mishap::Refused, gone.clone()],
        vec![full.clone(), full.clone(), full],
        vec![gone],
    ];
    for mishaps in proven {
        let error = last(mishaps.clone()).await;
        assert!(!error.may_have_been_processed(), "{mishaps:?}: {error}");
    }
    // It keeps its kind, so that callers still see what happened last.
    let CallError::Transport(error) = last(vec![Mishap::LostAnswer, Mishap::Refused, Mishap::Refused]).await else {
        panic!()
    };
    assert_eq!(error.kind(), TransportErrorKind::Connect);
}

/// One retry around another is no good idea, but it does no harm either.
#[tokio::test(start_paused = true)]
async fn a_call_in_doubt_is_not_sent_again_by_a_decorator_further_out() {
    let count = Arc::new(Mutex::new(0));
    let inner = {
        let count = Arc::clone(&count);
        FnTransport(move |_: Request<Body>| {
            *count.lock().unwrap() += 1;
            async {
                let mut response = status(429, "")?;
                response.extensions_mut().insert(InDoubt);
                Ok(response)
            }
        })
    };
    Retry::new(inner).send(request(once())).await.unwrap();
    assert_eq!(*count.lock().unwrap(), 1);
    let connect = || TransportError::connect("?").after_doubt();
    assert_eq!(Outcome::of(&Err(connect())), Outcome::Unknown);
}

/// Proves R7.
#[tokio::test(start_paused = true)]
async fn no_wait_passes_the_deadline() {
    let answer: Answer = || status(429, "7");
    for (seconds, expected) in [(7, vec![0]), (8, vec![0, 7000]), (14, vec![0, 7000]), (15, vec![0, 7000, 14000])] {
        assert_eq!(attempts(once(), answer, Some(Duration::from_secs(seconds))).await, expected, "{seconds} s");
    }
}

#[tokio::test(start_paused = true)]
async fn without_metadata_only_get_and_head_are_repeated_in_doubt() {
    for (method, expected) in [("GET", 3), ("HEAD", 3), ("POST", 1), ("PUT", 1), ("DELETE", 1)] {
        let count = Arc::new(Mutex::new(0));
        let inner = {
            let count = Arc::clone(&count);
            FnTransport(move |_: Request<Body>| {
                *count.lock().unwrap() += 1;
                async { Err(TransportError::interrupted("?")) }
            })
        };
        let request = Request::builder().method(method).body(Body::empty()).unwrap();
        Retry::new(inner).send(request).await.unwrap_err();
        assert_eq!(*count.lock().unwrap(), expected, "{method}");
    }
}

/// Proves R1.
#[test]
fn waits_stay_within_their_bounds_and_spread_evenly() {
    let policy = RetryPolicy::default();
    for (outcome, base) in [(Outcome::Unknown, 100), (Outcome::Throttled, 1000)] {
        for attempt in 1..=12 {
            let longest = Duration::from_millis(base << (attempt - 1)).min(policy.cap);
            let draws = 10_000;
            let mut sum = 0.0;
            for _ in 0..draws {
                let wait = policy.wait(outcome, attempt, random(), None);
                assert!(wait <= longest);
                sum += wait.as_secs_f64();
            }
            let mean = sum / f64::from(draws) / longest.as_secs_f64();
            assert!((0.48..=0.52).contains(&mean), "attempt {attempt}: {mean}");
        }
    }
    assert_eq!(policy.longest(Outcome::Unknown, u32::MAX), policy.cap);
}

/// Proves R2, R3.
#[tokio::test(start_paused = true)]
async fn an_outage_is_not_made_worse() {
    let count = Arc::new(Mutex::new(0_u32));
    let inner = {
        let count = Arc::clone(&count);
        FnTransport(move |_: Request<Body>| {
            *count.lock().unwrap() += 1;
            async { status(503, "") }
        })
    };
    let retry = Retry::new(inner);
    for _ in 0..10_000 {
        assert_eq!(retry.clone().send(request(safe())).await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    }
    // 500 / 14 repetitions, shared by all clones.
    assert_eq!(*count.lock().unwrap(), 10_035);
    // With nothing left to pay with, one attempt is all, and no time passes.
    let start = Instant::now();
    retry.send(request(safe())).await.unwrap();
    assert_eq!((start.elapsed(), *count.lock().unwrap()), (Duration::ZERO, 10_036));
}

/// Numbers so that a failure can be repeated: the seed is the only input.
fn xorshift() -> impl FnMut(u64) -> u64 {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    move |below| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    }
}

/// Proves R2.
#[tokio::test(start_paused = true)]
async fn with_one_failure_in_ten_hardly_any_call_fails() {
    let random = Mutex::new(xorshift());
    let inner = FnTransport(move |_: Request<Body>| {
        let failed = random.lock().unwrap()(10) == 0;
        async move { status(if failed { 503 } else { 200 }, "") }
    });
    let retry = Retry::new(inner);
    let mut good = 0;
    for _ in 0..10_000 {
        good += u32::from(retry.send(request(safe())).await.unwrap().status().is_success());
    }
    assert!(good >= 9_980, "{good}");
    assert!(retry.quota().available() > 450, "{:?}", retry.quota());
}

/// Proves R12.
#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_gives_back_what_it_borrowed() {
    let inner = FnTransport(|request: Request<Body>| async move {
        match request.extensions().get::<Attempt>() {
            None => status(503, ""),
            Some(_) => std::future::pending().await,
        }
    });
    let retry = Retry::new(inner);
    let mut random = xorshift();
    for _ in 0..10_000 {
        // In the pause or in the second attempt, wherever it strikes.
        let limit = Duration::from_millis(random(120));
        assert!(tokio::time::timeout(limit, retry.send(request(safe()))).await.is_err());
    }
    assert_eq!(retry.quota().available(), 500);
}

/// Proves R10.
#[test]
fn every_status_phase_and_kind_of_call() {
    let mut table = String::new();
    let row = |result: Result<Response<Bytes>, TransportError>| {
        let outcome = Outcome::of(&result);
        let word = |repeatable| if outcome.allows(repeatable) { "again" } else { "answer" };
        format!("{outcome:?}: {} if it may be repeated, {} if not", word(true), word(false))
    };
    let mut runs: Vec<(u16, u16, String)> = Vec::new();
    for code in 100..=599 {
        let text = row(status(code, ""));
        match runs.last_mut() {
            Some((_, last, said)) if *said == text => *last = code,
            _ => runs.push((code, code, text)),
        }
    }
    for (first, last, text) in runs {
        table += &format!("{first}-{last}  {text}\n");
    }
    let phases: [(&str, TransportError); 13] = [
        ("name lookup", TransportError::dns("?")),
        ("connecting: refused", TransportError::connect("?")),
        ("connecting: too slow", TransportError::connect_timeout(None)),
        ("connecting: no trust", TransportError::tls("?")),
        ("before sending: held back", TransportError::not_sent("x", "?")),
        ("before sending: impossible", TransportError::other("?").unprocessed()),
        ("sending or waiting: broken", TransportError::interrupted("?")),
        ("sending or waiting: too slow", TransportError::timeout(None)),
        ("sending or waiting: stalled", TransportError::stalled(Duration::from_secs(20), 1000)),
        ("sending or waiting: unknown", TransportError::other("?")),
        ("sending: broken, and provably not taken", TransportError::interrupted("?").unprocessed()),
        ("reading: too large", TransportError::too_large(1)),
        ("reading: no place to write", TransportError::destination(std::io::ErrorKind::StorageFull.into())),
    ];
    for (phase, error) in phases {
        table += &format!("{phase}  {}\n", row(Err(error)));
    }
    insta::assert_snapshot!(table);
}

type Results = Vec<Result<Response<Bytes>, TransportError>>;

/// The book's table says what happens.
#[test]
fn the_book_has_the_same_table() {
    use TransportError as E;
    let statuses = |wanted: fn(u16) -> bool| (100..=599).filter(move |code| wanted(*code)).map(|code| status(code, ""));
    let failures = |errors: Vec<E>| errors.into_iter().map(Err).collect::<Results>();
    let missing = crate::send_body::BodyError::new(crate::BodyErrorKind::Open, std::path::Path::new("x"));
    let listed = |code: u16| matches!(code, 408 | 429 | 500 | 502 | 503 | 504);
    let rows: [(&str, Results); 6] = [
        ("no connection, no name", failures(vec![E::connect("?"), E::dns("?"), E::connect_timeout(None)])),
        ("429", vec![status(429, "")]),
        ("408, 500, 502, 503, 504", statuses(|code| matches!(code, 408 | 500 | 502..=504)).collect()),
        (
            "broken connection, timeout after sending, `Other`",
            failures(vec![E::interrupted("?"), E::timeout(None), E::stalled(Duration::ZERO, 1), E::other("?")]),
        ),
        (
            "any other status",
            statuses(|_| true).filter(|result| !listed(result.as_ref().unwrap().status().as_u16())).collect(),
        ),
        (
            "`Tls`, `Body`, `TooLarge`, `Redirected`, `NotSent`, `Destination`",
            failures(vec![
                E::tls("?"),
                E::body(missing),
                E::too_large(1),
                E::redirected(),
                E::not_sent("a token", "?"),
                E::destination(std::io::ErrorKind::StorageFull.into()),
            ]),
        ),
    ];
    let book = include_str!("../../../../docs/errors.md");
    for (name, results) in rows {
        for result in results {
            let outcome = Outcome::of(&result);
            let word = |repeatable| if outcome.allows(repeatable) { "again" } else { "the answer" };
            let row = format!("| {name} | {} | {} |", word(true), word(false));
            assert!(book.contains(&row), "{row} is not in the book: {result:?}");
        }
    }
}

mod told;
