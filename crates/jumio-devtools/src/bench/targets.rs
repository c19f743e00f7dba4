//! What was promised, and whether it holds. Counts decide; a time is shown beside them where one was promised.

use super::Row;
use super::variants::Variant;

/// One promise about one document: a variant's instructions as a multiple of a rival's.
struct Promise {
    name: &'static str,
    document: &'static str,
    variant: Variant,
    rival: Variant,
    at_most: f64,
    /// The same of the time, for a person to look at.
    time_at_most: Option<f64>,
}

const PROMISES: &[Promise] = &[
    Promise {
        name: "T1 lossless and typed, beside Value",
        document: "id-20k",
        variant: Variant::Raw,
        rival: Variant::Value,
        at_most: 0.56,
        time_at_most: Some(0.40),
    },
    Promise {
        name: "T2 lossless and typed, beside a lean derive",
        document: "id-20k",
        variant: Variant::Raw,
        rival: Variant::Lean,
        at_most: 1.40,
        time_at_most: Some(1.40),
    },
    Promise {
        name: "T3 the quickstart's, beside Value",
        document: "quickstart",
        variant: Variant::Raw,
        rival: Variant::Value,
        at_most: 0.65,
        time_at_most: None,
    },
    Promise {
        name: "T5 typed, beside sonic-rs",
        document: "id-20k",
        variant: Variant::Typed,
        rival: Variant::Sonic,
        at_most: 1.05,
        time_at_most: Some(1.05),
    },
    Promise {
        name: "T5 typed, beside a lean derive by sonic-rs",
        document: "id-20k",
        variant: Variant::Typed,
        rival: Variant::SonicLean,
        at_most: 1.05,
        time_at_most: None,
    },
    Promise {
        name: "the text beside the value, 6 KB",
        document: "id-6k",
        variant: Variant::Raw,
        rival: Variant::Typed,
        at_most: 1.05,
        time_at_most: Some(1.05),
    },
    Promise {
        name: "the text beside the value, 20 KB",
        document: "id-20k",
        variant: Variant::Raw,
        rival: Variant::Typed,
        at_most: 1.05,
        time_at_most: Some(1.05),
    },
];

/// T3: what the quickstart's reply may allocate.
const QUICKSTART_ALLOCATIONS: u64 = 12;

/// Prints each promise with what was measured; says whether all of them hold.
pub(super) fn judge(rows: &[Row]) -> bool {
    let mut all_hold = true;
    let mut say = |holds: bool, line: String| {
        all_hold &= holds;
        println!("{} {line}", if holds { "met   " } else { "MISSED" });
    };
    let find = |document: &str, variant| rows.iter().find(|row| row.document == document && row.variant == variant);
    for promise in PROMISES {
        let rows = find(promise.document, promise.variant).zip(find(promise.document, promise.rival));
        let Some((mine, rival)) = rows else {
            say(false, format!("{}: not measured", promise.name));
            continue;
        };
        let ratio = mine.counts.instructions as f64 / rival.counts.instructions as f64;
        let time = mine.time_to_value / rival.time_to_value;
        let aim = promise.time_at_most.map_or_else(String::new, |most| format!(" (aim {most:.2})"));
        say(
            ratio <= promise.at_most,
            format!(
                "{}: {ratio:.2}x of at most {:.2}x the instructions; {time:.2}x the time{aim}",
                promise.name, promise.at_most
            ),
        );
    }
    if let Some(row) = find("quickstart", Variant::Raw) {
        let found = row.counts.allocations;
        say(
            found <= QUICKSTART_ALLOCATIONS,
            format!("T3 the quickstart's: {found} of at most {QUICKSTART_ALLOCATIONS} allocations"),
        );
    }
    println!("T18, how few crates the model takes, is held by `cargo xtask check layers`");
    all_hold
}
