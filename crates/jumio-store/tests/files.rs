//! The database file: its owner's alone, made anew where it is missing, and refused where it is not ours.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::error::Error as _;
use std::fs;
use std::path::Path;

use jumio_flow::{FeedStore as _, Filter, FlowStore, Hint, HintAddress, Inserted, MOST_UNBOUND_HINTS, StoreError};
use jumio_store::{DatabaseError, Problem, Sealed, Sqlite};
use sqlx::Connection as _;
use support::sqlite::raw;
use support::{KEY, at, new_flow, opening};

async fn refusal(path: &Path) -> StoreError {
    Sqlite::open(path, Sealed::with_key(1, &KEY)).await.unwrap_err()
}

/// What is wrong, with what a person reads: the error and all its sources.
fn problem(error: &StoreError) -> (Problem, String) {
    let found = error.source().and_then(|source| source.downcast_ref::<DatabaseError>());
    let found = found.unwrap_or_else(|| panic!("no database error in {error}"));
    (found.problem(), format!("{error}: {found}"))
}

/// Proves P7.
#[cfg(unix)]
#[tokio::test]
async fn every_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made/here/flows.db");
    let store = support::sqlite::open(&path).await;
    store.insert(new_flow("a", opening()), at(0)).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut names = Vec::new();
    for entry in fs::read_dir(path.parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(mode(&entry.path()), 0o600, "{:?}", entry.file_name());
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["flows.db", "flows.db-shm", "flows.db-wal"]);
    assert_eq!(mode(&folder.path().join("made")), 0o700);
    assert_eq!(mode(&folder.path().join("made/here")), 0o700);
}

#[tokio::test]
async fn the_settings_are_the_durable_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let _store = support::sqlite::open(&path).await;
    let mode = sqlx::query_scalar::<_, String>("PRAGMA journal_mode");
    assert_eq!(mode.fetch_one(&mut raw(&path).await).await.unwrap(), "wal");
}

#[tokio::test]
async fn many_may_open_a_new_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let openers: Vec<_> = (0..8)
        .map(|number| {
            let path = path.clone();
            tokio::spawn(async move {
                let store = support::sqlite::open(&path).await;
                store.insert(new_flow(&number.to_string(), opening()), at(0)).await.unwrap();
            })
        })
        .collect();
    for opener in openers {
        opener.await.unwrap();
    }
    let store = support::sqlite::open(&path).await;
    assert_eq!(store.list(&Filter::all()).await.unwrap().len(), 8);
}

#[tokio::test]
async fn names_that_sqlite_would_read_otherwise_are_files() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["file:flows.db?mode=memory", ":memory:", "with space & ünïcode.db"] {
        let path = folder.path().join(name);
        support::sqlite::open(&path).await.insert(new_flow("a", opening()), at(0)).await.unwrap();
        assert!(fs::metadata(&path).unwrap().len() > 0, "{name}");
        assert_eq!(support::sqlite::open(&path).await.list(&Filter::all()).await.unwrap().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_handle_dropped_in_the_middle_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    for number in 0..10 {
        let store = support::sqlite::open(&path).await;
        store.insert(new_flow(&number.to_string(), opening()), at(0)).await.unwrap();
    }
    assert_eq!(support::sqlite::open(&path).await.list(&Filter::all()).await.unwrap().len(), 10);
}

/// Proves F7.
#[tokio::test]
async fn a_newer_schema_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    support::sqlite::open(&path).await.close().await.unwrap();
    let mut file = raw(&path).await;
    let newer = "UPDATE jumio_schema SET version = 99, oldest_worker = 99";
    sqlx::raw_sql(newer).execute(&mut file).await.unwrap();
    let error = refusal(&path).await;
    assert!(matches!(error, StoreError::NewerSchema { found: 99, known: 4 }), "{error}");
    let version = sqlx::query_scalar::<_, i64>("SELECT version FROM jumio_schema").fetch_one(&mut file).await;
    assert_eq!(version.unwrap(), 99);
}

#[tokio::test]
async fn the_file_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    support::sqlite::open(&folder.path().join("flows.db")).await;
    fs::write(&path, "").unwrap();
    let mut file = raw(&path).await;
    sqlx::raw_sql("CREATE TABLE flows (x)").execute(&mut file).await.unwrap();
    drop(file);
    let before = fs::read(&path).unwrap();
    let (found, text) = problem(&refusal(&path).await);
    assert_eq!(found, Problem::Foreign);
    assert!(text.contains("another program"), "{text}");
    assert_eq!(fs::read(&path).unwrap(), before, "not a byte of it was changed");
}

