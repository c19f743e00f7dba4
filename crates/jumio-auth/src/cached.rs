//! One token for all callers: fetched once, kept until shortly before it ends.
//!
//! The rules are in [`state`], which neither awaits nor reads a clock; here they are run.

mod at_hand;
mod state;

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use tokio::runtime::Handle;

use self::at_hand::AtHand;
use self::state::{Departure, Moment, State, Verdict};
use crate::{AccessToken, AuthError, Clock, CoarseClock, TokenProvider, TokenSource};

/// A fetch that takes longer than this is given up; where no runtime tells the time, those who come later begin another.
const LONGEST_FETCH: Duration = Duration::from_secs(60);

/// Keeps the token of a [`TokenSource`] and shares it with all callers. Clones share it too.
///
/// - Looking at a token that needs no thought ([`peek`](TokenProvider::peek)) takes no lock and never waits.
/// - However many callers need a token at once, one fetch serves them all, and its failure is shared as well. A caller that
///   gives up takes nothing from the others; in a tokio runtime the fetch goes on even without any, and is given up after
///   60 s, whatever it hangs in. The runtime needs its timer.
/// - A token's life counts from when its fetch began, so it is never younger than the cache takes it for. A source that
///   panics is a source that failed.
/// - A valid token makes nobody wait: from 10 % of its life (at least 60 s, spread by 20 %) before its end it is renewed in
///   the background, and if that fails it is used on to its end. Outside a tokio runtime the caller that finds it due renews
///   it.
/// - At most one fetch in 10 s: after a failure without a valid token that failure is the answer for so long, and a token
///   that is refused within 10 s of being fetched is not fetched again. Only where a token that was kept for longer, in a
///   store, is refused, the source is asked again at once.
/// - A 401 drops the token that was refused and no other.
///
/// Time is monotonic: setting the machine's clock changes nothing.
pub struct Cached<S, C = CoarseClock> {
    core: Arc<Core<S, C>>,
}

struct Core<S, C> {
    source: S,
    clock: C,
    // What most looks need, beside the lock.
    at_hand: AtHand,
    guarded: Mutex<Guarded>,
}

#[derive(Default)]
struct Guarded {
    state: State,
    // Weak, so that a fetch that nobody waits for any more ends, and does not go on from where it stood an hour later.
    flight: Option<(WeakShared<Fetch>, Departure)>,
}

type Fetch = BoxFuture<'static, Result<AccessToken, AuthError>>;

enum Step {
    Ready(Result<AccessToken, AuthError>),
    Renew(AccessToken, Shared<Fetch>),
    Wait(Shared<Fetch>),
}

impl<S: TokenSource + 'static> Cached<S> {
    /// Keeps this source's token. Fetches nothing yet.
    pub fn new(source: S) -> Self {
        Self::with_clock(source, CoarseClock::new())
    }
}

impl<S: TokenSource + 'static, C: Clock + 'static> Cached<S, C> {
    /// [`new`](Cached::new) on another clock: [`TokioClock`](crate::TokioClock) for tests on paused time.
    pub fn with_clock(source: S, clock: C) -> Self {
        Self { core: Arc::new(Core { source, clock, at_hand: AtHand::default(), guarded: Mutex::default() }) }
    }

    /// Whether a token is at hand that needs no thought: [`peek`](TokenProvider::peek) without taking it.
    pub fn is_fresh(&self) -> bool {
        self.core.at_hand.is_fresh(self.core.clock.now())
    }

    fn step(&self) -> Step {
        let mut guarded = self.core.lock();
        let now = self.core.clock.now();
        let verdict = guarded.state.look(now);
        let flight = match verdict {
            Verdict::Fresh(token) => return Step::Ready(Ok(token)),
            Verdict::Failed(error) => return Step::Ready(Err(error)),
            Verdict::Due(_) | Verdict::Missing => guarded.in_flight(now),
        };
        let step = match (verdict, flight) {
            (Verdict::Due(token), Some(_)) => Step::Ready(Ok(token)),
            (Verdict::Due(token), None) => Step::Renew(token, self.take_off(&mut guarded, now)),
            (_, Some(fetch)) => Step::Wait(fetch),
            (_, None) => Step::Wait(self.take_off(&mut guarded, now)),
        };
        self.core.publish(&guarded, now, true);
        step
    }

