//! A line of callers at one bucket: who is first, and who is woken next.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::bucket::Bucket;
use super::limits::Pace;
use super::{LONGEST_PAUSE, MOST_WAITING, PAUSE};
use crate::{CallDeadline, HeldBack};

/// Who goes first when several wait for their turn. Set it with
/// [`CallOptions::with_priority`](crate::CallOptions::with_priority).
///
/// Unless it is set, retrieval calls are [`Result`](Self::Result) and all others [`Create`](Self::Create).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Priority {
    /// A person is waiting to begin.
    Create,
    /// A person is waiting for the outcome.
    Result,
    /// Looking after what may have been missed.
    Sweep,
    /// Work in bulk that nobody waits for.
    Batch,
}

pub(super) struct Line {
    name: &'static str,
    state: Mutex<State>,
}

struct State {
    bucket: Bucket,
    /// Whoever waits, the first in line first.
    waiting: VecDeque<(Ticket, Arc<Notify>)>,
    next: u64,
}

type Ticket = (Priority, u64);

/// The moment at which a caller had its turn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn(Instant);

impl Line {
    pub(super) fn new(name: &'static str, pace: Option<Pace>) -> Self {
        let state = State { bucket: Bucket::new(pace), waiting: VecDeque::new(), next: 0 };
        Self { name, state: Mutex::new(state) }
    }

    /// Waits for a turn, at most until the deadline.
    pub(super) async fn turn(&self, priority: Priority, deadline: Option<CallDeadline>) -> Result<Turn, Late> {
        let place = Place::take(self, priority, deadline)?;
        let turn = async {
            loop {
                match place.look() {
                    Look::Go(turn) => return turn,
                    // Called or not: it looks again.
                    Look::Until(opens) => drop(tokio::time::timeout_at(opens, place.called.notified()).await),
                    Look::NotFirst => place.called.notified().await,
                }
            }
        };
        match deadline {
            None => Ok(turn.await),
            Some(deadline) => deadline.bound(turn).await.ok_or(Late { line: self.name, why: Why::Overtaken }),
        }
    }

    /// A call that had this turn came back with a 429.
    pub(super) fn throttled(&self, turn: Turn, asked: Option<Duration>) {
        // Who says "at once" has refused all the same.
        let pause = asked.unwrap_or(PAUSE).clamp(PAUSE, LONGEST_PAUSE);
        tracing::debug!(line = self.name, ?pause, "asked to slow down");
        self.lock().bucket.throttled(turn.0, Instant::now(), pause);
    }

    /// A call went well.
    pub(super) fn went_well(&self) {
        self.lock().bucket.went_well(Instant::now());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under the lock can stop halfway.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A caller's place in the line; leaving it calls the next.
struct Place<'a> {
    line: &'a Line,
    ticket: Ticket,
    called: Arc<Notify>,
}

enum Look {
    Go(Turn),
    Until(Instant),
    NotFirst,
}

impl<'a> Place<'a> {
    fn take(line: &'a Line, priority: Priority, deadline: Option<CallDeadline>) -> Result<Self, Late> {
        let mut state = line.lock();
        if state.waiting.len() >= MOST_WAITING {
            return Err(Late { line: line.name, why: Why::Full });
        }
        let ticket = (priority, state.next);
        let ahead = state.waiting.partition_point(|(other, _)| *other < ticket);
        if let Some(deadline) = deadline {
            let now = Instant::now();
            let wait =
                state.bucket.opens_after(u32::try_from(ahead).unwrap_or(u32::MAX), now).saturating_duration_since(now);
            if !wait.is_zero() && deadline.is_before_end_of(wait) {
                return Err(Late { line: line.name, why: Why::Opens(wait) });
            }
        }
        state.next += 1;
        let called = Arc::new(Notify::new());
        state.waiting.insert(ahead, (ticket, Arc::clone(&called)));
        drop(state);
        Ok(Self { line, ticket, called })
    }

    fn look(&self) -> Look {
        let mut state = self.line.lock();
        if state.waiting.front().is_some_and(|(first, _)| *first != self.ticket) {
            return Look::NotFirst;
        }
        let now = Instant::now();
        let opens = state.bucket.opens(now);
        if opens > now {
            return Look::Until(opens);
        }
        state.bucket.take(now);
        Look::Go(Turn(now))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.line.lock();
        if let Ok(mine) = state.waiting.binary_search_by_key(&self.ticket, |(ticket, _)| *ticket) {
            state.waiting.remove(mine);
        }
        if let Some((_, first)) = state.waiting.front() {
            first.notify_one();
        }
    }
}

/// A turn would come too late.
#[derive(Debug, Clone, Copy)]
pub(super) struct Late {
    line: &'static str,
    why: Why,
}

#[derive(Debug, Clone, Copy)]
enum Why {
    /// It would go after so long.
    Opens(Duration),
    /// Others went first until the call's time was over.
    Overtaken,
    /// So many wait that one more would only take memory.
    Full,
}

impl Late {
    /// What the error says of the request.
    pub(super) fn what(self) -> &'static str {
        match self.why {
            Why::Opens(_) | Why::Overtaken => "its turn comes after the call's time ends",
            Why::Full => "too many calls wait for their turn",
        }
    }

    /// What to make of it.
    pub(super) fn held_back(self) -> HeldBack {
        match self.why {
            Why::Opens(_) | Why::Overtaken => HeldBack::TimeRanOut,
            Why::Full => HeldBack::ForNow,
        }
    }
}

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.why {
            Why::Opens(wait) => write!(f, "the pace of {} calls would let it go in {wait:?}", self.line),
            Why::Overtaken => write!(f, "too many {} calls went first", self.line),
            Why::Full => {
                write!(f, "{MOST_WAITING} {} calls wait already; send fewer, or give them deadlines", self.line)
            }
        }
    }
}

impl Error for Late {}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({} waiting)", self.name, self.lock().waiting.len())
    }
}