#[tokio::test]
async fn the_applications_own_file_is_joined_by_an_explicit_call() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.db");
    fs::write(&path, "").unwrap();
    let mut own = raw(&path).await;
    let tables = "PRAGMA application_id = 7; CREATE TABLE orders (name TEXT); INSERT INTO orders VALUES ('old')";
    sqlx::raw_sql(tables).execute(&mut own).await.unwrap();
    let (found, text) = problem(&refusal(&path).await);
    assert_eq!(found, Problem::Foreign);
    assert!(text.contains("`open_beside`"), "{text}");

    let store = Sqlite::open_beside(&path, Sealed::with_key(1, &KEY)).await.unwrap();
    store.bind_site("test", "simulator").await.unwrap();
    for (name, end) in [("rolled-back", "ROLLBACK"), ("kept", "COMMIT")] {
        sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut own).await.unwrap();
        sqlx::query("INSERT INTO orders VALUES (?)").bind(name).execute(&mut own).await.unwrap();
        store.start_in(&mut own, new_flow(name, opening()), at(0)).await.unwrap();
        sqlx::raw_sql(end).execute(&mut own).await.unwrap();
    }
    store.close().await.unwrap();
    // From then on our tables are there, and every way in finds them.
    for store in [support::sqlite::open(&path).await, Sqlite::migrate(&path, Sealed::with_key(1, &KEY)).await.unwrap()]
    {
        let names: Vec<_> = store.list(&Filter::all()).await.unwrap().into_iter().map(|record| record.key).collect();
        assert_eq!(names, [jumio_flow::FlowKey::new("kept")]);
    }
    let orders = sqlx::query_scalar::<_, String>("SELECT name FROM orders ORDER BY name");
    assert_eq!(orders.fetch_all(&mut own).await.unwrap(), ["kept", "old"]);
    let application = sqlx::query_scalar::<_, i64>("PRAGMA application_id");
    assert_eq!(application.fetch_one(&mut own).await.unwrap(), 7, "it is the application's file still");
}

#[tokio::test]
async fn what_is_no_database_is_refused_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "Dear diary, ".repeat(1_000)).unwrap();
    assert_eq!(problem(&refusal(&text).await).0, Problem::NotADatabase);
    assert_eq!(fs::read(&text).unwrap().len(), 12_000);
    assert_eq!(problem(&refusal(folder.path()).await).0, Problem::CannotOpen);
    assert_eq!(problem(&refusal(&text.join("flows.db")).await).0, Problem::CannotOpen);
}

#[tokio::test]
async fn a_damaged_file_is_an_error_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let store = support::sqlite::open(&path).await;
    for number in 0..50 {
        store.insert(new_flow(&number.to_string(), opening()), at(0)).await.unwrap();
    }
    store.close().await.unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096..].fill(0x5a);
    fs::write(&path, bytes).unwrap();
    let error = match Sqlite::open(&path, Sealed::with_key(1, &KEY)).await {
        Ok(store) => store.list(&Filter::all()).await.unwrap_err(),
        Err(error) => error,
    };
    let (found, text) = problem(&error);
    assert_eq!(found, Problem::Damaged, "{text}");
    assert!(text.contains("backup"), "{text}");
}

#[tokio::test]
async fn the_oldest_unbound_hints_give_way() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let store = support::sqlite::open(&path).await;
    store.insert(new_flow("a", support::secretive("bound")), at(0)).await.unwrap();
    let hint = |address: &str| Hint::new(HintAddress::Execution(address.into()), None, "1");
    store.deliver(&hint("bound"), at(0)).await.unwrap();
    let fill = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
                INSERT INTO jumio_hints (execution, identity, received_at) SELECT 'stranger-' || i, '1', 0 FROM n";
    let mut file = raw(&path).await;
    let most = i64::try_from(MOST_UNBOUND_HINTS).unwrap();
    sqlx::query(fill).bind(most).execute(&mut file).await.unwrap();

    // It is looked at now and then, and not for every hint.
    for number in 0..256 {
        store.deliver(&hint(&format!("more-{number}")), at(1)).await.unwrap();
    }
    let mut has = async |address: &str| {
        let exists = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM jumio_hints WHERE execution = ?)");
        exists.bind(address).fetch_one(&mut file).await.unwrap()
    };
    assert!(!has("stranger-1").await, "the oldest went");
    assert!(has("stranger-257").await && has("more-0").await && has("more-255").await, "and no newer ones");
    assert!(has("bound").await, "least of all what a flow waits for");
}

