//! Workers that share a database share the pace of their tenant: no call of theirs is one too many, and no second is lost.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;

async fn batch(workers: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let mut stores = Vec::new();
    for _ in 0..workers {
        stores.push(Arc::new(jumio_conformance::hold(support::sqlite::open(&path)).await));
    }
    jumio_conformance::is_as_fast_as_the_limits_allow(stores).await;
}

#[tokio::test(start_paused = true)]
async fn one_worker_is_as_fast_as_the_limits_allow() {
    batch(1).await;
}

#[tokio::test(start_paused = true)]
async fn four_workers_are_as_fast_as_the_limits_allow() {
    batch(4).await;
}
