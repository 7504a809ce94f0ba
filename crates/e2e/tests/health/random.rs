//! Numbers that can be had again by their seed.

use std::{
    env,
    time::{SystemTime, UNIX_EPOCH},
};

use e2e::devnet::Result;

/// `SplitMix64`.
pub(crate) struct Random(u64);

impl Random {
    /// `HEALTH_SEED`, else another one each time; it is printed.
    pub(crate) fn new() -> Result<Self> {
        let seed = match env::var("HEALTH_SEED") {
            Ok(seed) => seed.parse()?,
            Err(_) => SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
        };
        println!("HEALTH_SEED={seed}");
        Ok(Self(seed))
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let chosen = self.below(last as u64 + 1);
            items.swap(last, usize::try_from(chosen).unwrap_or_default());
        }
    }
}
