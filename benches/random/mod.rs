//! Random numbers and words for what is generated from a seed.

/// Words of paths and names.
pub(crate) const WORDS: [&str; 24] = [
    "api", "v1", "v2", "users", "orders", "cart", "shop", "admin", "search", "static", "images", "auth", "login",
    "catalog", "items", "reviews", "billing", "health", "graphql", "internal", "reports", "export", "webhooks", "beta",
];

/// Random numbers that are the same everywhere (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}
