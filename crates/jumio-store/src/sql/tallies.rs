//! How many hints came to each key, so that it is looked whether a key has too many when it may have, and seldom otherwise.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::row::CallbackDigest;

/// The first look comes early: what came before this process began, nobody has counted.
const FIRST: u32 = 32;
/// So many come between two later looks.
const EVERY: u32 = 256;
/// So many keys are counted. With more of them it begins anew: no one of them has many then.
const MOST_KEYS: usize = 4_096;

/// By the digest of the key.
#[derive(Default)]
pub(crate) struct Tallies(Mutex<HashMap<CallbackDigest, u32>>);

impl Tallies {
    /// Counts one hint to each of these; those that are to be looked at now.
    pub(super) fn count<'a>(&self, digests: impl Iterator<Item = &'a CallbackDigest>) -> Vec<CallbackDigest> {
        let mut tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due = Vec::new();
        for digest in digests {
            if tallies.len() >= MOST_KEYS && !tallies.contains_key(digest) {
                tallies.clear();
            }
            let tally = tallies.entry(*digest).or_default();
            *tally = tally.wrapping_add(1);
            if *tally == FIRST || tally.is_multiple_of(EVERY) {
                due.push(*digest);
            }
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::{EVERY, FIRST, MOST_KEYS, Tallies};

    #[test]
    fn a_key_is_looked_at_when_it_may_have_too_many() {
        let tallies = Tallies::default();
        let looks: Vec<_> = (1..=3 * EVERY)
            .filter(|_| {
                let due = tallies.count([&[0; 32]].into_iter());
                !due.is_empty()
            })
            .collect();
        assert_eq!(looks, [FIRST, EVERY, 2 * EVERY, 3 * EVERY]);
        assert!(tallies.count([&[1; 32]].into_iter()).is_empty());
    }

    #[test]
    fn many_keys_take_little_memory() {
        let tallies = Tallies::default();
        for key in 0..3 * MOST_KEYS {
            let mut digest = [0; 32];
            digest[..8].copy_from_slice(&key.to_be_bytes());
            tallies.count([&digest].into_iter());
        }
        assert!(tallies.0.lock().unwrap().len() <= MOST_KEYS);
    }
}
