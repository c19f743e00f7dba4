//! Tests of what happens when a call fails or is given up in the middle: the next one works.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use jumio_flow::machine::{Done, Ending, Failure, Flow, Op, Policy, Reply, Spec};
use jumio_flow::{
    Admission, Claim, Effects, Filter, FlowError, FlowKey, FlowStore as _, Flows, NewFlow, Owner, PlainText,
    StoreError, Turn, UploadProgress,
};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Raw, WorkflowStatus};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::Notify;

use super::Sqlite;
use crate::sql::problem::{DatabaseError, Problem};
use crate::sql::session::Database;
use crate::sql::sql;

fn new_flow(name: &str) -> NewFlow {
    let reference = CustomerInternalReference::new("reference").unwrap();
    let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT);
    NewFlow::new(FlowKey::new(name), "test", Flow::new(Spec::person(request.unwrap())))
}

async fn add(store: &Sqlite, name: &str) -> Result<(), StoreError> {
    store.insert(new_flow(name), DateTime::UNIX_EPOCH).await.map(|_| ())
}

fn problem(error: &StoreError) -> Problem {
    error.source().unwrap().downcast_ref::<DatabaseError>().unwrap().problem()
}

/// Proves F4.
#[tokio::test]
async fn a_full_disk_is_told_and_passes() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("flows.db"), PlainText::new()).await.unwrap();
    add(&store, "before").await.unwrap();
    let mut session = store.core.connect("test").await.unwrap();
    session.script("PRAGMA max_page_count = 1", "").await.unwrap();
    session.end();

    let mut added = 1;
    let error = loop {
        match add(&store, &format!("{added}-{}", "x".repeat(4_000))).await {
            Ok(()) => added += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(problem(&error), Problem::Full, "{error}");
    assert_eq!(error.to_string(), "the store could not add a flow");
    // The limit went with the connection: as if somebody had made room.
    assert_eq!(store.list(&Filter::all()).await.unwrap().len(), added, "nothing is lost");
    add(&store, "after").await.unwrap();
}

/// Opens a transaction, and fills the disk before anybody can save that.
struct Filling {
    store: Arc<Sqlite>,
    opened: Arc<AtomicUsize>,
}

#[async_trait]
impl Effects for Filling {
    async fn admit(&self, _: &Flow, _: Op) -> Result<Admission, Failure> {
        Ok(Admission::Ready)
    }

    async fn run(&self, _: &Flow, op: Op, _: UploadProgress) -> Done {
        if !op.is_opening() {
            return Done::Succeeded(Reply::Status(WorkflowStatus::TokenExpired));
        }
        self.opened.fetch_add(1, Ordering::Relaxed);
        limit_pages(&self.store).await;
        // More than any page that is there has room for.
        let link = format!("https://example.com/{}", "x".repeat(40_000));
        let reply = format!(
            r#"{{"account":{{"id":"a"}},"web":{{"href":"{link}"}},"workflowExecution":{{"id":"w","credentials":[]}}}}"#
        );
        Done::Succeeded(Reply::Opened(Box::new(Raw::read(&reply).unwrap())))
    }
}

async fn limit_pages(store: &Sqlite) {
    let mut session = store.core.connect("test").await.unwrap();
    session.script("PRAGMA max_page_count = 1", "").await.unwrap();
    session.end();
}

async fn most_pages(store: &Sqlite) -> i64 {
    let mut session = store.core.connect("test").await.unwrap();
    let row = session.row(sql("PRAGMA max_page_count")).await.unwrap().unwrap();
    session.end();
    row.get("max_page_count").unwrap()
}

/// Proves F4.
#[tokio::test]
async fn a_host_on_a_full_disk_loses_no_answer_and_repeats_no_call() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Sqlite::open(folder.path().join("flows.db"), PlainText::new()).await.unwrap());
    let unlimited = most_pages(&store).await;
    let opened = Arc::new(AtomicUsize::new(0));
    let effects = Filling { store: Arc::clone(&store), opened: Arc::clone(&opened) };
    let flows = Flows::builder(effects).store(Arc::clone(&store)).profile("test").build().unwrap();
    let mut new = new_flow("a");
    let mut policy = Policy::default();
    (policy.person, policy.idle) = (vec![0], vec![0]);
    new.flow = Flow::new(new.flow.spec().clone().with_policy(policy));
    flows.start(new).await.unwrap();
    let record = flows.drive(&FlowKey::new("a")).await.unwrap();
    assert_eq!(record.flow.ending().map(Ending::name), Some("expired"), "{:?}", record.flow);
    assert_eq!(opened.load(Ordering::Relaxed), 1);
    assert_eq!(most_pages(&store).await, unlimited, "the limit went with the connection on which saving failed");
}

