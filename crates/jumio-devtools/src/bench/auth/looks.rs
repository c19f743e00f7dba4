//! The ways to have a token at hand that are compared.

use std::hint::black_box;
use std::sync::{Barrier, Mutex, RwLock};

use anyhow::{Result, bail};
use http::HeaderValue;
use jumio_auth::{AccessToken, AuthError, Cached, FnTokenSource, TokenProvider as _};

use crate::bench::rounds::{median, turn};

pub(super) const THREADS: [usize; 3] = [1, 2, 8];
const ROUNDS: usize = 15;
/// So many that one thread needs more than the 8 ms below which the barrier would be what is measured.
const LOOKS: usize = 400_000;
/// Tokio's lock is so slow under contention that fewer have to do.
const SLOW_LOOKS: usize = 10_000;

type Source = FnTokenSource<fn() -> std::future::Ready<Result<AccessToken, AuthError>>>;

/// One way to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Whether a token is there.
    Fresh,
    /// The token, with its header.
    Peek,
    /// The thread's own header cloned and dropped, with no look at anything: what a look with its header cannot do without.
    Clone,
    Mutex,
    RwLock,
    /// What an async program reaches for first.
    TokioMutex,
    /// The header written anew each time.
    Format,
}

/// All that is looked at.
pub(super) struct Subject {
    cached: Cached<Source>,
    text: String,
    mutex: Mutex<Option<HeaderValue>>,
    rw_lock: RwLock<Option<HeaderValue>>,
    tokio: tokio::sync::Mutex<Option<HeaderValue>>,
    runtime: tokio::runtime::Runtime,
}

/// As long as Jumio's are.
fn token() -> String {
    "t".repeat(700)
}

fn fetch() -> std::future::Ready<Result<AccessToken, AuthError>> {
    std::future::ready(AccessToken::new(&token(), Some(3600)))
}

impl Subject {
    pub(super) fn new() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build()?;
        let cached = Cached::new(FnTokenSource(fetch as fn() -> _));
        let header = runtime.block_on(cached.token())?.header();
        Ok(Self {
            cached,
            text: token(),
            mutex: Mutex::new(Some(header.clone())),
            rw_lock: RwLock::new(Some(header.clone())),
            tokio: tokio::sync::Mutex::new(Some(header)),
            runtime,
        })
    }
}

impl Look {
    const ALL: [Self; 7] =
        [Self::Fresh, Self::Peek, Self::Clone, Self::Mutex, Self::RwLock, Self::TokioMutex, Self::Format];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fresh => "look",
            Self::Peek => "look-with-header",
            Self::Clone => "header-clone",
            Self::Mutex => "std-mutex",
            Self::RwLock => "std-rwlock",
            Self::TokioMutex => "tokio-mutex",
            Self::Format => "format-each-time",
        }
    }

    pub(super) fn named(name: &str) -> Result<Self> {
        match Self::ALL.into_iter().find(|look| look.name() == name) {
            Some(look) => Ok(look),
            None => bail!("no look is called {name:?}"),
        }
    }

    pub(super) fn repeat(self, subject: &Subject, times: usize) {
        let there = match self {
            Self::Fresh => many(times, || black_box(&subject.cached).is_fresh()),
            Self::Peek => many(times, || black_box(black_box(&subject.cached).peek()).is_some()),
            Self::Clone => {
                let own = HeaderValue::try_from(format!("Bearer {}", subject.text));
                own.is_ok_and(|own| many(times, || !black_box(black_box(&own).clone()).is_empty()))
            }
            Self::Mutex => many(times, || subject.mutex.lock().is_ok_and(|held| black_box(held.clone()).is_some())),
            Self::RwLock => many(times, || subject.rw_lock.read().is_ok_and(|held| black_box(held.clone()).is_some())),
            Self::TokioMutex => subject.runtime.block_on(async {
                let mut there = true;
                for _ in 0..times {
                    there &= black_box(subject.tokio.lock().await.clone()).is_some();
                }
                there
            }),
            Self::Format => {
                many(times, || HeaderValue::try_from(format!("Bearer {}", black_box(&subject.text))).is_ok())
            }
        };
        assert!(there, "{self:?} found no token");
    }

    /// Nanoseconds of processor time for each look, over threads that look at the same time.
    fn time(self, subject: &Subject, threads: usize) -> f64 {
        let looks = if self == Self::TokioMutex { SLOW_LOOKS } else { LOOKS };
        let start = Barrier::new(threads);
        let worker = || {
            start.wait();
            let ((), turn) = turn(|| self.repeat(subject, looks));
            turn.cpu * 1e9 / looks as f64
        };
        let each: Vec<f64> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
            workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
        });
        each.iter().sum::<f64>() / each.len() as f64
    }
}

/// Compiled for each look, so that choosing costs nothing.
fn many(times: usize, look: impl Fn() -> bool) -> bool {
    (0..times).all(|_| look())
}

/// Nanoseconds by the number of threads.
pub(super) type ByThreads = Vec<(usize, f64)>;

/// The medians of all ways.
pub(super) fn times() -> Result<Vec<(Look, ByThreads)>> {
    let subject = Subject::new()?;
    let mut found: Vec<(Look, usize, Vec<f64>)> = Vec::new();
    for look in Look::ALL {
        found.extend(THREADS.map(|threads| (look, threads, Vec::new())));
    }
    for _ in 0..ROUNDS {
        for (look, threads, times) in &mut found {
            times.push(look.time(&subject, *threads));
        }
    }
    Ok(Look::ALL
        .map(|wanted| {
            let row = found.iter().filter(|(look, _, _)| *look == wanted);
            (wanted, row.map(|(_, threads, times)| (*threads, median(times.clone()))).collect())
        })
        .into())
}
