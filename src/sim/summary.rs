//! From what was kept to statistics.

use super::run::Tally;

/// A number that two results share only if they are the same to the last bit.
pub fn hash(tally: &Tally) -> String {
    // FNV-1a over everything kept, 64 bits.
    const START: u64 = 0xCBF2_9CE4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01B3;
    let mut state = START;
    let mut take = |word: u64| {
        for byte in word.to_le_bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(PRIME);
        }
    };
    take(tally.paths);
    take(tally.possible);
    for (event, count, first) in &tally.impossible {
        take(u64::from(event.0));
        take(*count);
        take(*first);
    }
    for figure in &tally.figures {
        for sums in &figure.slices {
            take(sums.count);
            for sum in [sums.steps, sums.squares] {
                let bits = sum.cast_unsigned();
                #[allow(clippy::cast_possible_truncation, reason = "both halves are taken")]
                take(bits as u64);
                #[allow(clippy::cast_possible_truncation, reason = "both halves are taken")]
                take((bits >> 64) as u64);
            }
        }
        take(figure.least.to_bits());
        take(figure.largest.to_bits());
        take(figure.undefined);
        figure.bins.iter().for_each(|count| take(*count));
    }
    for (holds, ties) in &tally.events {
        take(*holds);
        take(*ties);
    }
    format!("{state:016x}")
}
