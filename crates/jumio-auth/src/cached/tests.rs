//! Herds, failures, renewals and refusals, on paused time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use tokio::task::JoinSet;
use tokio::time::{Instant, advance, sleep};

use super::Cached;
use crate::{AccessToken, AuthError, TokenProvider as _, TokenSource, TokioClock};

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

type Paused<F> = Cached<Scripted<F>, TokioClock>;

fn cached<F: Fn(usize) -> Answer + Send + Sync + 'static>(answer: F) -> (Paused<F>, impl Fn() -> usize) {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    (Cached::with_clock(Scripted { calls, answer }, TokioClock::new()), move || count.load(Ordering::SeqCst))
}

fn hour(call: usize) -> Answer {
    AccessToken::new(&format!("token-{call}"), Some(3600))
}

fn down() -> Answer {
    Err(AuthError::other("the auth host is down"))
}

async fn herd<S: TokenSource + 'static>(callers: usize, cached: &Cached<S, TokioClock>) -> Vec<Answer> {
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

/// Proves A1.
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

/// Proves A5, A9.
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

/// Proves A2.
#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_early_and_nobody_waits_for_it() {
    let (cached, calls) = cached(hour);
    cached.token().await.unwrap();
    // 10 % of an hour before its end, give or take a fifth.
    advance(Duration::from_secs(3600 - 432 - 1)).await;
    assert!(cached.peek().is_some() && cached.is_fresh());
    advance(Duration::from_secs(432 - 288 + 1)).await;
    assert!(cached.peek().is_none(), "peek must send somebody to renew it");
    let start = Instant::now();
    assert_eq!(texts(herd(1000, &cached).await), ["token-1"]);
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert!(cached.is_fresh(), "one renews it, and the others need not think of it");
    sleep(2 * FETCH).await;
    assert_eq!(cached.peek().unwrap().expose(), "token-2");
    assert_eq!(calls(), 2);
}

/// Proves A4.
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

/// Proves A6.
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

