//! Which hints came, used up or not, so that a second copy is known.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::store::hint::{Hint, HintAddress, MOST_HINTS_OF_ONE};

/// By what makes a hint the same as another.
#[derive(Default)]
pub(super) struct Seen {
    hints: HashMap<HintAddress, HashMap<String, Came>>,
    next: u64,
}

struct Came {
    number: u64,
    at: DateTime<Utc>,
    /// Whether it says anything: a browser's return says nothing.
    tells: bool,
}

impl Seen {
    /// Takes a hint down; `false` where it came before.
    pub(super) fn add(&mut self, hint: &Hint, now: DateTime<Utc>) -> bool {
        let to_one = self.hints.entry(hint.address.clone()).or_default();
        if to_one.contains_key(&hint.identity) {
            return false;
        }
        self.next += 1;
        let came = Came { number: self.next, at: now, tells: hint.told.status.is_some() };
        to_one.insert(hint.identity.clone(), came);
        true
    }

    /// Forgets the oldest hint to this key, and says which, where there are too many.
    pub(super) fn bound(&mut self, address: &HintAddress) -> Option<String> {
        let is_crowd = |to_one: &&HashMap<String, Came>| to_one.len() > MOST_HINTS_OF_ONE;
        let to_one = self.hints.get(address).filter(|_| matches!(address, HintAddress::Key(_))).filter(is_crowd)?;
        let (oldest, _) = to_one.iter().min_by_key(|(_, came)| came.number)?;
        let oldest = oldest.clone();
        self.forget(address, &oldest);
        Some(oldest)
    }

    pub(super) fn forget(&mut self, address: &HintAddress, identity: &str) {
        if let Some(to_one) = self.hints.get_mut(address) {
            to_one.remove(identity);
            if to_one.is_empty() {
                self.hints.remove(address);
            }
        }
    }

    /// Forgets all that came to these.
    pub(super) fn forget_all(&mut self, is_gone: impl Fn(&HintAddress) -> bool) {
        self.hints.retain(|address, _| !is_gone(address));
    }

    /// Whether a hint came that says anything.
    pub(super) fn has_called(&self, address: &HintAddress) -> bool {
        self.hints.get(address).is_some_and(|to_one| to_one.values().any(|came| came.tells))
    }

    /// What came before then.
    pub(super) fn before(&self, then: DateTime<Utc>) -> impl Iterator<Item = (&HintAddress, &str)> {
        let old = move |(_, came): &(&String, &Came)| came.at < then;
        self.hints.iter().flat_map(move |(address, to_one)| {
            to_one.iter().filter(old).map(move |(identity, _)| (address, identity.as_str()))
        })
    }
}