/// Takes away what versions 3 and 4 brought.
const BACK_TO_TWO: &str = "DROP INDEX jumio_hints_by_callback; ALTER TABLE jumio_hints DROP COLUMN identity_digest;
    CREATE UNIQUE INDEX jumio_hints_by_callback_digest ON jumio_hints (callback_digest, identity) WHERE callback_digest IS NOT NULL;
    DROP TABLE jumio_lent; DROP TABLE jumio_marks; DROP TABLE jumio_profiles; DROP INDEX jumio_flows_due;
    CREATE INDEX jumio_flows_by_wake_at ON jumio_flows (profile, wake_at) WHERE wake_at IS NOT NULL;
    ALTER TABLE jumio_flows DROP COLUMN opening; ALTER TABLE jumio_flows DROP COLUMN holds_subject;
    UPDATE jumio_schema SET version = 2, oldest_worker = 2";

#[tokio::test]
async fn a_flow_that_the_version_before_left_to_erase_frees_its_subject() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let store = support::sqlite::open(&path).await;
    let of = |name: &str| new_flow(name, opening()).about("a person").exclusive();
    store.insert(of("a"), at(0)).await.unwrap();
    store.close().await.unwrap();
    let mut file = raw(&path).await;
    sqlx::raw_sql(BACK_TO_TWO).execute(&mut file).await.unwrap();
    sqlx::raw_sql("UPDATE jumio_flows SET phase = 'decided'").execute(&mut file).await.unwrap();
    file.close().await.unwrap();
    assert!(matches!(refusal(&path).await, StoreError::OlderSchema { found: 2, needed: 4 }));
    let store = Sqlite::migrate(&path, Sealed::with_key(1, &KEY)).await.unwrap();
    assert_eq!(store.insert(of("b"), at(1)).await.unwrap(), Inserted::New);
}

/// Proves F7.
#[tokio::test]
async fn an_older_database_is_migrated_by_an_explicit_call() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let store = support::sqlite::open(&path).await;
    for (name, flow) in [("a", opening()), ("b", support::secretive("w"))] {
        store.insert(new_flow(name, flow), at(0)).await.unwrap();
    }
    store.close().await.unwrap();
    // As version 1 left it.
    let back = "DROP TABLE jumio_outcomes; DROP TABLE jumio_buckets; DROP TABLE jumio_audit;
                DROP INDEX jumio_flows_ended; DROP INDEX jumio_flows_exclusive;
                ALTER TABLE jumio_flows DROP COLUMN exclusive; ALTER TABLE jumio_hints DROP COLUMN attempt;
                ALTER TABLE jumio_hints DROP COLUMN named_account; ALTER TABLE jumio_hints DROP COLUMN named_execution;
                ALTER TABLE jumio_flows DROP COLUMN erased_at;
                UPDATE jumio_flows SET ended = 1 WHERE key = 'b';
                UPDATE jumio_schema SET version = 1, oldest_worker = 1";
    let mut file = raw(&path).await;
    sqlx::raw_sql(BACK_TO_TWO).execute(&mut file).await.unwrap();
    sqlx::raw_sql(back).execute(&mut file).await.unwrap();
    file.close().await.unwrap();

    let error = refusal(&path).await;
    assert!(matches!(error, StoreError::OlderSchema { found: 1, needed: 4 }), "{error}");
    assert!(error.to_string().contains("`migrate`"), "{error}");
    let store = Sqlite::migrate(&path, Sealed::with_key(1, &KEY)).await.unwrap();
    assert_eq!(store.list(&Filter::all()).await.unwrap().len(), 2);
    let outcomes = store.take_outcomes("test", at(1), support::LEASE, 9).await.unwrap();
    assert_eq!(outcomes.len(), 1, "what had ended enters the feed");
    store.close().await.unwrap();
    support::sqlite::open(&path).await;
    Sqlite::migrate(&path, Sealed::with_key(1, &KEY)).await.unwrap();
}