/// Proves F7.
#[tokio::test]
async fn a_running_worker_stops_where_the_tables_became_too_new_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("flows.db"), PlainText::new()).await.unwrap();
    add(&store, "before").await.unwrap();
    let mut session = store.core.connect("test").await.unwrap();
    session.script("UPDATE jumio_schema SET version = 5, oldest_worker = 4", "").await.unwrap();
    session.end();
    store.core.watch.look_next();
    add(&store, "beside").await.unwrap();
    let mut session = store.core.connect("test").await.unwrap();
    session.script("UPDATE jumio_schema SET oldest_worker = 5", "").await.unwrap();
    session.end();
    store.core.watch.look_next();
    for _ in 0..2 {
        let error = add(&store, "after").await.unwrap_err();
        assert!(matches!(error, StoreError::NewerSchema { found: 5, known: 4 }), "{error}");
    }
}

/// Brings the tables to those of a version to come that no worker of this one may touch, and has the next call look.
async fn outgrow(store: &Sqlite, more: &'static str) {
    let mut session = store.core.connect("test").await.unwrap();
    session.script("UPDATE jumio_schema SET version = 9, oldest_worker = 9", "").await.unwrap();
    session.script(more, "").await.unwrap();
    session.end();
    store.core.watch.look_next();
    let refused = add(store, "later").await.unwrap_err();
    assert!(matches!(refused, StoreError::NewerSchema { found: 9, .. }), "nothing new begins: {refused}");
}

/// Waits within the account call until it is told to answer.
#[derive(Default)]
struct Held {
    began: Notify,
    answer: Notify,
}

struct InCall(Arc<Held>);

#[async_trait]
impl Effects for InCall {
    async fn admit(&self, _: &Flow, _: Op) -> Result<Admission, Failure> {
        Ok(Admission::Ready)
    }

    async fn run(&self, _: &Flow, op: Op, _: UploadProgress) -> Done {
        assert!(op.is_opening(), "nothing else begins");
        self.0.began.notify_one();
        self.0.answer.notified().await;
        let reply = r#"{"account":{"id":"a"},"web":{"href":"https://example.com/"},"workflowExecution":{"id":"w","credentials":[]}}"#;
        Done::Succeeded(Reply::Opened(Box::new(Raw::read(reply).unwrap())))
    }
}

/// Proves F7.
#[tokio::test]
async fn an_answer_in_hand_is_saved_though_the_tables_became_too_new() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let store = Arc::new(Sqlite::open(&path, PlainText::new()).await.unwrap());
    let held = Arc::new(Held::default());
    let flows = Flows::builder(InCall(Arc::clone(&held))).store(Arc::clone(&store)).profile("test").build().unwrap();
    flows.start(new_flow("a")).await.unwrap();
    let running = tokio::spawn(async move { flows.run(std::future::pending()).await });
    held.began.notified().await;
    outgrow(&store, "").await;
    held.answer.notify_one();
    let ended = running.await.unwrap();
    assert!(matches!(ended, Err(FlowError::Store(StoreError::NewerSchema { .. }))), "{ended:?}");
    drop(store);

    // As a worker of the version that the tables are for finds it.
    let mut file = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
    sqlx::raw_sql("UPDATE jumio_schema SET oldest_worker = 3").execute(&mut file).await.unwrap();
    let store = Sqlite::open(&path, PlainText::new()).await.unwrap();
    let claim =
        store.claim(&FlowKey::new("a"), &Owner::new("next"), Utc::now(), Duration::from_secs(60)).await.unwrap();
    let Claim::Taken(_, record) = claim else { panic!("it was not given back: {claim:?}") };
    assert!(record.flow.transaction().is_some() && record.flow.ending().is_none(), "{:?}", record.flow);
}

