//! SQLite passes the suite that every store must pass, with each name a file and each opening a connection of its own.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;

use jumio_flow::conformance;

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_conforms() {
    let folder = tempfile::tempdir().unwrap();
    conformance::run_all(async |name: &str| Arc::new(support::open(&folder.path().join(name).join("flows.db")).await))
        .await;
}