/// Proves F7.
#[tokio::test]
async fn what_version_three_took_in_is_known_and_it_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    fs::write(&path, "").unwrap();
    let mut three = support::three::Three { connection: raw(&path).await, bytes: |hex| format!("X'{hex}'") };
    let scripts = [
        include_str!("../src/sql/schema/sqlite/1.sql"),
        include_str!("../src/sql/schema/sqlite/2.sql"),
        include_str!("../src/sql/schema/sqlite/3.sql"),
    ];
    three.begins(scripts).await;
    assert!(matches!(refusal(&path).await, StoreError::OlderSchema { found: 3, needed: 4 }));
    let store = Sqlite::migrate(&path, Sealed::with_key(1, &KEY)).await.unwrap();
    three.goes_on_beside(&store).await;
}

#[tokio::test]
async fn a_worker_goes_on_beside_a_newer_schema_that_only_adds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let store = support::sqlite::open(&path).await;
    store.insert(new_flow("before", opening()), at(0)).await.unwrap();
    support::next::bring(&mut raw(&path).await).await;
    store.insert(new_flow("after", opening()), at(0)).await.unwrap();
    support::take(&store, "after", 1).await;
    assert_eq!(support::sqlite::open(&path).await.list(&Filter::all()).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_flow_begins_with_the_applications_transaction_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let store = support::sqlite::open(&path).await;
    store.bind_site("test", "simulator").await.unwrap();
    let mut own = raw(&path).await;
    for (name, end, found) in [("rolled-back", "ROLLBACK", 0), ("kept", "COMMIT", 1)] {
        sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut own).await.unwrap();
        store.start_in(&mut own, new_flow(name, opening()), at(0)).await.unwrap();
        sqlx::raw_sql(end).execute(&mut own).await.unwrap();
        assert_eq!(store.list(&Filter::all()).await.unwrap().len(), found, "{name}");
    }
}

/// A flow whose profile is misspelt would wait for ever.
#[tokio::test]
async fn no_flow_begins_with_a_profile_that_no_host_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let store = support::sqlite::open(&path).await;
    store.bind_site("tset", "simulator").await.unwrap();
    let mut own = raw(&path).await;
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut own).await.unwrap();
    let refused = store.start_in(&mut own, new_flow("a", opening()), at(0)).await.unwrap_err();
    assert!(matches!(&refused, StoreError::UnknownProfile { profile } if profile == "test"), "{refused:?}");
    assert!(refused.to_string().contains("`bind_profile`") && !refused.is_final(), "{refused}");
    sqlx::raw_sql("COMMIT").execute(&mut own).await.unwrap();
    assert!(store.list(&Filter::all()).await.unwrap().is_empty());
}

/// Proves F4.
#[tokio::test]
async fn a_torn_or_flipped_log_loses_the_end_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let store = support::sqlite::open(&path).await;
    for number in 0..12 {
        store.insert(new_flow(&format!("{number:02}"), opening()), at(0)).await.unwrap();
    }
    let (file, log) = (fs::read(&path).unwrap(), fs::read(folder.path().join("flows.db-wal")).unwrap());
    let mut lengths = std::collections::BTreeSet::new();
    for round in 0..120 {
        let place = log.len() * round / 120;
        let mut damaged = log.clone();
        if round % 2 == 0 {
            damaged.truncate(place)
        } else {
            damaged[place] ^= 1 << (round % 8)
        }
        let copy = tempfile::tempdir().unwrap();
        let path = copy.path().join("flows.db");
        fs::write(&path, &file).unwrap();
        fs::write(copy.path().join("flows.db-wal"), damaged).unwrap();
        match Sqlite::open(&path, Sealed::with_key(1, &KEY)).await {
            Ok(store) => {
                let records = store.list(&Filter::all()).await.unwrap();
                let names: Vec<_> = records.iter().map(|record| record.key.as_str().to_owned()).collect();
                let prefix: Vec<_> = (0..names.len()).map(|number| format!("{number:02}")).collect();
                assert_eq!(names, prefix, "round {round}");
                lengths.insert(names.len());
            }
            Err(StoreError::Unavailable { .. } | StoreError::OlderSchema { .. } | StoreError::Sealed(_)) => {}
            Err(error) => panic!("round {round}: {error}"),
        }
    }
    assert!(lengths.len() > 5, "the damage is felt at many places: {lengths:?}");
}
