//! Herds, failures, renewals and refusals, on paused time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use tokio::task::JoinSet;
use tokio::time::{Instant, advance, sleep};

use super::Cached;
use crate::{AccessToken, AuthError, TokenProvider as _, TokenSource};

/// How long a fetch takes, on the tests' own clock.
const FETCH: Duration = Duration::from_millis(50);

/// Counts fetches and answers the n-th (from 1) as the test says.
struct Scripted<F> {
    calls: Arc<AtomicUsize>,
    answer: F,
}

#[async_trait]
impl<F: Fn(usize) -> Result<AccessToken, AuthError> + Send + Sync> TokenSource for Scripted<F> {
    async fn fetch(&self) -> Result<AccessToken, AuthError> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        sleep(FETCH).await;
        (self.answer)(call)
    }
}

type Answer = Result<AccessToken, AuthError>;

fn cached<F: Fn(usize) -> Answer + Send + Sync + 'static>(answer: F) -> (Cached<Scripted<F>>, impl Fn() -> usize) {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    (Cached::new(Scripted { calls, answer }), move || count.load(Ordering::SeqCst))
}

fn hour(call: usize) -> Answer {
    AccessToken::new(&format!("token-{call}"), Some(3600))
}

fn down() -> Answer {
    Err(AuthError::other("the auth host is down"))
}

async fn herd<S: TokenSource + 'static>(callers: usize, cached: &Cached<S>) -> Vec<Answer> {
    let mut all = JoinSet::new();
    for _ in 0..callers {
        let cached = cached.clone();
        all.spawn(async move { cached.token().await });
    }
    all.join_all().await
}

fn texts(answers: Vec<Answer>) -> Vec<String> {
    let mut texts: Vec<_> = answers.into_iter().map(|token| token.unwrap().expose().to_owned()).collect();
    texts.dedup();
    texts
}

// A1
#[tokio::test(start_paused = true)]
async fn a_thousand_callers_cause_one_fetch() {
    let (cached, calls) = cached(hour);
    assert!(cached.peek().is_none());
    let start = Instant::now();
    assert_eq!(texts(herd(1000, &cached).await), ["token-1"]);
    assert_eq!(start.elapsed(), FETCH);
    assert_eq!(calls(), 1);
    assert_eq!(cached.peek().unwrap().generation(), 1);
}

// A5, A9
#[tokio::test(start_paused = true)]
async fn a_failure_is_shared_and_remembered_for_ten_seconds() {
    let (cached, calls) = cached(|call| if call == 1 { down() } else { hour(call) });
    let start = Instant::now();
    assert!(herd(200, &cached).await.iter().all(Result::is_err));
    assert_eq!(start.elapsed(), FETCH);
    advance(Duration::from_millis(9_999)).await;
    let asked = Instant::now();
    assert!(herd(200, &cached).await.iter().all(Result::is_err));
    assert_eq!(asked.elapsed(), Duration::ZERO);
    assert_eq!(calls(), 1);
    advance(Duration::from_millis(1)).await;
    assert_eq!(texts(herd(200, &cached).await), ["token-2"]);
    assert_eq!(calls(), 2);
}

// A2
#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_early_and_nobody_waits_for_it() {
    let (cached, calls) = cached(hour);
    cached.token().await.unwrap();
    // 10 % of an hour before its end.
    advance(Duration::from_secs(3600 - 360 - 1)).await;
    assert!(cached.peek().is_some());
    advance(Duration::from_secs(1)).await;
    assert!(cached.peek().is_none(), "peek must send somebody to renew it");
    let start = Instant::now();
    assert_eq!(texts(herd(1000, &cached).await), ["token-1"]);
    assert_eq!(start.elapsed(), Duration::ZERO);
    sleep(2 * FETCH).await;
    assert_eq!(cached.peek().unwrap().expose(), "token-2");
    assert_eq!(calls(), 2);
}

