//! Times, in rounds in which every variant has its turn, so that a machine that slows down slows all of them down.

use std::time::Instant;

use super::documents::Document;
use super::variants::Variant;

const ROUNDS: usize = 41;
/// How long one variant's turn takes, about.
const TURN_NANOSECONDS: u128 = 1_500_000;

/// The median of one variant's rounds.
pub(super) struct Time {
    pub(super) nanoseconds: f64,
    pub(super) to_value: f64,
}

/// One time for each of [`Variant::ALL`].
pub(super) fn measure(document: &Document) -> Vec<Time> {
    let turns: Vec<usize> = Variant::ALL.iter().map(|variant| turns(*variant, document)).collect();
    let mut rounds: Vec<Vec<f64>> = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(Variant::ALL.iter().zip(&turns).map(|(variant, times)| one(*variant, document, *times)).collect());
    }
    let value = Variant::ALL.iter().position(|variant| *variant == Variant::Value).unwrap_or_default();
    let column = |at: usize| rounds.iter().filter_map(move |round| Some((*round.get(at)?, *round.get(value)?)));
    (0..Variant::ALL.len())
        .map(|at| Time {
            nanoseconds: median(column(at).map(|(time, _)| time).collect()),
            to_value: median(column(at).map(|(time, value)| time / value).collect()),
        })
        .collect()
}

/// Nanoseconds of one reading, over so many.
fn one(variant: Variant, document: &Document, times: usize) -> f64 {
    let start = Instant::now();
    for _ in 0..times {
        variant.read(&document.text);
    }
    start.elapsed().as_nanos() as f64 / times as f64
}

/// How often a variant fits into its turn; warms it up, too.
fn turns(variant: Variant, document: &Document) -> usize {
    let mut times = 1;
    loop {
        let start = Instant::now();
        for _ in 0..times {
            variant.read(&document.text);
        }
        if start.elapsed().as_nanos() >= TURN_NANOSECONDS {
            return times;
        }
        times *= 2;
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
