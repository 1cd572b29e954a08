//! Relations whose answers are known from school.

use super::*;

fn exact(text: &str) -> Exact {
    match text.split_once('/') {
        Some((above, below)) => exact(above) / exact(below),
        None => Exact::given(text.parse().expect("a decimal")),
    }
}

fn solved(
    sign: &str,
    number: &str,
    start: &str,
    limits: (&str, &str),
    relation: impl Fn(Exact) -> Result<Exact, &'static str>,
) -> Solution<&'static str> {
    let comparison = [Comparison::Equal, Comparison::AtLeast, Comparison::Above, Comparison::AtMost, Comparison::Below]
        .into_iter()
        .find(|comparison| comparison.sign() == sign)
        .expect("a sign");
    let limit = |text: &str| (!text.is_empty()).then(|| exact(text));
    let limits = Limits { low: limit(limits.0), high: limit(limits.1), rounded: false };
    let mut relation = |input| relation(input);
    solve(Wanted { comparison, number: exact(number) }, exact(start), &limits, &mut relation).expect("a figure")
}

fn at(root: &Root) -> Exact {
    match root {
        Root::At(input) => *input,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_line_over_a_line_is_solved_exactly() {
    // (3 + 2 x) / (7 + x) = 11/10  at  x = (7.7 - 3) / 0.9 = 47/9
    let relation = |x: Exact| Ok((exact("3") + exact("2") * x) / (exact("7") + x));
    let solution = solved("=", "11/10", "1", ("", ""), relation);
    assert_eq!(solution.roots.len(), 1);
    assert!(at(&solution.roots[0]).equals(exact("47/9")));
    assert!(solution.domain.high.open && solution.domain.low.attained);
    assert!(solution.least.figure.equals(exact("3/7")) && solution.least.reached);
}

#[test]
fn every_piece_is_walked() {
    // a tent with its top at x = 1/3: both sides meet 1/4
    let relation = |x: Exact| Ok(x.min((exact("1") - x) * exact("1/2")));
    let solution = solved("=", "1/4", "0.9", ("0", "1"), relation);
    let roots: Vec<Exact> = solution.roots.iter().map(at).collect();
    assert!(roots.len() == 2 && roots[0].equals(exact("1/4")) && roots[1].equals(exact("1/2")));
    assert!(solution.most.input.equals(exact("1/3")) && solution.most.figure.equals(exact("1/3")));
    assert!(solved("=", "0.34", "0.9", ("0", "1"), relation).roots.is_empty());
    let holds = solved(">=", "1/4", "0.9", ("0", "1"), relation).intervals;
    assert!(holds.len() == 1 && holds[0].low.at.equals(exact("1/4")) && holds[0].high.at.equals(exact("1/2")));
    let holds = solved("<", "1/4", "0.9", ("0", "1"), relation).intervals;
    assert!(holds.len() == 2 && holds[0].low.of_the_domain && !holds[0].high.holds);
}

#[test]
fn what_does_not_depend_on_the_input_is_constant() {
    let solution = solved("=", "2", "1", ("", ""), |_| Ok(exact("3")));
    assert!(solution.constant.is_some_and(|figure| figure.equals(exact("3"))) && solution.roots.is_empty());
}

#[test]
fn the_domain_ends_where_the_figures_end() {
    // attained at 40, not attained at 7/10
    let closed = |x: Exact| if x.at_most(exact("40")).is_yes() { Ok(x) } else { Err("too much") };
    let solution = solved("=", "41", "30", ("", ""), closed);
    assert!(solution.domain.high.at.equals(exact("40")) && solution.domain.high.attained);
    assert_eq!(solution.domain.high.beyond, Some("too much"));
    assert!(solution.most.figure.equals(exact("40")) && solution.most.reached && solution.roots.is_empty());
    let bound = exact("7/10");
    let open = move |x: Exact| if x.below(bound).is_yes() { Ok(x * exact("2")) } else { Err("no room") };
    let solution = solved("=", "1.4", "0.1", ("0", "1"), open);
    assert!(solution.domain.high.at.equals(bound) && !solution.domain.high.attained);
    assert!(solution.most.figure.equals(exact("7/5")) && !solution.most.reached && solution.roots.is_empty());
}

#[test]
fn a_square_is_bracketed_and_a_jump_is_called_one() {
    let solution = solved("=", "2", "1", ("0", "5"), |x| Ok(x * x));
    let Root::Between(low, high) = solution.roots[0] else { panic!("{:?}", solution.roots) };
    assert!(low.figure.below(exact("2")).is_yes() && exact("2").below(high.figure).is_yes());
    assert!((high.input - low.input).at_most(exact("0.00000000000000000000000001")).is_yes());
    let step = |x: Exact| if x.below(exact("2.5")).is_yes() { Ok(exact("1")) } else { Ok(exact("3")) };
    let solution = solved("=", "2", "1", ("0", "5"), step);
    let Root::Jump(low, high) = solution.roots[0] else { panic!("{:?}", solution.roots) };
    assert!(low.figure.equals(exact("1")) && high.figure.equals(exact("3")));
    let solution = solved("=", "4", "1", ("0", "5"), |x| Ok(x * x));
    assert!(at(&solution.roots[0]).equals(exact("2")));
}

#[test]
fn a_flat_piece_is_a_root_along_all_of_it() {
    let relation = |x: Exact| Ok(x.min(exact("2")).max(exact("1")));
    let solution = solved("=", "2", "0.5", ("0", "5"), relation);
    let Root::Along(low, high) = solution.roots[0] else { panic!("{:?}", solution.roots) };
    assert!(low.equals(exact("2")) && high.equals(exact("5")));
    let holds = solved(">=", "2", "0.5", ("0", "5"), relation).intervals;
    assert!(holds.len() == 1 && holds[0].low.at.equals(exact("2")) && holds[0].high.at.equals(exact("5")));
}