/// Proves F7.
#[tokio::test]
async fn tables_that_say_so_take_nothing_from_an_older_worker() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("flows.db"), PlainText::new()).await.unwrap();
    add(&store, "a").await.unwrap();
    let claim = store.claim(&FlowKey::new("a"), &Owner::new("me"), Utc::now(), Duration::from_secs(60)).await.unwrap();
    let Claim::Taken(lease, record) = claim else { panic!("{claim:?}") };
    outgrow(&store, "UPDATE jumio_marks SET reached = 9 WHERE job = 'schema/oldest-to-finish'").await;
    let saved = store.commit(&lease, Turn::new(&record.flow, &[]), Utc::now()).await;
    assert!(matches!(saved, Err(StoreError::NewerSchema { .. })), "{saved:?}");
    assert!(matches!(store.release(&lease).await, Err(StoreError::NewerSchema { .. })));
}

#[tokio::test]
async fn who_waited_for_a_sync_that_failed_saves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Sqlite::open(folder.path().join("flows.db"), PlainText::new()).await.unwrap());
    let session = store.core.connect("test").await.unwrap();
    let next = Arc::clone(&store);
    let next = tokio::spawn(async move { add(&next, "a").await });
    // It waits for the connection by now.
    tokio::task::yield_now().await;
    store.core.lost_a_sync.store(true, Ordering::Relaxed);
    session.end();
    assert!(matches!(next.await.unwrap(), Err(StoreError::Broken { .. })));
}

#[tokio::test]
async fn a_database_in_use_is_told_and_passes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let mut store = Sqlite::open(&path, PlainText::new()).await.unwrap();
    let core = Arc::get_mut(&mut store.core).unwrap();
    #[allow(clippy::infallible_destructuring_match, irrefutable_let_patterns, reason = "one of two with `postgres`")]
    let Database::Sqlite { options, connection, .. } = &mut core.database else { panic!() };
    **options = (**options).clone().busy_timeout(Duration::ZERO);
    connection.get_mut().take().unwrap().close().await.unwrap();
    let mut other = options.connect().await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let error = add(&store, "a").await.unwrap_err();
    assert_eq!(problem(&error), Problem::Busy, "{error}");
    assert!(store.list(&Filter::all()).await.unwrap().is_empty(), "reading goes on");
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    add(&store, "a").await.unwrap();
}

#[tokio::test]
async fn a_call_whose_caller_went_away_is_done_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("flows.db"), PlainText::new()).await.unwrap();
    {
        let mut insert = std::pin::pin!(add(&store, "a"));
        let begun = std::future::poll_fn(|context| Poll::Ready(insert.as_mut().poll(context).is_pending())).await;
        assert!(begun, "a call takes more than one step");
        // Not polled any further, and not dropped either: whoever else asks must not wait for it.
        add(&store, "b").await.unwrap();
    }
    assert!(store.load(&FlowKey::new("a")).await.unwrap().is_some());
    assert!(store.load(&FlowKey::new("b")).await.unwrap().is_some());
}

#[tokio::test]
async fn statements_are_synchronous_and_keys_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("flows.db"), PlainText::new()).await.unwrap();
    let mut session = store.core.connect("test").await.unwrap();
    for (pragma, column, expected) in [
        ("PRAGMA synchronous", "synchronous", 2),
        ("PRAGMA foreign_keys", "foreign_keys", 1),
        ("PRAGMA fullfsync", "fullfsync", 1),
    ] {
        let row = session.row(sql(pragma)).await.unwrap().unwrap();
        assert_eq!(row.get::<i64>(column).unwrap(), expected, "{pragma}");
    }
    session.end();
}

#[tokio::test]
async fn a_file_that_went_away_is_told_and_not_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let mut store = Sqlite::open(&path, PlainText::new()).await.unwrap();
    #[allow(clippy::infallible_destructuring_match, irrefutable_let_patterns, reason = "one of two with `postgres`")]
    let Database::Sqlite { connection, .. } = &mut Arc::get_mut(&mut store.core).unwrap().database else { panic!() };
    connection.get_mut().take().unwrap().close().await.unwrap();
    std::fs::remove_file(&path).unwrap();
    let error = store.list(&Filter::all()).await.unwrap_err();
    assert_eq!(problem(&error), Problem::CannotOpen, "{error}");
    assert!(!path.exists());
}
