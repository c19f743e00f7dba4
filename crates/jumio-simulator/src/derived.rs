//! Identifiers that follow from others: the same every time, so that what is worked out anew keeps its ids.

use sha2::{Digest as _, Sha256};
use uuid::Builder;

/// The id of something that belongs to this execution. It looks like any other.
pub(crate) fn id(execution: &str, what: &str) -> String {
    let hash = Sha256::digest(format!("{execution}/{what}"));
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash).for_each(|(byte, from)| *byte = from);
    Builder::from_random_bytes(bytes).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::id;

    #[test]
    fn the_same_thing_keeps_its_id() {
        assert_eq!(id("w", "usability/0"), id("w", "usability/0"));
        assert_ne!(id("w", "usability/0"), id("v", "usability/0"));
        assert_eq!(id("w", "x").len(), 36);
    }
}
