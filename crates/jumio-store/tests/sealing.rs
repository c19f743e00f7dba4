//! What is on the disk gives nothing away, and opens with the right key alone.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::path::Path;

use jumio_flow::{
    CallbackKey, CodecError, Filter, FlowKey, FlowStore, Hint, HintAddress, PlainText, Purge, StoreError, Turn,
    Upkeep as _,
};
use jumio_store::{KeyFile, Sealed, Sqlite};
use support::sqlite::raw;
use support::{CANARIES, KEY, at, new_flow, opening, secretive, take};

/// Every byte of the database's files.
fn bytes_of(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.flat_map(|path| std::fs::read(path).unwrap()).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

async fn fill(store: &Sqlite) {
    let callback_key = CallbackKey::from_url("canary-callback-key");
    let new = new_flow("visible-name", opening()).with_callback_key(callback_key.clone());
    store.insert(new, at(0)).await.unwrap();
    let hint = Hint::new(HintAddress::Key(callback_key), None, "1");
    store.deliver(&hint, at(0)).await.unwrap();
    let lease = take(store, "visible-name", 0).await;
    let flow = secretive("visible-execution");
    assert!(store.commit(&lease, Turn::new(&flow, &[]), at(1)).await.unwrap());
}

/// Proves P7.
#[tokio::test]
async fn no_secret_lies_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let store = support::sqlite::open(&path).await;
    fill(&store).await;
    let texts = CANARIES.iter().chain(&["canary-callback-key"]);
    // While it is open, with its log beside it, and after it was moved into the file.
    let open = bytes_of(folder.path());
    store.close().await.unwrap();
    for bytes in [open, bytes_of(folder.path())] {
        assert!(holds(&bytes, "visible-name") && holds(&bytes, "visible-execution"));
        for text in texts.clone() {
            assert!(!holds(&bytes, text), "{text} lies on the disk in the clear");
        }
    }
}

#[tokio::test]
async fn the_search_finds_what_is_not_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("flows.db"), PlainText::new()).await.unwrap();
    fill(&store).await;
    store.close().await.unwrap();
    let bytes = bytes_of(folder.path());
    for text in CANARIES.iter().chain(&["canary-callback-key"]) {
        assert!(holds(&bytes, text), "{text} is not in the state: the other test would find nothing");
    }
}

#[tokio::test]
async fn another_key_is_refused_before_anything_is_sealed_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let right = KeyFile::open_or_create(folder.path().join("right.key")).unwrap();
    let wrong = KeyFile::open_or_create(folder.path().join("wrong.key")).unwrap();
    fill(&Sqlite::open(&path, Sealed::new(&right)).await.unwrap()).await;

    let refused = Sqlite::open(&path, Sealed::new(&wrong)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Sealed(CodecError::Open)), "{refused}");
    assert!(refused.to_string().contains("key file"), "{refused}");
    let other_number = Sqlite::open(&path, Sealed::with_key(2, &KEY)).await.unwrap_err();
    assert!(matches!(other_number, StoreError::Sealed(CodecError::Open)));
    let plain = Sqlite::open(&path, PlainText::new()).await.unwrap_err();
    assert!(matches!(plain, StoreError::Sealed(_)), "{plain}");

    let store = Sqlite::open(&path, Sealed::new(&right)).await.unwrap();
    assert_eq!(store.list(&Filter::all()).await.unwrap().len(), 1, "the right key still opens it");
}

#[tokio::test]
async fn a_state_moved_or_changed_does_not_open_and_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let store = support::sqlite::open(&path).await;
    for name in ["moved", "changed", "newer", "cut", "sound"] {
        store.insert(new_flow(name, opening()), at(0)).await.unwrap();
    }
    let mut file = raw(&path).await;
    for statement in [
        "UPDATE jumio_flows SET state = (SELECT state FROM jumio_flows WHERE key = 'sound') WHERE key = 'moved'",
        "UPDATE jumio_flows SET state = substr(state, 1, length(state) - 1) WHERE key = 'changed'",
        "UPDATE jumio_flows SET state_version = 4000 WHERE key = 'newer'",
        "UPDATE jumio_flows SET state = x'' WHERE key = 'cut'",
    ] {
        assert_eq!(sqlx::query(statement).execute(&mut file).await.unwrap().rows_affected(), 1);
    }
    for name in ["moved", "changed", "cut"] {
        let error = store.load(&FlowKey::new(name)).await.unwrap_err();
        assert!(matches!(error, StoreError::Sealed(CodecError::Open)), "{name}: {error}");
    }
    let error = store.load(&FlowKey::new("newer")).await.unwrap_err();
    assert!(matches!(error, StoreError::State(_)), "{error}");
    assert!(error.to_string().contains("newer version"), "{error}");

    let owner = jumio_flow::Owner::new("a");
    let due = store.claim_due("test", &owner, at(1), support::LEASE).await.unwrap();
    assert_eq!(due.map(|(lease, _)| lease.key), Some(FlowKey::new("sound")));
    assert!(store.claim_due("test", &owner, at(1), support::LEASE).await.unwrap().is_none());
    let untouched = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM jumio_flows WHERE owner IS NULL");
    assert_eq!(untouched.fetch_one(&mut file).await.unwrap(), 4, "what cannot be read is left alone");
}

