//! The golden set: what every scenario writes is what is committed in `outputs/`.
//!
//! A net for change, not proof of truth: whether the numbers are right is what the scenarios' own expectations and the
//! rules' tests say. `UPDATE_OUTPUTS=1 cargo test --test outputs` rewrites `outputs/`; its difference is reviewed like
//! code.

mod support;

use png::{ColorType, Decoder, Transformations};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use support::{capstruct_into, files_below, has_ending, project, temporary};

/// Two drawings of one chart may differ by so much in the mean of all channels (of 255), for another machine's floating
/// point; a moved label is more.
const MEAN_DIFFERENCE_MAX: f64 = 0.05;

#[test]
fn every_scenario_writes_what_is_committed() {
    let fresh = temporary();
    capstruct_into(fresh.path(), "run --all --quiet").code(0);
    let committed = project().join("outputs");
    if std::env::var_os("UPDATE_OUTPUTS").is_some() {
        let _ = fs::remove_dir_all(&committed);
        for file in files_below(fresh.path()) {
            let place = committed.join(&file);
            fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
            fs::copy(fresh.path().join(&file), place).expect("copied");
        }
        return;
    }
    let names = |folder: &Path| files_below(folder).into_iter().collect::<BTreeSet<_>>();
    let (written, kept) = (names(fresh.path()), names(&committed));
    let mut different = String::new();
    for file in written.difference(&kept) {
        let _ = writeln!(different, "{file} is written and not committed");
    }
    for file in kept.difference(&written) {
        let _ = writeln!(different, "{file} is committed and not written");
    }
    for file in written.intersection(&kept) {
        let (now, before) = (fresh.path().join(file), committed.join(file));
        if let Err(how) = same(&now, &before) {
            let _ = writeln!(different, "{file}: {how}");
        }
    }
    assert!(different.is_empty(), "\n{different}\nif this is meant: UPDATE_OUTPUTS=1 cargo test --test outputs");
}

/// Bytes for text, pixels for charts whose bytes differ.
fn same(now: &Path, before: &Path) -> Result<(), String> {
    let (new, old) = (fs::read(now).expect("a file"), fs::read(before).expect("a file"));
    if new == old {
        return Ok(());
    }
    if now.extension().is_some_and(|ending| ending == "png") {
        return same_picture(now, before);
    }
    let (new, old) = (String::from_utf8_lossy(&new), String::from_utf8_lossy(&old));
    let line = new.lines().zip(old.lines()).position(|(new, old)| new != old);
    Err(match line {
        Some(index) => format!(
            "line {}\n  committed {}\n  now       {}",
            index + 1,
            old.lines().nth(index).unwrap_or_default(),
            new.lines().nth(index).unwrap_or_default()
        ),
        None => format!("{} lines committed, {} now", old.lines().count(), new.lines().count()),
    })
}

fn same_picture(now: &Path, before: &Path) -> Result<(), String> {
    let ((new_size, new), (old_size, old)) = (pixels(now), pixels(before));
    if new_size != old_size {
        return Err(format!("{old_size:?} pixels committed, {new_size:?} now"));
    }
    let sum: u64 = new.iter().zip(&old).map(|(new, old)| u64::from(new.abs_diff(*old))).sum();
    #[allow(clippy::cast_precision_loss, reason = "a mean of a few million bytes")]
    let mean = sum as f64 / new.len() as f64;
    if mean <= MEAN_DIFFERENCE_MAX { Ok(()) } else { Err(format!("pixels differ by {mean:.3} of 255 in the mean")) }
}

fn pixels(path: &Path) -> ((u32, u32), Vec<u8>) {
    let mut decoder = Decoder::new(BufReader::new(File::open(path).expect("a file")));
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().expect("a PNG file");
    let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut bytes).expect("a picture");
    assert_eq!(info.color_type, ColorType::Rgb, "{}", path.display());
    ((info.width, info.height), bytes)
}

#[test]
fn two_runs_write_the_same_bytes() {
    let (first, second) = (temporary(), temporary());
    for name in ["openai-2026-closed", "startup-seed-to-b", "rules/tender-and-tranche-prices"] {
        for out in [first.path(), second.path()] {
            capstruct_into(out, &format!("run {name} --quiet")).code(0);
        }
    }
    let files = files_below(first.path());
    assert!(files.len() > 20, "{files:?}");
    assert_eq!(files, files_below(second.path()));
    for file in files {
        let bytes = |out: &Path| fs::read(out.join(&file)).expect("a file");
        assert!(bytes(first.path()) == bytes(second.path()), "{file} differs between two runs");
    }
}

#[test]
fn no_output_knows_the_machine_or_the_time() {
    let out = project().join("outputs");
    let here = project().display().to_string();
    for file in files_below(&out) {
        let bytes = fs::read(out.join(&file)).expect("a file");
        let text = String::from_utf8_lossy(&bytes);
        // Three bytes in a row come about by chance in compressed pictures.
        let drive = if has_ending(&file, "png") { here.as_str() } else { "C:\\" };
        for word in [here.as_str(), "/tmp/", "/home/", "/Users/", drive] {
            assert!(!text.contains(word), "{file} names {word}");
        }
        if has_ending(&file, "csv") {
            assert!(!has_time_of_day(&text), "{file} has a time of day");
        }
    }
}

/// `12:34` between characters that are neither digits nor letters.
fn has_time_of_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    let stands_apart = |at: Option<&u8>| at.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'.');
    bytes.windows(5).enumerate().any(|(at, window)| {
        let digits = [0, 1, 3, 4].iter().all(|&index| window[index].is_ascii_digit());
        let before = at.checked_sub(1).map(|at| &bytes[at]);
        digits && window[2] == b':' && stands_apart(before) && stands_apart(bytes.get(at + 5))
    })
}

#[test]
fn charts_are_of_publication_size() {
    let out = project().join("outputs");
    let mut charts = 0;
    for file in files_below(&out).iter().filter(|file| has_ending(file, "png")) {
        let decoder = Decoder::new(BufReader::new(File::open(out.join(file)).expect("a file")));
        let reader = decoder.read_info().expect("a PNG file");
        let size = (reader.info().width, reader.info().height);
        assert!(size.0 == 1920 && (400..=1800).contains(&size.1), "{file}: {size:?}");
        charts += 1;
    }
    assert!(charts > 50, "{charts} charts");
}
