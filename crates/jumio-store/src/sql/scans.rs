//! What a database may read from its beginning to its end, for the tests that look at the plans of both.

use std::collections::BTreeSet;

/// Words of a plan's step, words of the statement that may, and why.
const MAY_SCAN: &[(&str, &str, &str)] = &[
    ("jumio_hints_waiting", "WITH free AS", "looks for work among what waits, and the index has only that"),
    ("jumio_hints_waiting", "WHERE used_at IS NULL LIMIT $1", "counts what waits, no further than it must"),
    ("jumio_hints_waiting", "WHERE used_at IS NULL AND received_at < $1", "looks for what waits in vain"),
    ("jumio_outcomes_waiting", "acknowledged_at IS NULL", "the index has only what is not acknowledged"),
    ("jumio_lent", "jumio_lent", "no more are lent than the inbox has room for"),
    (
        "jumio_hints",
        "received_at >= $1 AND used_at >= $1 ORDER BY id LIMIT 1",
        "from the oldest on to the first fresh one",
    ),
];

/// Fails on a statement with a step that reads what it may not, and on a permission that nothing needs.
pub(crate) fn judge<'a>(scans: impl IntoIterator<Item = (&'a str, String)>) {
    let mut unused: BTreeSet<_> = MAY_SCAN.iter().collect();
    let mut unmeant = Vec::new();
    for (text, step) in scans {
        let is_meant = |(place, asked, _): &&(&str, &str, &str)| step.contains(place) && text.contains(asked);
        match MAY_SCAN.iter().find(is_meant) {
            Some(may_scan) => drop(unused.remove(may_scan)),
            None => unmeant.push(format!("{step} in\n{text}\n")),
        }
    }
    assert!(unmeant.is_empty(), "{}", unmeant.join("\n"));
    assert!(unused.is_empty(), "these scan no more: {unused:?}");
}
