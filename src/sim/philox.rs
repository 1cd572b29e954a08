//! Philox 4x32-10: random numbers that are a function of a key and a counter, and of nothing else.
//!
//! The key is the seed; the counter is the path and the group of three dimensions. So a path is reproducible alone, threads and
//! shards need no coordination, and two scenarios see the same chance. Source: Salmon, Moraes, Dror and Shaw, "Parallel
//! random numbers: as easy as 1, 2, 3", SC11; tested against the known answers of the authors' Random123 library.

/// The first multiplier of a round.
const MULTIPLIER_0: u64 = 0xD251_1F53;
/// The second.
const MULTIPLIER_1: u64 = 0xCD9E_8D57;
/// What the first half of the key grows by each round: the golden ratio.
const WEYL_0: u64 = 0x9E37_79B9;
/// The second half: the square root of three less one.
const WEYL_1: u64 = 0xBB67_AE85;
const ROUNDS: usize = 10;
const LOW: u64 = 0xFFFF_FFFF;

/// Four 32-bit words from four words of counter and two of key, each in 64 bits with the upper half empty: that is the
/// multiplication vector units have.
#[inline(always)]
pub fn philox4x32([mut c0, mut c1, mut c2, mut c3]: [u64; 4], [mut k0, mut k1]: [u64; 2]) -> [u64; 4] {
    for _ in 0..ROUNDS {
        let (p0, p1) = ((c0 & LOW) * MULTIPLIER_0, (c2 & LOW) * MULTIPLIER_1);
        (c0, c1) = ((p1 >> 32) ^ c1 ^ k0, p1 & LOW);
        (c2, c3) = ((p0 >> 32) ^ c3 ^ k1, p0 & LOW);
        (k0, k1) = ((k0 + WEYL_0) & LOW, (k1 + WEYL_1) & LOW);
    }
    [c0, c1, c2, c3]
}

/// Dimensions that share one counter.
pub const SHARED: usize = 3;

/// The 42 random bits of each of three neighbouring dimensions of a path, `3 group` to `3 group + 2`, in the upper bits: the
/// 128 bits of one counter, of which two are left over.
#[inline(always)]
pub fn bits(seed: u64, path: u64, group: u32) -> [u64; SHARED] {
    let [a, b, c, d] = philox4x32([path & LOW, path >> 32, u64::from(group), 0], [seed & LOW, seed >> 32]);
    let (first, second) = (a | b << 32, c | d << 32);
    [first, second, first << 42 | (second << 44 >> 22)]
}

/// The uniform number of 42 bits: the middle of one of 2^42 equal parts of the interval from 0 to 1, never an end.
#[inline(always)]
pub fn uniform(bits: u64) -> f64 {
    const ONE: u64 = 0x3FF0_0000_0000_0000;
    const MIDDLE: u64 = 1 << 9;
    f64::from_bits((bits >> 22 << 10) | MIDDLE | ONE) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `philox4x32 10` of `kat_vectors` of Random123 1.14.
    #[test]
    fn the_known_answers_of_the_authors() {
        assert_eq!(philox4x32([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox4x32([LOW; 4], [LOW; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        let pi_counter = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        let pi_key = [0xa409_3822, 0x299f_31d0];
        assert_eq!(philox4x32(pi_counter, pi_key), [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
    }

    #[test]
    fn a_uniform_number_is_never_nought_or_one() {
        assert!(uniform(0) > 0.0);
        assert!(uniform(u64::MAX) < 1.0);
        assert_eq!(uniform(1 << 63).to_bits(), (0.5 + 0.5_f64.powi(43)).to_bits());
        assert_eq!(uniform(u64::MAX).to_bits(), (1.0 - 0.5_f64.powi(43)).to_bits());
    }
}
