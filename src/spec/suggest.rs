//! The nearest known word to one that is not known.

/// The candidate closest to `written`, if it is close enough to have been meant.
pub fn nearest<'word>(written: &str, candidates: impl IntoIterator<Item = &'word str>) -> Option<&'word str> {
    const WRITTEN_MAX: usize = 100;
    if written.len() > WRITTEN_MAX {
        return None;
    }
    let lower = written.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            *distance <= (candidate.chars().count() / 3).max(1) && *distance < written.chars().count()
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        assert_eq!(nearest("pre_mony", ["post_money", "pre_money"]), Some("pre_money"));
        assert_eq!(nearest("Serie C", ["Series A", "Series C"]), Some("Series C"));
        assert_eq!(nearest("unrelated", ["name", "date"]), None);
        assert_eq!(nearest("x", ["y"]), None);
    }
}
