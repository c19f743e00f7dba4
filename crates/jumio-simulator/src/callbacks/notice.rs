//! A callback of one transaction: when it is to be sent, and what came of it. Sending is done elsewhere.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::plan::CallbackHref;
use crate::clock::Moment;

/// A callback to be sent, or sent.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Notice {
    /// In Jumio's words; or any other, where somebody asked for that.
    pub(crate) status: String,
    pub(crate) href: CallbackHref,
    /// Not before.
    pub(crate) due: Moment,
    /// How often it is still to be sent.
    pub(crate) left: u32,
    /// Lost on the way, on purpose.
    pub(crate) lost: bool,
    /// Attempts in a row that failed.
    pub(crate) failures: u32,
    /// Each time it was sent.
    pub(crate) attempts: Vec<Attempt>,
}

/// One time that a callback was sent.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) at: Moment,
    /// A status code, or why there was none.
    pub(crate) answer: String,
    /// The beginning of what the receiver said, where it said something.
    pub(crate) body: Option<String>,
}

impl Notice {
    /// One that is sent once, now.
    pub(crate) fn now(status: String, href: CallbackHref, now: Moment) -> Self {
        Self { status, href, due: now, left: 1, lost: false, failures: 0, attempts: Vec::new() }
    }

    /// When it is to be sent next.
    pub(crate) fn next(&self) -> Option<Moment> {
        (self.left > 0 && self.due != Moment::NEVER).then_some(self.due)
    }

    /// Takes note of an attempt. One that failed is followed by another after the pause that is its turn, if there is one.
    pub(crate) fn attempted(&mut self, attempt: Attempt, succeeded: bool, retry: &[Duration]) {
        let pause = usize::try_from(self.failures).ok().and_then(|turn| retry.get(turn)).filter(|_| !succeeded);
        match pause {
            Some(pause) => {
                self.due = attempt.at.after(*pause);
                self.failures += 1;
            }
            None => {
                self.left = self.left.saturating_sub(1);
                self.failures = 0;
            }
        }
        self.attempts.push(attempt);
    }
}

#[cfg(test)]
mod tests {
    use super::{Attempt, CallbackHref, Duration, Moment, Notice};

    #[test]
    fn a_failure_is_tried_again_as_often_as_there_are_pauses() {
        let retry = [Duration::from_secs(1), Duration::from_secs(10)];
        let start = Moment::of_millis(0);
        let mut notice = Notice::now("PROCESSED".to_owned(), CallbackHref::Short, start);
        let mut dues = Vec::new();
        while let Some(due) = notice.next() {
            dues.push(start.until(due).as_secs());
            notice.attempted(Attempt { at: due, answer: "500".to_owned(), body: None }, false, &retry);
        }
        assert_eq!(dues, [0, 1, 11]);
        assert_eq!(notice.attempts.len(), 3);
    }
}
