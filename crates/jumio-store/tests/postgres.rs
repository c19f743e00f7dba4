//! PostgreSQL passes the suite that every store must pass, and what holds for several workers. Needs a server, and fails
//! without one: `cargo xtask test postgres` starts it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::error::Error as _;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use jumio_flow::{
    CallbackKey, CallbackToLend, Claim, Filter, FlowKey, FlowStore, Inserted, LentStore as _, Owner, PaceStore as _,
    Rate, StoreError, conformance,
};
use jumio_store::{DatabaseError, Postgres, Problem, Sealed};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use support::{KEY, at, new_flow, opening};

const URL: &str = "JUMIO_TEST_POSTGRES_URL";

/// A schema of its own for each name, so that tests do not meet.
fn options(schema: &str) -> PgConnectOptions {
    let url = std::env::var(URL)
        .unwrap_or_else(|_| panic!("{URL} is not set: `cargo xtask test postgres` starts a server and sets it"));
    PgConnectOptions::from_str(&url).unwrap().options([("search_path", schema)])
}

async fn raw(schema: &str) -> PgConnection {
    let mut connection = options(schema).connect().await.unwrap();
    let make = format!("CREATE SCHEMA IF NOT EXISTS {schema}");
    // Two who make it at once may both find it missing.
    let _ = sqlx::raw_sql(sqlx::AssertSqlSafe(make)).execute(&mut connection).await;
    connection
}

fn codec() -> Sealed {
    Sealed::with_key(1, &KEY)
}