// A4
#[tokio::test(start_paused = true)]
async fn a_failed_renewal_keeps_the_valid_token() {
    let (cached, calls) = cached(|call| if call == 1 || call > 25 { hour(call) } else { down() });
    cached.token().await.unwrap();
    advance(Duration::from_secs(3240)).await;
    let mut failed = 0;
    while cached.token().await.is_ok_and(|token| token.generation() == 1) {
        sleep(Duration::from_secs(1)).await;
        failed = calls();
    }
    // Down for four minutes: one try in ten seconds, and not one call without a token.
    assert_eq!(failed, 26);
    assert_eq!(cached.peek().unwrap().expose(), "token-26");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ended_is_not_used_on() {
    let (cached, _) = cached(|call| if call == 1 { hour(call) } else { down() });
    cached.token().await.unwrap();
    advance(Duration::from_secs(3600)).await;
    assert!(cached.token().await.is_err());
}

// A6
#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_takes_nothing_from_the_others() {
    let (cached, calls) = cached(hour);
    let mut cx = Context::from_waker(Waker::noop());
    let mut leader = cached.token();
    assert!(leader.as_mut().poll(&mut cx).is_pending());
    let mut next = cached.token();
    assert!(next.as_mut().poll(&mut cx).is_pending());
    drop(leader);
    let start = Instant::now();
    assert_eq!(next.await.unwrap().expose(), "token-1");
    assert_eq!((start.elapsed(), calls()), (FETCH, 1));
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_nobody_waits_for_any_more_is_begun_anew() {
    let (cached, calls) = cached(hour);
    let mut leader = cached.token();
    assert!(leader.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(leader);
    assert_eq!(cached.token().await.unwrap().expose(), "token-2");
    assert_eq!(calls(), 2);
}

// A8
#[tokio::test(start_paused = true)]
async fn a_refused_token_is_dropped_once_and_no_other() {
    let (cached, calls) = cached(hour);
    let first = cached.token().await.unwrap().generation();
    cached.rejected(first).await;
    assert!(cached.peek().is_some(), "refused within ten seconds of being fetched: another would fare no better");
    advance(Duration::from_secs(10)).await;
    for _ in 0..100 {
        cached.rejected(first).await;
    }
    assert!(cached.peek().is_none());
    assert_eq!(texts(herd(100, &cached).await), ["token-2"]);
    assert_eq!(calls(), 2);
    advance(Duration::from_secs(10)).await;
    cached.rejected(first).await;
    assert_eq!(cached.peek().unwrap().expose(), "token-2");
}

// A7
#[tokio::test(start_paused = true)]
async fn a_nonsense_lifetime_is_no_login_storm() {
    for expires_in in [Some(0), Some(-1), Some(i64::MIN), Some(1)] {
        let (cached, calls) = cached(move |call| AccessToken::new(&format!("token-{call}"), expires_in));
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(60) {
            cached.token().await.unwrap();
            sleep(Duration::from_millis(100)).await;
        }
        assert!(calls() <= 6, "{expires_in:?}: {}", calls());
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_token_again_keeps_its_end() {
    let (cached, calls) = cached(|_| AccessToken::new("always the same", Some(3600)));
    let first = cached.token().await.unwrap();
    advance(Duration::from_secs(3300)).await;
    assert_eq!(cached.token().await.unwrap().generation(), 1);
    sleep(2 * FETCH).await;
    assert_eq!((calls(), cached.token().await.unwrap().generation()), (2, first.generation()));
    advance(Duration::from_secs(300)).await;
    assert!(cached.peek().is_none(), "what came later had the first one's end");
    assert_eq!(cached.token().await.unwrap().generation(), 2);
}

#[test]
fn no_runtime_is_needed() {
    struct AtHand;
    #[async_trait]
    impl TokenSource for AtHand {
        async fn fetch(&self) -> Answer {
            hour(1)
        }
    }
    let cached = Cached::new(AtHand);
    let Poll::Ready(token) = cached.token().as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("the source is ready, so the cache must be")
    };
    assert_eq!(token.unwrap().expose(), "token-1");
}

#[tokio::test(start_paused = true)]
async fn debug_is_silent() {
    let (cached, _) = cached(hour);
    cached.token().await.unwrap();
    let text = format!("{cached:?} {:?}", cached.token().await);
    assert!(text.contains("generation: 1") && !text.contains("token-1"), "{text}");
}
