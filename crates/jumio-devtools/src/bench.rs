//! `bench simulator`, `auth` and `transport` are in modules of their own. `bench model`: whether reading a reply costs what was promised, beside its rivals in the same process.
//!
//! Instructions and allocations are counted by valgrind and decide; they hardly change from run to run or from machine to
//! machine. Times are measured in interleaved rounds and only shown, as ratios: a shared machine is twice as slow from one
//! minute to the next.

#[cfg(feature = "sending")]
mod auth;
mod counts;
mod documents;
mod lean;
#[cfg(feature = "sending")]
mod machine;
#[cfg(feature = "sending")]
mod rounds;
#[cfg(feature = "simulator")]
mod simulator;
mod targets;
mod times;
#[cfg(feature = "sending")]
mod transport;
mod variants;

use anyhow::{Result, bail};
use lexopt::{Arg, ValueExt as _};

use counts::Counts;
use documents::Document;
use variants::Variant;

/// What was measured of one variant on one document.
struct Row {
    document: &'static str,
    variant: Variant,
    counts: Counts,
    /// Nanoseconds, the median of the rounds.
    nanoseconds: f64,
    /// Time as a multiple of that of `Value`, the median of the rounds.
    time_to_value: f64,
}

/// Runs the benchmark; says whether the targets are met. `loop VARIANT DOCUMENT TIMES` is what valgrind runs.
pub(crate) fn run(mut args: lexopt::Parser) -> Result<bool> {
    let mut words = Vec::new();
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Value(word) => words.push(word.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["model"] => model(),
        #[cfg(feature = "simulator")]
        ["simulator"] => simulator::run(),
        #[cfg(feature = "simulator")]
        ["simulator-memory"] => simulator::memory_of_many(),
        #[cfg(feature = "sending")]
        ["auth", rest @ ..] => auth::run(rest),
        #[cfg(feature = "sending")]
        ["transport", rest @ ..] => transport::run(rest),
        ["loop", variant, document, times] => {
            let (variant, document) = (Variant::named(variant)?, Document::named(document)?);
            for _ in 0..times.parse::<usize>()? {
                variant.read(&document.text);
            }
            Ok(true)
        }
        _ => bail!(
            "there are `bench model` and, each with its feature, `bench simulator`, `bench auth` and `bench transport`"
        ),
    }
}

fn model() -> Result<bool> {
    let mut rows = Vec::new();
    for document in Document::all()? {
        let times = times::measure(&document);
        for (variant, time) in Variant::ALL.into_iter().zip(times) {
            let counts = counts::measure(&["loop", variant.name(), document.name])?;
            let row = Row {
                document: document.name,
                variant,
                counts,
                nanoseconds: time.nanoseconds,
                time_to_value: time.to_value,
            };
            println!("{}", row.line(document.text.len()));
            rows.push(row);
        }
    }
    println!();
    Ok(targets::judge(&rows))
}

impl Row {
    fn line(&self, size: usize) -> String {
        format!(
            "{:<11}{:>6} B  {:<13}{:>9} instructions {:>4} allocations {:>8.1} µs  {:>5.2}x the time of Value",
            self.document,
            size,
            self.variant.name(),
            self.counts.instructions,
            self.counts.allocations,
            self.nanoseconds / 1000.0,
            self.time_to_value,
        )
    }
}
