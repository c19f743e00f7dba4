//! States made small before they are sealed: each has the same members, the same policy and the same words as nearly all
//! others, so what it shares with a list of such words is left out. Tokens and links stay as they are.
//!
//! What comes out begins with a byte: 0 before a state as it was, 1 before its length (4 bytes) and an LZ4 block.

use lz4_flex::block::{compress_with_dict, decompress_with_dict};

const PLAIN: u8 = 0;
const PACKED: u8 = 1;

/// What [`PACKED`] leaves out. Never changed: another list is another number.
const WORDS: &[u8] = include_bytes!("pack/words-1.txt");

/// No LZ4 block grows further than this: what claims to is damaged, and gets no memory.
const MOST_GROWTH: usize = 255;

/// The state, smaller where that can be.
pub(super) fn pack(state: &[u8]) -> Vec<u8> {
    if let Ok(length) = u32::try_from(state.len()) {
        let block = compress_with_dict(state, WORDS);
        let packed = [&[PACKED], length.to_le_bytes().as_slice(), &block].concat();
        if packed.len() <= state.len() {
            return packed;
        }
    }
    [&[PLAIN], state].concat()
}

/// The state that was packed; `None` where it is damaged.
pub(super) fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    let rest = match bytes.split_first()? {
        (&PLAIN, state) => return Some(state.to_vec()),
        (&PACKED, rest) => rest,
        _ => return None,
    };
    let (length, block) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    if length / MOST_GROWTH > block.len() + WORDS.len() {
        return None;
    }
    decompress_with_dict(block, length, WORDS).ok().filter(|state| state.len() == length)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{PACKED, PLAIN, WORDS, pack, unpack};

    fn states() -> Vec<Vec<u8>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../jumio-flow/tests/saved");
        let of = |version: &str| fs::read_dir(folder.join(version)).unwrap().map(|file| file.unwrap().path());
        of("v1").chain(of("v2")).map(|path| fs::read(path).unwrap()).collect()
    }

    #[test]
    fn every_state_comes_back_and_is_smaller() {
        for state in states() {
            let packed = pack(&state);
            assert!(packed.len() * 3 < state.len(), "{} of {}", packed.len(), state.len());
            assert_eq!(unpack(&packed).unwrap(), state);
        }
    }

    #[test]
    fn what_cannot_be_made_smaller_stays() {
        for state in [b"?".as_slice(), b"", &[PACKED], &[PLAIN, 9]] {
            let packed = pack(state);
            assert_eq!(packed.first(), Some(&PLAIN));
            assert_eq!(unpack(&packed).unwrap(), state);
        }
    }

    #[test]
    fn the_words_stay_the_same() {
        use sha2::{Digest as _, Sha256};

        let digest: String = Sha256::digest(WORDS).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest, "38ad4a575f6a7a17a9a3384c607465776cd27d741ea2ab0d6ea52da855b231f6");
        // As it was packed when there were no other words.
        let kept = include_bytes!("pack/restarted-1.bin");
        let state = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../jumio-flow/tests/saved/v2/restarted.json"));
        assert_eq!(unpack(kept).unwrap(), state.unwrap());
    }

    #[test]
    fn damage_is_told_and_takes_no_memory() {
        let packed = pack(&states().remove(0));
        for length in 1..packed.len() {
            assert!(unpack(&packed[..length]).is_none(), "{length}");
        }
        let mut longer = packed.clone();
        longer[1..5].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(unpack(&longer), None);
        assert_eq!(unpack(&[PACKED; 64]), None);
        assert_eq!(unpack(&[2, 3]), None);
        assert_eq!(unpack(&[]), None);
    }
}
