//! The statistics of the benchmark agree with those of `benches/peers/w1_numpy.py`, which knows nothing of this program.
//!
//! Its figures are those of 400,000 paths (`w1_numpy.py 4e5 [w2] --chunk=5000 -v`), as it prints them: five decimals.

#![allow(clippy::cast_precision_loss, reason = "statistics are floating point")]

mod support;

use capstruct::model::{Agreement, ClassId, Figure, Rung, Subject};
use capstruct::report::exits::party;
use capstruct::sim::draw::{Draw, Sampling};
use capstruct::sim::figures::{at_the_end, holders, watched};
use capstruct::sim::model::Model;
use capstruct::sim::run::{Plan, Simulation};
use capstruct::sim::simd::Instructions;
use capstruct::sim::summary::{Estimate, Statistics};
use capstruct::sim::watch::{OfExit, Watch};
use capstruct::spec::resolve::{Settings, resolve};
use capstruct::spec::{ScenarioFolder, load};
use support::project;

const PATHS: u64 = 50_000;
const PATHS_OF_PEER: f64 = 400_000.0;

/// Mean, standard deviation, p5, p50, p95 of the ownership of Foundation, Strategic, Employees, Series A to C, the
/// four investors, Others and the pool.
const OWNERSHIP: [[f64; 5]; 12] = [
    [0.18811, 0.01606, 0.16017, 0.18906, 0.21288],
    [0.21436, 0.01302, 0.19194, 0.21494, 0.23481],
    [0.11816, 0.01188, 0.09743, 0.11889, 0.13639],
    [0.02851, 0.00233, 0.02446, 0.02865, 0.0321],
    [0.02495, 0.00204, 0.02141, 0.02507, 0.02809],
    [0.02138, 0.00174, 0.01835, 0.02149, 0.02408],
    [0.13283, 0.02177, 0.09884, 0.13177, 0.17026],
    [0.05515, 0.00801, 0.04325, 0.05447, 0.06943],
    [0.07662, 0.01326, 0.05673, 0.07558, 0.10004],
    [0.03497, 0.01243, 0.01624, 0.03448, 0.05669],
    [0.01426, 0.00714, 0.00551, 0.01342, 0.02768],
    [0.0907, 0.00451, 0.08212, 0.09151, 0.09649],
];

/// The same of the proceeds of Series A to F, in thousand millions; the p5 of the heavy tails are not used, since the
/// peer's linear bins put them below zero.
const PROCEEDS: [[f64; 5]; 6] = [
    [20.51167, 30.64022, f64::NAN, 11.66864, 71.24167],
    [18.09889, 26.72024, f64::NAN, 10.21006, 62.33646],
    [16.30739, 22.48261, f64::NAN, 8.75148, 53.43125],
    [74.86888, 99.66854, f64::NAN, 46.28531, 235.10729],
    [85.12867, 99.8398, f64::NAN, 62.07012, 235.52634],
    [110.36065, 103.32705, 39.11355, 88.03934, 248.0399],
];

fn agreed(name: &str) -> Agreement {
    let loaded = load(&ScenarioFolder::new(&project().join("scenarios")), name);
    let document = loaded.document.as_ref().expect("it can be read");
    resolve(document, &loaded.sources, &Settings::default()).expect("it adds up").0
}

fn statistics(agreement: &Agreement, watch: &Watch) -> Vec<Statistics> {
    let draw = Draw::new(agreement, 2, Sampling::Philox);
    let model = Model::new(&agreement.scenario, Rung::All, &draw, watch);
    let simulation = Simulation::new(&model);
    let plan = Plan { paths: 0..PATHS, threads: 2, instructions: Instructions::widest() };
    let tally = simulation.run(&plan, &|_| true).expect("nobody stops it");
    simulation.of_figure.iter().map(|kept| Statistics::new(&tally, *kept)).collect()
}

/// Both have their own error; five of them together are never seen. `slack` is what bins and printed digits add.
fn agree(what: &str, ours: &Statistics, peers: [f64; 5], unit: f64, slack: f64) {
    let of = |percentile| ours.percentile(percentile);
    for (statistic, (estimate, peer)) in ["mean", "sd", "p5", "p50", "p95"]
        .iter()
        .zip([ours.mean, ours.sd, of(5), of(50), of(95)].into_iter().zip(peers))
    {
        if peer.is_nan() {
            continue;
        }
        let Estimate { value, error } = estimate;
        let both = error * (1.0 + PATHS as f64 / PATHS_OF_PEER).sqrt();
        let allowed = 5.0 * both / unit + slack;
        assert!((value / unit - peer).abs() <= allowed, "{what} {statistic}: {} and {peer}", value / unit);
    }
}

#[test]
fn ownership_is_that_of_the_peer() {
    let agreement = agreed("benchmark/oai12");
    let subjects = holders(&agreement);
    let figure = |subject: &Subject| {
        watched(&agreement, &at_the_end(Figure::Ownership, *subject)).expect("a figure of the table")
    };
    let watch = Watch { figures: subjects.iter().map(figure).collect(), ..Watch::default() };
    let ours = statistics(&agreement, &watch);
    assert_eq!(ours.len(), OWNERSHIP.len());
    for ((subject, ours), peers) in subjects.iter().zip(&ours).zip(OWNERSHIP) {
        agree(&format!("{subject:?}"), ours, peers, 1.0, 2e-5 + peers[0] * 1e-3);
    }
}

#[test]
fn proceeds_are_those_of_the_peer() {
    let agreement = agreed("benchmark/oai12-exit");
    let classes: Vec<ClassId> = ["A", "B", "C", "D", "E", "F"]
        .iter()
        .map(|series| {
            let name = format!("Series {series} Preferred");
            ClassId::at(agreement.classes.iter().position(|class| class.name == name).expect("a class"))
        })
        .collect();
    let of_class =
        |class: &ClassId| OfExit { party: party(&agreement, Subject::Class(*class)), figure: Figure::Payout };
    let exit = classes.iter().map(of_class).collect();
    let ours = statistics(&agreement, &Watch { exit, ..Watch::default() });
    for ((class, ours), peers) in classes.iter().zip(&ours).zip(PROCEEDS) {
        // The peer's bins are a quarter of a thousandth of the range of a heavy tail wide.
        let slack = peers[4] * 1e-2;
        agree(&agreement.classes[class.index()].name, ours, peers, 1e9, slack);
    }
}
