//! A thousand callers without a token, all at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use jumio_auth::{AccessToken, Cached, FnTokenSource, TokenProvider as _};
use tokio::task::JoinSet;

use crate::bench::rounds::{judge, show};

const CALLERS: usize = 1000;
const FETCH: Duration = Duration::from_millis(50);

pub(super) fn measure() -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let fetches = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&fetches);
        let cached = Cached::new(FnTokenSource(move || {
            counter.fetch_add(1, Ordering::SeqCst);
            async {
                tokio::time::sleep(FETCH).await;
                AccessToken::new("t", Some(3600))
            }
        }));
        let herd = async || {
            let mut all = JoinSet::new();
            for _ in 0..CALLERS {
                let cached = cached.clone();
                all.spawn(async move {
                    let start = Instant::now();
                    cached.token().await.is_ok().then(|| start.elapsed())
                });
            }
            let mut waits: Vec<Duration> = all.join_all().await.into_iter().flatten().collect();
            waits.sort();
            waits.get(CALLERS * 99 / 100).copied().context("some caller got no token")
        };
        let (cold, warm) = (herd().await?, herd().await?);
        let calls = fetches.load(Ordering::SeqCst);
        show("T8 99 of 100 callers wait, ms beyond the fetch", (cold.saturating_sub(FETCH)).as_secs_f64() * 1e3, "2");
        show("T8 the same with a token there, ms", warm.as_secs_f64() * 1e3, "0");
        Ok(judge("T8 token calls for 1000 callers", calls as f64, 1.0))
    })
}
