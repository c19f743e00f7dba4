//! Chance that a seed repeats.

/// Numbers that look random and are the same for the same seed (SplitMix64).
pub(crate) struct Seed(u64);

impl Seed {
    /// One of many that follow from one.
    pub(crate) fn of(seed: u64, number: usize) -> Self {
        Self(seed.wrapping_mul(1_000).wrapping_add(number as u64))
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }
}
