//! The store that lives in memory, where a flow is what was saved of it: every kind of flow, under workers that are dropped.

use std::sync::Arc;

use jumio_conformance::{copies_are_one, no_flow_is_taken_twice, survive_drops, survive_kills};
use jumio_flow::MemoryStore;

/// Proves F1, F2.
#[test]
fn no_drop_loses_or_repeats_a_step() {
    survive_drops(async |_| Arc::new(MemoryStore::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_share_one_store() {
    let store = Arc::new(MemoryStore::new());
    let workers = || (0..4).map(|_| Arc::clone(&store)).collect::<Vec<_>>();
    no_flow_is_taken_twice(workers()).await;
    copies_are_one(workers()).await;
}

/// A suite that runs no worker must not pass.
#[test]
#[should_panic = "no worker began: the test program has no test `misspelt`"]
fn a_test_that_is_not_there_is_told() {
    survive_kills("misspelt", async |_| Arc::new(MemoryStore::new()), async |_| {});
}
