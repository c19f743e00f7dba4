//! SQLite under the kill suite: workers that share one file, killed at moments of a seed.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::path::PathBuf;
use std::sync::Arc;

use jumio_conformance::Place;

/// Proves F1, F2, U6.
#[test]
fn no_kill_loses_or_repeats_a_step() {
    let path = |place: &Place| -> PathBuf { place.folder().join("flows.db") };
    jumio_conformance::survive_kills(
        "no_kill_loses_or_repeats_a_step",
        async |place| Arc::new(support::sqlite::open(&path(place)).await),
        async |place| support::next::bring(&mut support::sqlite::raw(&path(place)).await).await,
    );
}
