//! What the cache knows and what follows from it at a given moment. Pure: the moment always comes in.

use std::time::Duration;

use tokio::time::Instant;

use crate::{AccessToken, AuthError};

/// No two fetches begin within this time: bounds what a broken auth host, a nonsense lifetime or a 401 for another reason
/// can cost.
pub(super) const PAUSE: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(super) struct State {
    held: Option<Held>,
    // How the last fetch ended, where it failed.
    failure: Option<AuthError>,
    quiet_until: Option<Instant>,
    generation: u64,
}

#[derive(Debug)]
struct Held {
    token: AccessToken,
    since: Instant,
    renew_at: Instant,
    ends_at: Instant,
}

#[derive(Debug)]
pub(super) enum Verdict {
    /// Use it.
    Fresh(AccessToken),
    /// Use it, and renew it.
    Due(AccessToken),
    /// Fetch one.
    Missing,
    /// Fetching has just failed.
    Failed(AuthError),
}

impl State {
    pub(super) fn look(&self, now: Instant) -> Verdict {
        let quiet = self.quiet_until.is_some_and(|until| now < until);
        match (self.valid(now), &self.failure) {
            (Some(held), _) if now < held.renew_at || quiet => Verdict::Fresh(held.token.clone()),
            (Some(held), _) => Verdict::Due(held.token.clone()),
            (None, Some(failure)) if quiet => Verdict::Failed(failure.clone()),
            (None, _) => Verdict::Missing,
        }
    }

    /// How long a failure stays the answer.
    pub(super) fn quiet_for(&self, now: Instant) -> Option<Duration> {
        let failing = self.valid(now).is_none() && self.failure.is_some();
        self.quiet_until.filter(|until| failing && now < *until).map(|until| until - now)
    }

    /// Takes in how a fetch ended and says what those get who waited for it.
    pub(super) fn land(
        &mut self,
        fetched: Result<AccessToken, AuthError>,
        now: Instant,
    ) -> Result<AccessToken, AuthError> {
        self.quiet_until = Some(now + PAUSE);
        match fetched {
            Ok(token) => {
                self.failure = None;
                // The server may hand out the same token again, with the same end (protocol 2.1).
                if let Some(held) = self.valid(now).filter(|held| held.token.expose() == token.expose()) {
                    return Ok(held.token.clone());
                }
                self.generation += 1;
                let token = token.with_generation(self.generation);
                self.held = Some(Held::new(token.clone(), now));
                Ok(token)
            }
            Err(error) => {
                tracing::warn!(valid_token = self.valid(now).is_some(), "fetching an access token failed: {error}");
                self.failure = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Drops the token of this generation, unless it is so young that another would fare no better.
    pub(super) fn reject(&mut self, generation: u64, now: Instant) {
        let refused = |held: &Held| held.token.generation() == generation && now >= held.since + PAUSE;
        if self.held.as_ref().is_some_and(refused) {
            self.held = None;
        }
    }

    fn valid(&self, now: Instant) -> Option<&Held> {
        self.held.as_ref().filter(|held| now < held.ends_at)
    }
}

impl Held {
    fn new(token: AccessToken, now: Instant) -> Self {
        let life = token.lifetime();
        let lead = Duration::from_secs(60).max(life / 10).min(life / 2);
        Self { since: now, renew_at: now + life - lead, ends_at: now + life, token }
    }
}