/// A worker that lacks a key, or that is older, comes when a lease ran out; whoever had it still has an answer in hand.
#[tokio::test]
async fn who_cannot_read_a_flow_leaves_it_to_whoever_had_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let store = support::sqlite::open(&path).await;
    store.insert(new_flow("a", opening()), at(0)).await.unwrap();
    let lease = take(&store, "a", 0).await;
    let mut file = raw(&path).await;
    sqlx::query("UPDATE jumio_flows SET state_version = state_version + 4000").execute(&mut file).await.unwrap();
    let other = jumio_flow::Owner::new("other");
    let refused = store.claim(&FlowKey::new("a"), &other, at(3600), support::LEASE).await.unwrap_err();
    assert!(matches!(refused, StoreError::State(_)), "{refused}");
    assert!(store.claim_due("test", &other, at(3600), support::LEASE).await.unwrap().is_none());
    sqlx::query("UPDATE jumio_flows SET state_version = state_version - 4000").execute(&mut file).await.unwrap();
    assert!(store.commit(&lease, Turn::new(&secretive("w"), &[]), at(3601)).await.unwrap(), "its answer is lost");
}

#[tokio::test]
async fn what_cannot_be_read_any_more_can_be_erased() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let store = std::sync::Arc::new(support::sqlite::open(&path).await);
    for name in ["damaged", "running"] {
        store.insert(new_flow(name, opening()), at(0)).await.unwrap();
    }
    let mut file = raw(&path).await;
    // One flow gave up a transaction, and cannot say so any more.
    let hint = "INSERT INTO jumio_hints (execution, identity, received_at, used_at) VALUES ('given-up', '1', 0, 0)";
    sqlx::query(hint).execute(&mut file).await.unwrap();
    let hints = async |file: &mut sqlx::SqliteConnection| {
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM jumio_hints").fetch_one(file).await.unwrap()
    };
    let damage =
        "UPDATE jumio_flows SET state = x'00', ended = CASE key WHEN 'damaged' THEN 1 ELSE 0 END, wake_at = NULL";
    sqlx::query(damage).execute(&mut file).await.unwrap();
    let purge = |store: &std::sync::Arc<Sqlite>| {
        let store = std::sync::Arc::clone(store) as std::sync::Arc<dyn FlowStore>;
        Purge::new(store, support::LEASE).even_unacknowledged().clock(|| at(1_000))
    };
    let passed = purge(&store).pass().await.unwrap();
    assert_eq!((passed.flows, passed.later, hints(&mut file).await), (0, 1, 1), "only where that was said");
    let passed = purge(&store).even_unreadable().pass().await.unwrap();
    assert_eq!((passed.flows, passed.later, passed.hints, hints(&mut file).await), (1, 0, 1, 0));
    assert!(store.load(&FlowKey::new("damaged")).await.unwrap().is_none());
    let audit = store.audit(&FlowKey::new("damaged")).await.unwrap();
    assert_eq!(audit.last().map(|entry| entry.action.as_str()), Some("delete"));
    assert!(store.load(&FlowKey::new("running")).await.is_err(), "what has not ended stays");
}

#[tokio::test]
async fn keys_are_rotated_while_the_store_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let (path, key) = (folder.path().join("flows.db"), folder.path().join("flows.key"));
    let first = KeyFile::open_or_create(&key).unwrap();
    let old_worker = Sqlite::open(&path, Sealed::new(&first)).await.unwrap();
    fill(&old_worker).await;
    let second = KeyFile::rotate(&key).unwrap();
    let store = Sqlite::open(&path, Sealed::new(&second)).await.unwrap();
    store.insert(new_flow("new", opening()), at(0)).await.unwrap();
    assert_eq!(store.list(&Filter::all()).await.unwrap().len(), 2, "the older key still opens");
    assert_eq!(store.reseal().await.unwrap().flows, 1);
    assert_eq!(store.reseal().await.unwrap().flows, 0);
    assert!(matches!(old_worker.load(&FlowKey::new("visible-name")).await, Err(StoreError::Sealed(_))));

    // The last line alone, as after the older keys were taken out of the file.
    let text = std::fs::read_to_string(&key).unwrap();
    let last = text.lines().last().unwrap();
    std::fs::write(&key, format!("{last}\n")).unwrap();
    let alone = Sqlite::open(&path, Sealed::new(&KeyFile::open(&key).unwrap())).await.unwrap();
    let record = alone.load(&FlowKey::new("visible-name")).await.unwrap().unwrap();
    assert_eq!(record.callback_key, Some(CallbackKey::from_url("canary-callback-key")));
    assert_eq!(alone.list(&Filter::all()).await.unwrap().len(), 2);
}

/// Proves P8.
#[tokio::test]
async fn an_erased_flow_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("flows.db"), PlainText::new()).await.unwrap();
    fill(&store).await;
    let lease = take(&store, "visible-name", 100).await;
    assert!(store.erase(&lease, None, at(101)).await.unwrap());
    store.close().await.unwrap();
    let bytes = bytes_of(folder.path());
    for text in CANARIES.iter().chain(&["canary-callback-key", "visible-execution"]) {
        assert!(!holds(&bytes, text), "{text} is still on the disk");
    }
    assert!(holds(&bytes, "visible-name"), "the key stays taken");
}
