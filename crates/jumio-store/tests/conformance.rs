//! SQLite passes the suite that every store must pass, with each name a file and each opening a connection of its own.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use jumio_flow::{Claim, FlowKey, FlowStore as _, Owner, conformance};
use jumio_store::Sqlite;

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_conforms() {
    let folder = tempfile::tempdir().unwrap();
    conformance::run_all(async |name: &str| {
        Arc::new(support::sqlite::open(&folder.path().join(name).join("flows.db")).await)
    })
    .await;
}

/// This version's workers on the tables of a version to come pass the whole suite.
#[tokio::test(flavor = "multi_thread")]
async fn the_version_before_works_on_with_newer_tables() {
    let folder = tempfile::tempdir().unwrap();
    conformance::run_all(async |name: &str| {
        let path = folder.path().join(name).join("flows.db");
        let store = support::sqlite::open(&path).await;
        support::next::bring(&mut support::sqlite::raw(&path).await).await;
        Arc::new(store)
    })
    .await;
}

/// Proves C2, F5.
#[tokio::test(flavor = "multi_thread")]
async fn workers_share_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let open = async || Arc::new(support::sqlite::open(&folder.path().join("flows.db")).await);
    let workers = vec![open().await, open().await, open().await, open().await];
    jumio_conformance::no_flow_is_taken_twice(workers.clone()).await;
    jumio_conformance::copies_are_one(workers).await;
}

/// Whoever waits for a host and goes away in the middle of its claim must not keep the flow from the others.
#[tokio::test]
async fn a_claim_that_nobody_waits_for_any_more_is_given_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = support::sqlite::open(&folder.path().join("flows.db")).await;
    store.insert(support::new_flow("a", support::opening()), support::at(0)).await.unwrap();
    let (key, owner, now) = (FlowKey::new("a"), Owner::new("gone"), support::at(0));
    for fence in [2, 4] {
        if fence == 2 {
            assert!(
                store.claim_due("test", &owner, now, support::LEASE).now_or_never().is_none(),
                "begun, and dropped"
            );
        } else {
            assert!(store.claim(&key, &owner, now, support::LEASE).now_or_never().is_none(), "begun, and dropped");
        }
        let taken = async {
            loop {
                let claim = store.claim(&key, &Owner::new("heir"), now, support::LEASE).await.unwrap();
                if let Claim::Taken(lease, _) = claim {
                    break lease;
                }
            }
        };
        // No time passes for the store: a lease that is kept is kept for ever.
        let lease = tokio::time::timeout(Duration::from_secs(60), taken).await.unwrap();
        assert_eq!(lease.fence, fence, "it had been taken before");
        store.release(&lease).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let reader = support::sqlite::open(&path).await;
    let sealer = Sqlite::open(&path, support::newer_key()).await.unwrap();
    jumio_conformance::what_cannot_be_read_is_passed_over(&reader, &sealer).await;
}
