//! The request log: the last calls as they came and as they were answered, kept as bytes and made readable only for whoever
//! looks. It is bounded, by number and by size; secrets are taken out when it is read (`log/mask.rs`).

mod assertions;
mod mask;
mod record;

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, Method, Uri};
use bytes::Bytes;

use crate::clock::Moment;

pub use assertions::Requests;
pub(crate) use mask::url as mask_url;
pub use record::{Message, RequestRecord};

/// So many calls are kept, unless the builder says otherwise.
pub(crate) const ENTRIES: usize = 10_000;
/// However many calls, their bodies are not kept beyond this.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// So much of one body is kept; a longer one is not JSON that anybody reads.
pub(crate) const LONGEST_BODY: usize = 64 * 1024;

/// A body as far as it is kept.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    /// Nothing where it is longer than is kept, or not text.
    pub(crate) text: Bytes,
    /// How long it was.
    pub(crate) size: u64,
}

/// One call.
pub(crate) struct Entry {
    pub(crate) endpoint: &'static str,
    pub(crate) at: Moment,
    pub(crate) microseconds: u64,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    /// The execution that the path names, directly or by a credential.
    pub(crate) execution: Option<String>,
    pub(crate) request_headers: HeaderMap,
    pub(crate) request_body: Seen,
    pub(crate) status: u16,
    pub(crate) reply_headers: HeaderMap,
    pub(crate) reply_body: Seen,
    pub(crate) fault: Option<&'static str>,
}

impl Entry {
    fn bytes(&self) -> usize {
        self.request_body.text.len() + self.reply_body.text.len()
    }
}

/// The last calls.
pub(crate) struct Log {
    entries: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    calls: VecDeque<Entry>,
    bytes: usize,
    /// The number of the oldest call that is kept, counted from 1.
    first: u64,
}

impl Log {
    pub(crate) fn new(entries: usize) -> Self {
        Self { entries, kept: Mutex::default() }
    }

    pub(crate) fn push(&self, entry: Entry) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += entry.bytes();
        kept.calls.push_back(entry);
        while kept.calls.len() > self.entries || kept.bytes > MOST_BYTES {
            let Some(oldest) = kept.calls.pop_front() else { break };
            kept.bytes -= oldest.bytes();
            kept.first += 1;
        }
    }

    pub(crate) fn clear(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Numbers go on, so that whoever asks for what came after a number misses nothing.
        kept.first += kept.calls.len() as u64;
        kept.calls.clear();
        kept.bytes = 0;
    }

    /// The calls with a number above this one, oldest first, at most so many.
    pub(crate) fn after(&self, number: u64, most: usize) -> Vec<RequestRecord> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let skipped = usize::try_from(number.saturating_sub(kept.first)).unwrap_or(usize::MAX);
        let numbered = (kept.first + 1..).zip(&kept.calls).skip(skipped).take(most);
        numbered.map(|(number, entry)| RequestRecord::of(number, entry)).collect()
    }

    /// How many calls were let go to stay within bounds.
    pub(crate) fn forgotten(&self) -> u64 {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).first
    }
}
