//! SQLite passes the suite that every store must pass, with each name a file and each opening a connection of its own.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;

use jumio_flow::conformance;
use jumio_store::Sqlite;

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_conforms() {
    let folder = tempfile::tempdir().unwrap();
    conformance::run_all(async |name: &str| Arc::new(support::open(&folder.path().join(name).join("flows.db")).await))
        .await;
}

/// This version's workers on the tables of a version to come pass the whole suite.
#[tokio::test(flavor = "multi_thread")]
async fn the_version_before_works_on_with_newer_tables() {
    let folder = tempfile::tempdir().unwrap();
    conformance::run_all(async |name: &str| {
        let path = folder.path().join(name).join("flows.db");
        let store = support::open(&path).await;
        support::next::bring(&mut support::raw(&path).await).await;
        Arc::new(store)
    })
    .await;
}

/// Proves C2, F5.
#[tokio::test(flavor = "multi_thread")]
async fn workers_share_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let open = async || Arc::new(support::open(&folder.path().join("flows.db")).await);
    let workers = vec![open().await, open().await, open().await, open().await];
    jumio_conformance::no_flow_is_taken_twice(workers.clone()).await;
    jumio_conformance::copies_are_one(workers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let reader = support::open(&path).await;
    let sealer = Sqlite::open(&path, support::newer_key()).await.unwrap();
    jumio_conformance::what_cannot_be_read_is_passed_over(&reader, &sealer).await;
}
