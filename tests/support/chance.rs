//! Numbers that look random and follow from a seed, and how many rounds a test plays.
#![allow(dead_code, clippy::unwrap_used, clippy::disallowed_methods)]

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    pub fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }
}

/// The seed that is to be played again, if one is given.
pub fn given_seed() -> Option<u64> {
    std::env::var("SWARMFORM_SEED")
        .ok()
        .map(|text| text.parse().unwrap())
}

/// What `SWARMFORM_SOAK` asks for, if anything.
pub fn soak() -> Option<u64> {
    std::env::var("SWARMFORM_SOAK")
        .ok()
        .map(|text| text.parse().unwrap())
}
