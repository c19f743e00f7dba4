//! The token that needs no thought, where a look finds it without a lock. Each thread has a copy of its own: threads that count
//! in one place how many hold a token slow each other down more than all the rest of a look costs.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwapOption;
use thread_local::ThreadLocal;

use super::state::Moment;
use crate::AccessToken;

#[derive(Default)]
pub(super) struct AtHand {
    published: ArcSwapOption<Dated>,
    /// How often something was published: a thread's copy that has another number is an old one.
    version: AtomicU64,
    /// Until when the token needs no thought, in nanoseconds, for looks that do not take it; zero without one.
    fresh_until: AtomicU64,
    copies: ThreadLocal<RefCell<Copied>>,
}

struct Dated {
    token: AccessToken,
    until: Moment,
}

/// What a thread keeps, in lines of the processor's cache that are its own. A thread that looks no more keeps it until the token's
/// cache is dropped: a token that is over, refused or soon to end.
#[derive(Default)]
#[repr(align(128))]
struct Copied {
    version: u64,
    dated: Option<Dated>,
}

impl AtHand {
    /// Puts a token there until a moment, or takes away what is there. One at a time, so under the lock of the rules.
    pub(super) fn publish(&self, token: Option<(AccessToken, Moment)>) {
        let until = token.as_ref().map_or(0, |(_, until)| nanoseconds(*until));
        self.published.store(token.map(|(token, until)| Arc::new(Dated { token, until })));
        // After the token: who sees the number finds this token or a later one.
        self.version.fetch_add(1, Ordering::Release);
        self.fresh_until.store(until, Ordering::Release);
    }

    #[inline]
    pub(super) fn is_fresh(&self, now: Moment) -> bool {
        nanoseconds(now) < self.fresh_until.load(Ordering::Acquire)
    }

    #[inline]
    pub(super) fn token(&self, now: Moment) -> Option<AccessToken> {
        let version = self.version.load(Ordering::Acquire);
        let mut copied = self.copies.get_or_default().borrow_mut();
        if copied.version != version {
            *copied = Copied { version, dated: self.copy() };
        }
        let dated = copied.dated.as_ref().filter(|dated| now < dated.until)?;
        Some(dated.token.clone())
    }

    #[cold]
    fn copy(&self) -> Option<Dated> {
        let published = self.published.load();
        let Dated { token, until } = &**published.as_ref()?;
        Some(Dated { token: token.copied(), until: *until })
    }
}

/// Five centuries of them go into one number.
fn nanoseconds(moment: Moment) -> u64 {
    moment.as_secs().saturating_mul(1_000_000_000).saturating_add(moment.subsec_nanos().into())
}
