//! Fetches that take long, hang, overtake each other or panic.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use tokio::time::{Instant, advance, sleep};

use super::{Answer, down, herd, hour};
use crate::{AccessToken, AuthError, Cached, TokenProvider as _, TokenSource, TokioClock};

/// Serves the n-th fetch (from 1) after the n-th time, with the n-th answer.
fn slow(script: Vec<(u64, Answer)>) -> (Cached<impl TokenSource + 'static, TokioClock>, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&calls);
    let source = crate::FnTokenSource(move || {
        let (after, answer) = script[seen.fetch_add(1, Ordering::SeqCst)].clone();
        async move {
            sleep(Duration::from_secs(after)).await;
            answer
        }
    });
    (Cached::with_clock(source, TokioClock::new()), calls)
}

#[tokio::test(start_paused = true)]
async fn a_token_is_as_old_as_its_fetch() {
    let (cached, _) = slow(vec![(25, AccessToken::new("first", Some(600))), (0, hour(2))]);
    let start = Instant::now();
    assert_eq!(cached.token().await.unwrap().expose(), "first");
    advance(Duration::from_secs(600) - start.elapsed()).await;
    assert!(cached.peek().is_none(), "it was given out when the fetch began, for all we know");
    assert_eq!(cached.token().await.unwrap().expose(), "token-2");
}

/// However long the answer's way was: a short life begins anew when it comes, or every call would be a login.
#[tokio::test(start_paused = true)]
async fn a_token_that_ended_on_its_way_serves_until_the_next_may_be_fetched() {
    let (cached, calls) = slow(vec![(25, AccessToken::new("first", Some(1))), (0, hour(2))]);
    cached.token().await.unwrap();
    advance(Duration::from_millis(9_999)).await;
    assert_eq!((cached.token().await.unwrap().expose(), calls.load(Ordering::SeqCst)), ("first", 1));
    advance(Duration::from_millis(1)).await;
    assert_eq!((cached.token().await.unwrap().expose(), calls.load(Ordering::SeqCst)), ("token-2", 2));
}

/// A vault that hangs, a store that keeps its place: nothing of it has a limit of its own.
#[tokio::test(start_paused = true)]
async fn a_fetch_that_hangs_is_given_up_and_leaves_no_task() {
    struct Stuck;
    #[async_trait]
    impl TokenSource for Stuck {
        async fn fetch(&self) -> Answer {
            std::future::pending().await
        }
    }
    let cached = Cached::with_clock(Stuck, TokioClock::new());
    let start = Instant::now();
    for (error, ended) in [(cached.token().await, 60), (cached.token().await, 60)] {
        assert!(matches!(error, Err(AuthError::Overdue)) && start.elapsed().as_secs() == ended);
    }
    tokio::task::yield_now().await;
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
}

/// Two fetches at once: the first hung so long that another began beside it.
async fn overtaken(
    first: Answer,
    second: Answer,
    landing: u64,
) -> (Answer, Answer, Cached<impl TokenSource, TokioClock>) {
    // As where no runtime bounds it.
    let (cached, calls) = slow(vec![(60 + landing, first), (5, second), (0, down())]);
    let hung = {
        let mut guarded = cached.core.lock();
        let departure = guarded.state.depart(Duration::ZERO);
        let core = Arc::clone(&cached.core);
        let hung = async move { core.land(departure, core.source.fetch().await) }.boxed().shared();
        guarded.flight = hung.downgrade().map(|fetch| (fetch, departure));
        hung
    };
    let hung = tokio::spawn(hung);
    tokio::task::yield_now().await;
    advance(Duration::from_secs(60)).await;
    let (one, other) = (cached.clone(), cached.clone());
    let second = tokio::spawn(async move { one.token().await });
    sleep(Duration::from_secs(2)).await;
    // A third caller finds the second fetch under way, or what it brought.
    let third = tokio::spawn(async move { other.token().await });
    let first = hung.await.unwrap();
    assert!(third.await.unwrap().is_ok() && second.await.unwrap().is_ok());
    let then = cached.token().await;
    assert_eq!(calls.load(Ordering::SeqCst), 2, "a third fetch began beside the second");
    (first, then, cached)
}

#[tokio::test(start_paused = true)]
async fn an_overtaken_fetch_that_fails_harms_nobody() {
    for landing in [1, 20] {
        let (first, then, _) = overtaken(down(), hour(2), landing).await;
        assert!(first.is_err());
        assert_eq!(then.unwrap().expose(), "token-2");
    }
}

#[tokio::test(start_paused = true)]
async fn an_overtaken_fetch_replaces_no_newer_token() {
    for (landing, seen) in [(1, "token-1"), (20, "token-2")] {
        let (first, then, cached) = overtaken(hour(1), hour(2), landing).await;
        assert_eq!(first.unwrap().expose(), seen);
        assert_eq!(then.unwrap().expose(), "token-2");
        assert!(cached.is_fresh());
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_that_panics_is_one_that_failed() {
    let calls = AtomicUsize::new(0);
    let source = crate::FnTokenSource(move || {
        assert!(calls.fetch_add(1, Ordering::SeqCst) > 0, "canary");
        async { hour(2) }
    });
    let cached = Cached::with_clock(source, TokioClock::new());
    let answers = herd(10, &cached).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(AuthError::Other(_)))), "{answers:?}");
    assert!(!format!("{answers:?}").contains("canary"));
    advance(Duration::from_secs(10)).await;
    assert_eq!(cached.token().await.unwrap().expose(), "token-2");
}