    /// Begins a fetch. In a runtime it goes on by itself, so that callers with less patience than it needs do not begin it
    /// over and over.
    fn take_off(&self, guarded: &mut Guarded, now: Moment) -> Shared<Fetch> {
        let departure = guarded.state.depart(now);
        let runtime = Handle::try_current().ok();
        let (core, timer) = (Arc::clone(&self.core), runtime.clone());
        let fetch = async move { core.land(departure, core.fetch(timer).await) }.boxed().shared();
        guarded.flight = fetch.downgrade().map(|fetch| (fetch, departure));
        if let Some(runtime) = runtime {
            runtime.spawn(fetch.clone());
        }
        fetch
    }
}

impl Guarded {
    fn in_flight(&self, now: Moment) -> Option<Shared<Fetch>> {
        let (fetch, departure) = self.flight.as_ref()?;
        if now < departure.at + LONGEST_FETCH { fetch.upgrade() } else { None }
    }
}

impl<S, C> Core<S, C> {
    fn lock(&self) -> MutexGuard<'_, Guarded> {
        // Nothing that runs under the lock leaves the state half changed.
        self.guarded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, guarded: &Guarded, now: Moment, renewing: bool) {
        self.at_hand.publish(guarded.state.ready(now, renewing));
    }
}

impl<S: TokenSource, C: Clock> Core<S, C> {
    /// Asks the source; whatever it does, those who wait get an answer.
    async fn fetch(&self, runtime: Option<Handle>) -> Result<AccessToken, AuthError> {
        let fetch = async {
            let Some(runtime) = runtime else { return self.source.fetch().await };
            let bounded = {
                // Whoever asks first need not be in the runtime.
                let _entered = runtime.enter();
                tokio::time::timeout(LONGEST_FETCH, self.source.fetch())
            };
            bounded.await.unwrap_or(Err(AuthError::Overdue))
        };
        // What it panicked with is its own, and may hold anything.
        AssertUnwindSafe(fetch).catch_unwind().await.unwrap_or_else(|_| Err(AuthError::other("it panicked")))
    }

    fn land(&self, departure: Departure, fetched: Result<AccessToken, AuthError>) -> Result<AccessToken, AuthError> {
        let jitter = jitter();
        let mut guarded = self.lock();
        // It may be long, and another have taken its place meanwhile.
        guarded.flight.take_if(|(_, latest)| *latest == departure);
        let now = self.clock.now();
        let landed = guarded.state.land(departure, fetched, now, jitter);
        self.publish(&guarded, now, guarded.flight.is_some());
        landed
    }
}

/// How long before its end a token that lives so long is renewed at the earliest.
pub(crate) fn longest_lead(life: Duration) -> Duration {
    state::lead(life, LEAST_JITTER + JITTER)
}

const LEAST_JITTER: f64 = 0.8;
const JITTER: f64 = 0.4;

/// Between 0.8 and 1.2; 1 where the system gives no random number.
fn jitter() -> f64 {
    let random = getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX));
    LEAST_JITTER + JITTER * random
}

#[async_trait]
impl<S: TokenSource + 'static, C: Clock + 'static> TokenProvider for Cached<S, C> {
    fn peek(&self) -> Option<AccessToken> {
        self.core.at_hand.token(self.core.clock.now())
    }

    fn retry_in(&self) -> Option<Duration> {
        self.core.lock().state.quiet_for(self.core.clock.now())
    }

    async fn token(&self) -> Result<AccessToken, AuthError> {
        if let Some(token) = self.peek() {
            return Ok(token);
        }
        match self.step() {
            Step::Ready(result) => result,
            Step::Wait(fetch) => fetch.await,
            Step::Renew(token, fetch) => match Handle::try_current() {
                Ok(_) => Ok(token),
                Err(_) => Ok(fetch.await.unwrap_or(token)),
            },
        }
    }

    async fn rejected(&self, generation: u64) {
        let mut guarded = self.core.lock();
        let now = self.core.clock.now();
        if let Some(token) = guarded.state.reject(generation, now) {
            self.core.publish(&guarded, now, false);
            // Under the lock: a fetch that began before the source knew could bring the same token again.
            self.core.source.refused(&token);
        }
    }
}

impl<S, C> Clone for Cached<S, C> {
    fn clone(&self) -> Self {
        Self { core: Arc::clone(&self.core) }
    }
}

impl<S, C> fmt::Debug for Cached<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached").field("state", &self.core.lock().state).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
