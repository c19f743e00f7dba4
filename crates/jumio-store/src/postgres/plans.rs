//! A test of how PostgreSQL finds what a statement asks for: by an index, where a table grows with the flows and the callbacks. It
//! looks at the very texts that the store runs while it passes the suite for stores. It needs a server: `cargo xtask test postgres`
//! starts one and runs it.

use std::collections::BTreeSet;
use std::str::FromStr as _;
use std::sync::Arc;

use jumio_flow::{PlainText, conformance};
use serde_json::Value;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, PgConnection, Row as _};

use super::Postgres;
use crate::sql::scans::judge;
use crate::sql::{Param, seen};

const URL: &str = "JUMIO_TEST_POSTGRES_URL";

/// The tables that grow. All others have a few rows, which are read faster than found.
const GROWING: [&str; 5] = ["jumio_flows", "jumio_hints", "jumio_outcomes", "jumio_audit", "jumio_lent"];

/// So much in each table that to read all of it is the worst way, and little in the indexes of what waits.
const GROWN: &str = "
INSERT INTO jumio_flows (key, profile, subject, callback_digest, callback_key, execution, phase, ended, stalled, wake_at,
    state_version, state, created_at, updated_at)
SELECT 'k' || n, 'p' || n % 4, 's' || n, sha256(int8send(n)), int8send(n), 'e' || n, 'waiting', (n > 300)::int, 0,
    CASE WHEN n <= 300 THEN n END, 1, decode(repeat('00', 300), 'hex'), n, n FROM generate_series(1, 100000) AS n;
INSERT INTO jumio_hints (callback_digest, execution, identity, identity_digest, status, received_at, used_at)
SELECT CASE WHEN n % 2 = 0 THEN sha256(int8send(n)) END, CASE WHEN n % 2 = 1 THEN 'e' || n END, 'i' || n, sha256(int8send(n)),
    'PROCESSED', n, CASE WHEN n > 300 THEN n END FROM generate_series(1, 400000) AS n;
INSERT INTO jumio_outcomes (flow, profile, sequence, happened_at, not_before, acknowledged_at)
SELECT id, profile, 1, id, id, CASE WHEN id > 300 THEN id END FROM jumio_flows;
INSERT INTO jumio_audit (key, actor, action, happened_at) SELECT key, 'somebody', 'cancel', id FROM jumio_flows;
ANALYZE";

fn options(schema: &str) -> PgConnectOptions {
    let url = std::env::var(URL)
        .unwrap_or_else(|_| panic!("{URL} is not set: `cargo xtask test postgres` starts a server and sets it"));
    PgConnectOptions::from_str(&url).unwrap().options([("search_path", schema)])
}

async fn open(schema: &str) -> Arc<Postgres> {
    let mut connection = options(schema).connect().await.unwrap();
    let make = format!("CREATE SCHEMA IF NOT EXISTS {schema}");
    sqlx::raw_sql(AssertSqlSafe(make)).execute(&mut connection).await.unwrap();
    Arc::new(Postgres::migrate_with(options(schema), PlainText::new()).await.unwrap())
}

/// What the store runs in all that the suite for stores has it do.
async fn texts() -> seen::Seen {
    seen::forget();
    conformance::run_all(async |name: &str| open(&format!("planned_{}", name.replace('-', "_"))).await).await;
    seen::planned()
}

async fn run(connection: &mut PgConnection, text: String) {
    let done = sqlx::raw_sql(AssertSqlSafe(text.clone())).execute(connection).await;
    done.unwrap_or_else(|error| panic!("{error}: {text}"));
}

/// What PostgreSQL would do for any values, and what for these: it does this for the first five and may then go over to that.
async fn plans(connection: &mut PgConnection, text: &str, values: &[Param]) -> [Value; 2] {
    let list = |texts: Vec<String>| if texts.is_empty() { String::new() } else { format!("({})", texts.join(", ")) };
    let (types, values): (Vec<_>, Vec<_>) = values.iter().map(literal).unzip();
    run(connection, format!("PREPARE looked{} AS {text}", list(types))).await;
    let explain = format!("EXPLAIN (FORMAT JSON) EXECUTE looked{}", list(values));
    let mut plans = [Value::Null, Value::Null];
    for (plan, mode) in plans.iter_mut().zip(["force_generic_plan", "force_custom_plan"]) {
        run(connection, format!("SET plan_cache_mode = {mode}")).await;
        let explained = sqlx::query(AssertSqlSafe(explain.clone())).persistent(false).fetch_one(&mut *connection).await;
        // The driver is built without its own type for JSON.
        *plan = serde_json::from_str(explained.unwrap().get_unchecked(0)).unwrap();
    }
    run(connection, "DEALLOCATE looked".to_owned()).await;
    plans
}

/// The type of a value, and the value, in PostgreSQL's words.
fn literal(value: &Param) -> (String, String) {
    let (name, text) = match value {
        Param::Int(value) => ("bigint", value.map(|value| value.to_string())),
        Param::Text(value) => ("text", value.as_ref().map(|text| text.replace('\'', "''"))),
        Param::Bytes(value) => ("bytea", value.as_ref().map(|bytes| bytes.iter().fold("\\x".to_owned(), hex))),
    };
    (name.to_owned(), text.map_or_else(|| "NULL".to_owned(), |text| format!("'{text}'")))
}

fn hex(text: String, byte: &u8) -> String {
    format!("{text}{byte:02x}")
}

/// The steps that read one of our tables, or an index of one, from its beginning to its end, or all of a profile, which is hardly
/// less. Any other condition passes, also one that a long stretch of the index meets.
fn scans(plan: &Value, found: &mut BTreeSet<String>) {
    match plan {
        Value::Array(plans) => plans.iter().for_each(|plan| scans(plan, found)),
        Value::Object(step) => {
            let text = |name: &str| step.get(name).and_then(Value::as_str).unwrap_or_default();
            let (kind, place) = (text("Node Type"), format!("{} {}", text("Relation Name"), text("Index Name")));
            let condition = text("Index Cond");
            let is_whole = condition.is_empty() || (condition.starts_with("(profile = ") && !condition.contains("AND"));
            // The rows of a bitmap are those that the steps below it have found.
            let reads = kind.contains("Scan") && kind != "Bitmap Heap Scan";
            if reads && is_whole && GROWING.iter().any(|table| place.contains(table)) {
                found.insert(format!("{kind} of {place}"));
            }
            step.values().for_each(|value| scans(value, found));
        }
        _ => {}
    }
}

#[tokio::test]
#[ignore = "needs a server: `cargo xtask test postgres` runs it with one"]
async fn no_statement_reads_a_whole_table() {
    let texts = texts().await;
    assert!(texts.len() > 50, "the suite ran hardly anything: {}", texts.len());
    drop(open("planned").await);
    let mut connection = options("planned").connect().await.unwrap();
    run(&mut connection, GROWN.to_owned()).await;
    // As some servers have it: with little memory no table of such a size is ever put into a hash.
    run(&mut connection, "SET work_mem = '256MB'".to_owned()).await;
    let mut found = Vec::new();
    for (text, kinds) in &texts {
        let mut steps = BTreeSet::new();
        for values in kinds.values() {
            for plan in plans(&mut connection, text, values).await {
                scans(&plan, &mut steps);
            }
        }
        found.extend(steps.into_iter().map(|step| (*text, step)));
    }
    judge(found);
}
