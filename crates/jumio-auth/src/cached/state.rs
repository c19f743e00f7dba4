//! What the cache knows and what follows from it at a given moment. Pure: the moment always comes in, and so does chance.

use std::time::Duration;

use crate::{AccessToken, AuthError};

/// No two fetches begin within this time: bounds what a broken auth host, a nonsense lifetime or a 401 for another reason
/// can cost.
pub(super) const PAUSE: Duration = Duration::from_secs(10);

/// A token is renewed at least this long before its end, or where half of its life has passed.
const SHORTEST_LEAD: Duration = Duration::from_secs(60);

/// A time of the cache's clock.
pub(super) type Moment = Duration;

/// Which fetch it is, and when it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Departure {
    number: u64,
    pub(super) at: Moment,
}

#[derive(Debug, Default)]
pub(super) struct State {
    held: Option<Held>,
    // How the last fetch ended, where it failed.
    failure: Option<AuthError>,
    quiet_until: Option<Moment>,
    generation: u64,
    // The last one that the service refused, until another comes: where it comes again, it is no other.
    refused: Option<AccessToken>,
    departures: u64,
}

#[derive(Debug)]
struct Held {
    token: AccessToken,
    departure: Departure,
    // When it came.
    since: Moment,
    renew_at: Moment,
    ends_at: Moment,
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
    pub(super) fn look(&self, now: Moment) -> Verdict {
        let quiet = self.quiet_until.is_some_and(|until| now < until);
        match (self.valid(now), &self.failure) {
            (Some(held), _) if now < held.renew_at || quiet => Verdict::Fresh(held.token.clone()),
            (Some(held), _) => Verdict::Due(held.token.clone()),
            (None, Some(failure)) if quiet => Verdict::Failed(failure.clone()),
            (None, _) => Verdict::Missing,
        }
    }

    /// The token that nobody needs to think about until the moment beside it.
    pub(super) fn ready(&self, now: Moment, renewing: bool) -> Option<(AccessToken, Moment)> {
        let held = self.valid(now)?;
        let quiet = self.quiet_until.unwrap_or_default();
        // While it is renewed it serves on, and now and then somebody looks whether the renewal still lives.
        let renewed = if renewing { now + PAUSE } else { Moment::ZERO };
        Some((held.token.clone(), held.renew_at.max(quiet).max(renewed).min(held.ends_at)))
    }

    /// How long a failure stays the answer.
    pub(super) fn quiet_for(&self, now: Moment) -> Option<Duration> {
        let failing = self.valid(now).is_none() && self.failure.is_some();
        self.quiet_until.filter(|until| failing && now < *until).map(|until| until - now)
    }

    /// A fetch begins.
    pub(super) fn depart(&mut self, at: Moment) -> Departure {
        self.departures += 1;
        Departure { number: self.departures, at }
    }

    /// Takes in how a fetch ended and says what those get who waited for it. `jitter` is from [`jitter`](super::jitter).
    ///
    /// A fetch that another has overtaken brings at most a token where there is none.
    pub(super) fn land(
        &mut self,
        departure: Departure,
        fetched: Result<AccessToken, AuthError>,
        now: Moment,
        jitter: f64,
    ) -> Result<AccessToken, AuthError> {
        let overtaken = departure.number < self.departures;
        match fetched {
            Ok(token) => {
                // The server may hand out the same token again, with the same end (protocol 2.1).
                let keep =
                    |held: &&Held| held.departure.number > departure.number || held.token.expose() == token.expose();
                let kept = self.valid(now).filter(keep).map(|held| held.token.clone());
                if !overtaken {
                    (self.failure, self.quiet_until) = (None, Some(now + PAUSE));
                }
                if let Some(token) = kept {
                    return Ok(token);
                }
                let token = self.numbered(token);
                self.held = Some(Held::new(token.clone(), departure, now, jitter));
                Ok(token)
            }
            Err(error) => {
                tracing::warn!(valid_token = self.valid(now).is_some(), "fetching an access token failed: {error}");
                if !overtaken {
                    (self.failure, self.quiet_until) = (Some(error.clone()), Some(now + PAUSE));
                }
                Err(error)
            }
        }
    }

    /// Drops the token of this generation and hands it back, unless it was just fetched here: then another would fare no
    /// better. One that was kept elsewhere says nothing of what a new one would do, however young it is.
    pub(super) fn reject(&mut self, generation: u64, now: Moment) -> Option<AccessToken> {
        let refused = |held: &mut Held| {
            let just_fetched = held.token.age().is_zero() && now < held.since + PAUSE;
            held.token.generation() == generation && !just_fetched
        };
        let token = self.held.take_if(refused)?.token;
        self.refused = Some(token.clone());
        Some(token)
    }

    fn numbered(&mut self, token: AccessToken) -> AccessToken {
        let ended = self.held.as_ref().map(|held| &held.token);
        match ended.into_iter().chain(&self.refused).find(|known| known.expose() == token.expose()) {
            Some(known) => token.known_as(known),
            None => {
                self.refused = None;
                self.generation += 1;
                token.with_generation(self.generation)
            }
        }
    }

    fn valid(&self, now: Moment) -> Option<&Held> {
        self.held.as_ref().filter(|held| now < held.ends_at)
    }
}

/// How long before its end a token that lives so long is renewed: a tenth of its life, at least a minute, at most half of it,
/// spread by a fifth to both sides, so that processes that were started together do not all ask at once.
pub(super) fn lead(life: Duration, jitter: f64) -> Duration {
    SHORTEST_LEAD.max(life / 10).mul_f64(jitter).min(life / 2)
}

impl Held {
    fn new(token: AccessToken, departure: Departure, now: Moment, jitter: f64) -> Self {
        let life = token.lifetime();
        // From when it was asked for: how long the answer took is part of its life.
        let at = |after: Duration| departure.at + after.saturating_sub(token.age());
        // One that was fetched just now serves until the next may be fetched, however short its life and long its way.
        let least = if token.age().is_zero() { now + PAUSE } else { now };
        let ends_at = at(life).max(least);
        Self { since: now, renew_at: at(life - lead(life, jitter)).min(ends_at), ends_at, departure, token }
    }
}
