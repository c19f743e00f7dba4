//! The published rate limits (protocol 9.3), counted by the simulator's clock and only in memory.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jumio_model::endpoint::Role;

use crate::clock::Moment;

const SECOND: Duration = Duration::from_secs(1);

/// How many calls of a service are taken in how long.
struct Limit {
    calls: usize,
    within: Duration,
}

// behavior: per second 10 token calls and 15 retrieval calls are taken, and 1 account call | protocol 9.3 | documented
// behavior: the short bursts of account calls that are tolerated are 5 calls in 5 seconds | protocol 9.3 | inferred
// behavior: uploads, finalize and health have no limit | protocol 9.3 | chosen
fn limit(role: Role) -> Option<Limit> {
    match role {
        Role::Auth => Some(Limit { calls: 10, within: SECOND }),
        Role::Account => Some(Limit { calls: 5, within: Duration::from_secs(5) }),
        Role::Retrieval => Some(Limit { calls: 15, within: SECOND }),
        _ => None,
    }
}

/// The calls of the last moments, by service.
#[derive(Default)]
pub(crate) struct RateLimiter(Mutex<Vec<(Role, VecDeque<Moment>)>>);

impl RateLimiter {
    /// Counts a call; or says in how long there will be room for one.
    pub(crate) fn take(&self, role: Role, now: Moment) -> Result<(), Duration> {
        let Some(limit) = limit(role) else { return Ok(()) };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.iter().any(|(known, _)| *known == role) {
            all.push((role, VecDeque::new()));
        }
        let Some((_, calls)) = all.iter_mut().find(|(known, _)| *known == role) else { return Ok(()) };
        while calls.front().is_some_and(|first| first.after(limit.within) <= now) {
            calls.pop_front();
        }
        match calls.front() {
            Some(first) if calls.len() >= limit.calls => Err(now.until(first.after(limit.within))),
            _ => {
                calls.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Moment, RateLimiter, Role};

    #[test]
    fn a_burst_is_taken_and_then_there_is_a_wait() {
        let limiter = RateLimiter::default();
        let now = Moment::now(0);
        let taken = (0..7).filter(|_| limiter.take(Role::Account, now).is_ok()).count();
        assert_eq!(taken, 5);
        assert_eq!(limiter.take(Role::Account, now.after(Duration::from_secs(3))), Err(Duration::from_secs(2)));
        assert!(limiter.take(Role::Account, now.after(Duration::from_secs(5))).is_ok());
        assert!((0..50).all(|_| limiter.take(Role::Api, now).is_ok()));
    }
}
