//! A disk that does not keep what it is given, in a child process whose `fsync` fails for real: the store does no more there,
//! and a host that runs on it ends.
#![cfg(all(feature = "sqlite", target_os = "linux", target_env = "gnu"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use jumio_flow::machine::{Done, Failure, Flow, Op};
use jumio_flow::{
    Admission, Claim, Delivery, Effects, FlowError, FlowKey, FlowStore, Flows, HandOver, MissedCallbacks, OutcomeFeed,
    OutcomeSink, Owner, Purge, StoreError, UploadProgress,
};
use jumio_model::endpoint::Body;
use jumio_store::{DatabaseError, Problem, Sqlite};
use jumio_transport::FnTransport;
use support::{LEASE, at, new_flow, opening};

/// Has the process be the child, in this folder.
const CHILD: &str = "JUMIO_STORE_TEST_LOST_SYNC";
/// While this file is there, syncing fails; the child's preloaded library reads the name.
const FAILS: &str = "JUMIO_TEST_SYNC_FAILS";
/// Far more leases than it takes until the write-ahead log is moved.
const MANY: usize = 400;

/// Runs this test again with a library before it whose `fsync` fails on demand.
fn in_a_child(test: &str) {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("failing_sync.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/failing_sync.rs");
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut compile = Command::new(compiler);
    compile.args(["--edition=2024", "--crate-type=cdylib", "-o"]).arg(&library).arg(source);
    assert!(compile.status().unwrap().success(), "the library does not compile");
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", test, "--nocapture"]).env(CHILD, folder.path()).env("LD_PRELOAD", library);
    let output = child.env(FAILS, folder.path().join("fails")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let again = support::sqlite::open(&folder.path().join("flows.db")).await;
        assert!(again.load(&FlowKey::new("before")).await.unwrap().is_some(), "a new start looks at the disk anew");
    });
}

/// What the child does, with the store and the file that makes syncing fail.
fn as_child(work: impl AsyncFn(Sqlite, PathBuf)) -> bool {
    let Some(folder) = std::env::var_os(CHILD).map(PathBuf::from) else { return false };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = support::sqlite::open(&folder.join("flows.db")).await;
        store.insert(new_flow("before", opening()), at(0)).await.unwrap();
        work(store, folder.join("fails")).await;
    });
    true
}

fn is_lost_sync(error: &StoreError) -> bool {
    let problem = error.source().and_then(|source| source.downcast_ref::<DatabaseError>()).map(DatabaseError::problem);
    matches!(error, StoreError::Broken { .. }) && error.is_final() && problem == Some(Problem::SyncFailed)
}

/// Never gets to do anything.
struct Idle;

#[async_trait]
impl Effects for Idle {
    async fn admit(&self, _: &Flow, _: Op) -> Result<Admission, Failure> {
        std::future::pending().await
    }
    async fn run(&self, _: &Flow, _: Op, _: UploadProgress) -> Done {
        std::future::pending().await
    }
}

/// Takes nothing.
struct NoSink;

#[async_trait]
impl OutcomeSink for NoSink {
    async fn take(&self, _: &Delivery) -> Result<(), Box<dyn Error + Send + Sync>> {
        Err("takes nothing".into())
    }
}

/// A job whose store does no more says so as a host does: nobody tells any of them to stop.
async fn every_job_ends(store: &Arc<Sqlite>) {
    let shared = || Arc::clone(store) as Arc<dyn FlowStore>;
    let never = std::future::pending::<()>;
    let feed = || OutcomeFeed::new(shared(), "test");
    let (pump, _outcomes) = feed().channel(1);
    let nowhere = FnTransport(|_: http::Request<Body>| async { Ok(http::Response::new(Bytes::new())) });
    let hand_over = HandOver::new(shared(), nowhere, "https://old.example.com/").unwrap();
    let ended = [
        feed().run(&NoSink, never()).await,
        pump.run(never()).await,
        hand_over.run(never()).await,
        Purge::new(shared(), LEASE).even_unreadable().run(LEASE, never()).await,
        MissedCallbacks::new(shared(), LEASE).run(LEASE, never()).await,
    ];
    for error in ended.into_iter().map(Result::unwrap_err) {
        assert!(is_lost_sync(&error), "{error:?}");
    }
}

/// Proves F4.
#[test]
fn after_a_failed_sync_the_process_writes_no_more_and_its_host_ends() {
    let is_child = as_child(async |store, fails| {
        std::fs::write(&fails, "").unwrap();
        let error = store.insert(new_flow("after", opening()), at(0)).await.unwrap_err();
        assert!(is_lost_sync(&error), "{error:?}");
        assert!(error.source().unwrap().to_string().contains("start the program again"));
        // The disk may say that it is well again: what it lost it has lost.
        std::fs::remove_file(&fails).unwrap();
        let error = store.insert(new_flow("later", opening()), at(0)).await.unwrap_err();
        assert!(is_lost_sync(&error), "{error:?}");
        let error = store.load(&FlowKey::new("before")).await.unwrap_err();
        assert!(is_lost_sync(&error), "nor does it read: {error:?}");
        let store = Arc::new(store);
        let flows = Flows::builder(Idle).store(Arc::clone(&store)).profile("test").build().unwrap();
        match flows.run(std::future::pending()).await {
            Err(FlowError::Store(error)) => assert!(is_lost_sync(&error), "{error:?}"),
            other => panic!("a host that can do nothing any more says so: {other:?}"),
        }
        every_job_ends(&store).await;
    });
    if !is_child {
        in_a_child("after_a_failed_sync_the_process_writes_no_more_and_its_host_ends");
    }
}

/// Leases wait for no disk, so the first sync that fails is the one that moves the log.
#[test]
fn a_failed_sync_while_the_log_is_moved_is_told_too() {
    let is_child = as_child(async |store, fails| {
        std::fs::write(&fails, "").unwrap();
        let (key, owner) = (FlowKey::new("before"), Owner::new("owner"));
        for _ in 0..MANY {
            let done = match store.claim(&key, &owner, at(0), LEASE).await {
                Ok(Claim::Taken(lease, _)) => store.release(&lease).await,
                Ok(other) => panic!("{other:?}"),
                Err(error) => Err(error),
            };
            if let Err(error) = done {
                return assert!(is_lost_sync(&error), "{error:?}");
            }
        }
        panic!("nobody was told");
    });
    if !is_child {
        in_a_child("a_failed_sync_while_the_log_is_moved_is_told_too");
    }
}