/// Proves A6, R12.
/// Callers give up at random moments, all of them now and then; whoever has patience gets a token within one fetch, and when
/// all is over no task is left.
#[tokio::test(start_paused = true)]
async fn random_drops_strand_nobody_and_leave_nothing() {
    // xorshift, so that a failure can be repeated: the seed is the only input.
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    let mut drops = 0;
    while drops < 100_000 {
        let (cached, calls) = cached(hour);
        for _ in 0..1 + random(8) {
            let patience = Duration::from_millis(random(60));
            let impatient = cached.clone();
            drops += 1;
            tokio::spawn(async move { tokio::time::timeout(patience, impatient.token()).await });
            if random(3) == 0 {
                sleep(Duration::from_millis(random(40))).await;
            }
        }
        let start = Instant::now();
        cached.token().await.unwrap();
        assert!(start.elapsed() <= FETCH && calls() == 1, "{:?}, {} calls", start.elapsed(), calls());
    }
    sleep(4 * FETCH).await;
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn in_a_runtime_a_fetch_goes_on_without_callers() {
    let (cached, calls) = cached(hour);
    let mut leader = cached.token();
    assert!(leader.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(leader);
    sleep(2 * FETCH).await;
    assert_eq!(cached.peek().unwrap().expose(), "token-1");
    assert_eq!(calls(), 1);
}

#[test]
fn outside_a_runtime_a_fetch_that_nobody_waits_for_is_begun_anew() {
    struct StuckOnce(AtomicUsize);
    #[async_trait]
    impl TokenSource for StuckOnce {
        async fn fetch(&self) -> Answer {
            match self.0.fetch_add(1, Ordering::SeqCst) {
                0 => std::future::pending().await,
                call => hour(call + 1),
            }
        }
    }
    let cached = Cached::new(StuckOnce(AtomicUsize::new(0)));
    let mut cx = Context::from_waker(Waker::noop());
    let mut leader = cached.token();
    assert!(leader.as_mut().poll(&mut cx).is_pending());
    drop(leader);
    let Poll::Ready(token) = cached.token().as_mut().poll(&mut cx) else { panic!("it waits for nobody") };
    assert_eq!(token.unwrap().expose(), "token-2");
}

/// Proves A3.
#[test]
fn renewals_of_many_instances_are_spread() {
    let hour = Duration::from_secs(3600);
    let leads: Vec<u64> = (0..1000).map(|_| super::state::lead(hour, super::jitter()).as_secs()).collect();
    let (first, last) = (leads.iter().min().unwrap(), leads.iter().max().unwrap());
    assert!(*first >= 288 && *last <= 432 && last - first >= 120, "{first} to {last}");
    let most = leads.iter().map(|lead| leads.iter().filter(|other| *other == lead).count()).max().unwrap();
    assert!(most <= 30, "{most} in one second");
}

/// Proves A10.
/// The wall clock is not asked: a token whose claims lie days from now lives as long as it says, on the cache's own clock.
#[tokio::test(start_paused = true)]
async fn a_wrong_wall_clock_changes_nothing() {
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;

    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    for iat in [now - 86_400, now, now + 86_400] {
        let claims = BASE64_URL_SAFE_NO_PAD.encode(format!(r#"{{"iat":{iat},"exp":{}}}"#, iat + 1800));
        let (cached, calls) = cached(move |call| AccessToken::new(&format!("e30.{claims}.{call}"), Some(3600)));
        cached.token().await.unwrap();
        advance(Duration::from_secs(1800 - 217)).await;
        assert!(cached.is_fresh());
        advance(Duration::from_secs(217)).await;
        assert_eq!(cached.token().await.unwrap().generation(), 2, "a dead token was used");
        assert_eq!(calls(), 2);
    }
}

/// Proves A8.
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

/// Proves A7.
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
    let (cached, calls) = cached(|_| AccessToken::new("always-the-same", Some(3600)));
    let first = cached.token().await.unwrap();
    advance(Duration::from_secs(3400)).await;
    assert_eq!(cached.token().await.unwrap().generation(), 1);
    sleep(2 * FETCH).await;
    assert_eq!((calls(), cached.token().await.unwrap().generation()), (2, first.generation()));
    advance(Duration::from_secs(200)).await;
    assert!(cached.peek().is_none(), "what came later had the first one's end");
    assert_eq!(cached.token().await.unwrap().serial(), first.serial(), "the same, though its end is another");
}

/// It is no other, so nothing is sent with it once more.
#[tokio::test(start_paused = true)]
async fn a_refused_token_that_comes_again_is_no_other() {
    let (cached, calls) = cached(|call| AccessToken::new(["a", "a", "b", "a"][call - 1], Some(3600)));
    let mut tokens = Vec::new();
    for _ in 0..4 {
        let token = cached.token().await.unwrap();
        advance(Duration::from_secs(10)).await;
        cached.rejected(token.generation()).await;
        tokens.push(token);
    }
    assert_eq!((tokens.iter().map(AccessToken::generation).collect::<Vec<_>>(), calls()), (vec![1, 1, 2, 3], 4));
    assert_eq!(tokens[0].serial(), tokens[1].serial());
    assert_ne!(tokens[1].serial(), tokens[3].serial());
}

#[tokio::test(start_paused = true)]
async fn the_copies_of_two_threads_are_one_token() {
    let (cached, _) = cached(hour);
    let first = cached.token().await.unwrap();
    let elsewhere = std::thread::spawn({
        let cached = cached.clone();
        move || cached.peek().unwrap().serial()
    });
    assert_eq!((cached.peek().unwrap().serial(), elsewhere.join().unwrap()), (first.serial(), first.serial()));
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

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_dropped_at_once_where_it_was_not_fetched_here() {
    let ages = Mutex::new(vec![Duration::ZERO, Duration::from_secs(3)]);
    let source = crate::FnTokenSource(move || {
        let age = ages.lock().unwrap().pop().unwrap();
        async move { Ok(AccessToken::new(&format!("t{}", age.as_secs()), Some(3600))?.with_age(age)) }
    });
    let cached = Cached::with_clock(source, TokioClock::new());
    let kept_elsewhere = cached.token().await.unwrap();
    cached.rejected(kept_elsewhere.generation()).await;
    let fetched = cached.token().await.unwrap();
    assert_eq!((kept_elsewhere.expose(), fetched.expose()), ("t3", "t0"));
    cached.rejected(fetched.generation()).await;
    assert_eq!(cached.token().await.unwrap().expose(), "t0");
}

mod bounds;
