//! One token for all callers: fetched once, kept until shortly before it ends.
//!
//! The rules are in [`state`], which neither awaits nor reads a clock; here they are run.

mod state;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use tokio::time::Instant;

use self::state::{State, Verdict};
use crate::{AccessToken, AuthError, TokenProvider, TokenSource};

/// Keeps the token of a [`TokenSource`] and shares it with all callers. Clones share it too.
///
/// - However many callers need a token at once, one fetch serves them all, and its failure is shared as well. A caller that
///   gives up takes nothing from the others.
/// - A valid token makes nobody wait: from 10 % of its life (at least 60 s) before its end it is renewed in the background,
///   and if that fails it is used on to its end. Outside a tokio runtime the caller that finds it due renews it.
/// - At most one fetch in 10 s: after a failure without a valid token that failure is the answer for so long, and a token
///   that is refused within 10 s of being fetched is not fetched again.
/// - A 401 drops the token that was refused and no other.
///
/// Time is monotonic: setting the machine's clock changes nothing.
pub struct Cached<S> {
    core: Arc<Core<S>>,
}

struct Core<S> {
    source: S,
    guarded: Mutex<Guarded>,
}

#[derive(Default)]
struct Guarded {
    state: State,
    // Weak, so that a fetch that nobody waits for any more ends, and does not go on from where it stood an hour later.
    flight: Option<WeakShared<Fetch>>,
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
        Self { core: Arc::new(Core { source, guarded: Mutex::default() }) }
    }

    fn step(&self) -> Step {
        let mut guarded = self.core.lock();
        match guarded.state.look(Instant::now()) {
            Verdict::Fresh(token) => Step::Ready(Ok(token)),
            Verdict::Failed(error) => Step::Ready(Err(error)),
            Verdict::Due(token) => match guarded.in_flight() {
                Some(_) => Step::Ready(Ok(token)),
                None => Step::Renew(token, self.take_off(&mut guarded)),
            },
            Verdict::Missing => Step::Wait(match guarded.in_flight() {
                Some(fetch) => fetch,
                None => self.take_off(&mut guarded),
            }),
        }
    }

    fn take_off(&self, guarded: &mut Guarded) -> Shared<Fetch> {
        let core = Arc::clone(&self.core);
        let fetch = async move {
            let fetched = core.source.fetch().await;
            let mut guarded = core.lock();
            guarded.flight = None;
            guarded.state.land(fetched, Instant::now())
        };
        let fetch = fetch.boxed().shared();
        guarded.flight = fetch.downgrade();
        fetch
    }
}

impl Guarded {
    fn in_flight(&self) -> Option<Shared<Fetch>> {
        self.flight.as_ref().and_then(WeakShared::upgrade)
    }
}

impl<S> Core<S> {
    fn lock(&self) -> MutexGuard<'_, Guarded> {
        // Nothing that runs under the lock leaves the state half changed.
        self.guarded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl<S: TokenSource + 'static> TokenProvider for Cached<S> {
    fn peek(&self) -> Option<AccessToken> {
        match self.core.lock().state.look(Instant::now()) {
            Verdict::Fresh(token) => Some(token),
            _ => None,
        }
    }

    fn retry_in(&self) -> Option<Duration> {
        self.core.lock().state.quiet_for(Instant::now())
    }

    async fn token(&self) -> Result<AccessToken, AuthError> {
        match self.step() {
            Step::Ready(result) => result,
            Step::Wait(fetch) => fetch.await,
            Step::Renew(token, fetch) => match tokio::runtime::Handle::try_current() {
                Ok(runtime) => {
                    runtime.spawn(fetch);
                    Ok(token)
                }
                Err(_) => Ok(fetch.await.unwrap_or(token)),
            },
        }
    }

    async fn rejected(&self, generation: u64) {
        self.core.lock().state.reject(generation, Instant::now());
    }
}

impl<S> Clone for Cached<S> {
    fn clone(&self) -> Self {
        Self { core: Arc::clone(&self.core) }
    }
}

impl<S> fmt::Debug for Cached<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached").field("state", &self.core.lock().state).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