async fn open(schema: &str) -> Arc<Postgres> {
    raw(schema).await.close().await.unwrap();
    Arc::new(Postgres::migrate_with(options(schema), codec()).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_conforms() {
    conformance::run_all(async |name: &str| open(&format!("suite_{}", name.replace('-', "_"))).await).await;
}

/// Proves C2, F5.
#[tokio::test(flavor = "multi_thread")]
async fn workers_share_one_database() {
    let workers = vec![open("crowd").await, open("crowd").await, open("crowd").await, open("crowd").await];
    jumio_conformance::no_flow_is_taken_twice(workers.clone()).await;
    jumio_conformance::copies_are_one(workers).await;
}

/// A machine whose clock is ahead sees leases as run out that are not: it would take flows over in the middle of a call.
#[tokio::test(flavor = "multi_thread")]
async fn leases_go_by_the_databases_clock() {
    let lease = Duration::from_secs(100);
    let right = open("clock").await;
    // To this worker the database's clock is two minutes behind: its own is ahead by as much.
    let behind = "CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql
                  AS $$ SELECT pg_catalog.clock_timestamp() - interval '120 seconds' $$";
    sqlx::raw_sql(behind).execute(&mut raw("clock").await).await.unwrap();
    let options = options("clock").options([("search_path", "clock,pg_catalog")]);
    let ahead = Postgres::connect_with(options, codec()).await.unwrap();
    let its_now = || Utc::now() + TimeDelta::seconds(120);

    right.insert(new_flow("a", opening()), Utc::now()).await.unwrap();
    let key = FlowKey::new("a");
    let claim = right.claim(&key, &Owner::new("right"), Utc::now(), lease).await.unwrap();
    let Claim::Taken(held, _) = claim else { panic!("{claim:?}") };
    let refused = ahead.claim(&key, &Owner::new("ahead"), its_now(), lease).await.unwrap();
    assert!(matches!(refused, Claim::Held { until } if until > its_now()), "{refused:?}");
    assert!(ahead.claim_due("test", &Owner::new("ahead"), its_now(), lease).await.unwrap().is_none());

    right.release(&held).await.unwrap();
    let claim = ahead.claim(&key, &Owner::new("ahead"), its_now(), lease).await.unwrap();
    let Claim::Taken(held, _) = claim else { panic!("{claim:?}") };
    assert!(ahead.renew(&held, its_now(), lease).await.unwrap());
    let later = Utc::now() + TimeDelta::seconds(110);
    let claim = right.claim(&key, &Owner::new("right"), later, lease).await.unwrap();
    assert!(matches!(claim, Claim::Taken(..)), "nor is what it takes held for longer: {claim:?}");
    let rate = Rate::every(Duration::from_secs(1));
    ahead.reserve("bucket", rate, its_now()).await.unwrap();
    let next = right.reserve("bucket", rate, Utc::now()).await.unwrap();
    assert!(next < Utc::now() + TimeDelta::seconds(60), "nor is a place that it takes far away: {next}");

    right.lend(&[CallbackToLend::new("theirs", "1", "{}")], Utc::now()).await.unwrap();
    let minute = Duration::from_secs(60);
    assert!(ahead.take_lent(its_now(), minute, lease, 9).await.unwrap().is_empty(), "it came just now");
    assert_eq!(right.take_lent(Utc::now(), Duration::ZERO, lease, 9).await.unwrap().len(), 1);
    assert!(ahead.take_lent(its_now(), Duration::ZERO, lease, 9).await.unwrap().is_empty(), "somebody is at it");
    let again = ahead.take_lent(its_now() + TimeDelta::seconds(101), Duration::ZERO, lease, 9).await.unwrap().remove(0);
    assert!((its_now() - again.received_at).num_seconds() < 60, "each is told by its own clock: {again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_passed_over() {
    let reader = open("unreadable").await;
    let sealer = Postgres::connect_with(options("unreadable"), support::newer_key()).await.unwrap();
    jumio_conformance::what_cannot_be_read_is_passed_over(reader.as_ref(), &sealer).await;
}

async fn batch(schema: &str, workers: usize) {
    let mut stores = Vec::new();
    for _ in 0..workers {
        stores.push(jumio_conformance::hold(open(schema)).await);
    }
    jumio_conformance::is_as_fast_as_the_limits_allow(stores).await;
}

#[tokio::test(start_paused = true)]
async fn one_worker_is_as_fast_as_the_limits_allow() {
    batch("pace_of_one", 1).await;
}

#[tokio::test(start_paused = true)]
async fn four_workers_are_as_fast_as_the_limits_allow() {
    batch("pace_of_four", 4).await;
}

#[tokio::test]
async fn opening_makes_no_tables_and_says_what_to_do() {
    raw("untouched").await;
    let error = Postgres::connect_with(options("untouched"), codec()).await.unwrap_err();
    assert!(matches!(error, StoreError::OlderSchema { found: 0, .. }), "{error}");
    assert!(error.to_string().contains("`migrate`"), "{error}");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'untouched'";
    let tables = sqlx::query_scalar::<_, i64>(tables).fetch_one(&mut raw("untouched").await).await.unwrap();
    assert_eq!(tables, 0);
}

#[tokio::test]
async fn a_flow_begins_with_the_applications_transaction_or_not_at_all() {
    let store = open("own_transaction").await;
    let mut own = raw("own_transaction").await;
    let mut transaction = own.begin().await.unwrap();
    let refused = store.start_in(&mut transaction, new_flow("a", opening()), at(0)).await.unwrap_err();
    assert!(matches!(&refused, StoreError::UnknownProfile { profile } if profile == "test"), "{refused:?}");
    transaction.rollback().await.unwrap();
    store.bind_site("test", "simulator").await.unwrap();
    let mut own = raw("own_transaction").await;
    sqlx::raw_sql("CREATE TABLE orders (name TEXT)").execute(&mut own).await.unwrap();
    for (name, commits) in [("rolled-back", false), ("kept", true)] {
        let mut transaction = own.begin().await.unwrap();
        sqlx::query("INSERT INTO orders VALUES ($1)").bind(name).execute(&mut *transaction).await.unwrap();
        let started = store.start_in(&mut transaction, new_flow(name, opening()), at(0)).await.unwrap();
        assert_eq!(started, Inserted::New);
        assert!(store.load(&FlowKey::new(name)).await.unwrap().is_none(), "not before it commits");
        if commits { transaction.commit().await.unwrap() } else { transaction.rollback().await.unwrap() }
    }
    assert!(store.load(&FlowKey::new("rolled-back")).await.unwrap().is_none());
    assert!(store.load(&FlowKey::new("kept")).await.unwrap().is_some());
    let mut transaction = own.begin().await.unwrap();
    let again = store.start_in(&mut transaction, new_flow("kept", opening()), at(1)).await.unwrap();
    assert_eq!(again, Inserted::Exists);
    transaction.commit().await.unwrap();
    let orders = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM orders").fetch_one(&mut own).await.unwrap();
    assert_eq!(orders, 1);
}

/// This version's workers on the tables of a version to come pass the whole suite.
#[tokio::test(flavor = "multi_thread")]
async fn the_version_before_works_on_with_newer_tables() {
    conformance::run_all(async |name: &str| {
        let schema = format!("next_{}", name.replace('-', "_"));
        let store = open(&schema).await;
        support::next::bring(&mut raw(&schema).await).await;
        store
    })
    .await;
}

#[tokio::test]
async fn what_version_three_took_in_is_known_and_it_goes_on() {
    let connection = raw("three").await;
    let mut three = support::three::Three { connection, bytes: |hex| format!("decode('{hex}', 'hex')") };
    let scripts = [
        include_str!("../src/sql/schema/postgres/1.sql"),
        include_str!("../src/sql/schema/postgres/2.sql"),
        include_str!("../src/sql/schema/postgres/3.sql"),
    ];
    three.begins(scripts).await;
    let error = Postgres::connect_with(options("three"), codec()).await.unwrap_err();
    assert!(matches!(error, StoreError::OlderSchema { found: 3, needed: 4 }), "{error}");
    three.goes_on_beside(open("three").await.as_ref()).await;
}

#[tokio::test]
async fn a_worker_goes_on_beside_a_newer_schema_that_only_adds() {
    let store = open("expanded").await;
    store.insert(new_flow("before", opening()), at(0)).await.unwrap();
    assert_eq!(store.list(&Filter::all()).await.unwrap().len(), 1);
    let mut own = raw("expanded").await;
    support::next::bring(&mut own).await;
    store.insert(new_flow("after", opening()), at(0)).await.unwrap();
    assert_eq!(store.list(&Filter::all()).await.unwrap().len(), 2, "while it runs");
    support::take(store.as_ref(), "after", 1).await;
    let again = Postgres::connect_with(options("expanded"), codec()).await.unwrap();
    assert_eq!(again.list(&Filter::all()).await.unwrap().len(), 2, "and when it starts anew");
    sqlx::raw_sql("UPDATE jumio_schema SET oldest_worker = 5").execute(&mut own).await.unwrap();
    for error in [
        Postgres::connect_with(options("expanded"), codec()).await.unwrap_err(),
        Postgres::migrate_with(options("expanded"), codec()).await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::NewerSchema { found: 5, known: 4 }), "{error}");
    }
}

/// A server that starts anew ends the connections that lie idle, and nobody is told before they use one.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_started_anew_fails_no_call_of_which_nothing_can_have_happened() {
    let mut own = raw("public").await;
    // A database of its own, so that its connections are known from those of other tests. It may be there already.
    let _ = sqlx::raw_sql("CREATE DATABASE started_anew").execute(&mut own).await;
    let store = Postgres::migrate_with(options("public").database("started_anew"), codec()).await.unwrap();
    store.insert(new_flow("a", opening()), at(0)).await.unwrap();
    let key = FlowKey::new("a");
    let end_all = async || {
        let (first, second, third) = tokio::join!(store.load(&key), store.load(&key), store.hints(&key));
        assert!(first.is_ok() && second.is_ok() && third.is_ok());
        let end = "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE datname = 'started_anew'";
        let ended = sqlx::query_scalar::<_, i64>(end).fetch_one(&mut raw("public").await).await.unwrap();
        assert!(ended > 0, "some lay idle");
    };
    end_all().await;
    assert!(store.load(&key).await.unwrap().is_some(), "what only reads");
    end_all().await;
    let known = store.knows_keys(&[CallbackKey::from_url("nobody's")]).await.unwrap();
    assert_eq!(known, [false]);
    end_all().await;
    store.reserve("bucket", Rate::every(Duration::from_secs(1)), at(0)).await.unwrap();
    end_all().await;
    let failed = store.claim(&key, &Owner::new("a"), at(0), support::LEASE).await;
    // What may have been done is not done again. The others are not used any more then.
    assert!(failed.is_err(), "{failed:?}");
    let claim = store.claim(&key, &Owner::new("a"), at(0), support::LEASE).await.unwrap();
    assert!(matches!(claim, Claim::Taken(..)), "{claim:?}");
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    let problem = |error: &StoreError| error.source().unwrap().downcast_ref::<DatabaseError>().unwrap().problem();
    let nobody = Postgres::connect("postgres://u:secret-canary@127.0.0.1:1/x", codec()).await.unwrap_err();
    assert_eq!(problem(&nobody), Problem::Unreachable, "{nobody}");
    let no_url = Postgres::connect("postgres//secret-canary", codec()).await.unwrap_err();
    assert_eq!(problem(&no_url), Problem::CannotOpen);
    let missing = Postgres::connect_with(options("x").database("missing_database"), codec()).await.unwrap_err();
    assert_eq!(problem(&missing), Problem::CannotOpen, "{missing}");
    for error in [nobody, no_url, missing] {
        assert!(!format!("{error:?} {error}").contains("secret-canary"), "{error:?}");
    }
    open("other_key").await;
    let refused = Postgres::connect_with(options("other_key"), Sealed::with_key(1, &[8; 32])).await.unwrap_err();
    assert!(matches!(refused, StoreError::Sealed(_)), "{refused}");
}

/// Proves F1, F2, U6.
#[test]
fn no_kill_loses_or_repeats_a_step() {
    jumio_conformance::survive_kills(
        "no_kill_loses_or_repeats_a_step",
        async |place| open(place.name()).await,
        async |place| support::next::bring(&mut raw(place.name()).await).await,
    );
}
