//! Tests of how SQLite finds what a statement asks for: by an index, where a table grows with the flows and the callbacks. They look
//! at the very texts that the store runs while it passes the suite for stores.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use jumio_flow::{PlainText, conformance};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _, SqliteConnection};

use super::Sqlite;
use crate::sql::scans::judge;
use crate::sql::seen;

/// Each text with its plan.
type Plans = BTreeMap<&'static str, Vec<String>>;

async fn open(folder: &Path, name: &str) -> Arc<Sqlite> {
    Arc::new(Sqlite::open(folder.join(name).join("flows.db"), PlainText::new()).await.unwrap())
}

/// What the store runs in all that the suite for stores has it do.
async fn texts(folder: &Path) -> BTreeSet<&'static str> {
    seen::forget();
    conformance::run_all(async |name: &str| open(folder, name).await).await;
    seen::planned().into_keys().collect()
}

async fn plans(file: &mut SqliteConnection, texts: &BTreeSet<&'static str>) -> Plans {
    let mut plans = Plans::new();
    for text in texts {
        // Not kept: a plan that was kept would outlive an index.
        let explain = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"))).persistent(false);
        let rows = explain.fetch_all(&mut *file).await.unwrap_or_else(|error| panic!("{error}: {text}"));
        plans.insert(text, rows.iter().map(|row| row.get("detail")).collect());
    }
    plans
}

/// The steps that read one of our tables from its beginning to its end, or all of a profile, which is hardly less.
fn scans<'a>(text: &str, plan: &'a [String]) -> Vec<&'a str> {
    let words: Vec<_> = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
    let is_ours = |name: &str| {
        let is_alias = |three: &[&str]| three[0].starts_with("jumio_") && three[1] == "AS" && three[2] == name;
        name.starts_with("jumio_") || words.windows(3).any(is_alias)
    };
    let scanned = |step: &&str| {
        let words: Vec<_> = step.split(' ').collect();
        // An automatic index is made from the whole table each time.
        let is_whole = words[0] == "SCAN" || words.contains(&"AUTOMATIC") || words.last() == Some(&"(profile=?)");
        is_whole && words.get(1).copied().is_some_and(is_ours)
    };
    plan.iter().map(String::as_str).filter(scanned).collect()
}

#[tokio::test]
async fn no_statement_reads_a_whole_table_and_no_index_is_there_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let texts = texts(folder.path()).await;
    assert!(texts.len() > 50, "the suite ran hardly anything: {}", texts.len());
    drop(open(folder.path(), "empty").await);
    let path = folder.path().join("empty").join("flows.db");
    let mut file = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    let found = plans(&mut file, &texts).await;

    let steps = |(text, plan): (&&'static str, &Vec<String>)| {
        scans(text, plan).into_iter().map(|step| (*text, step.to_owned())).collect::<Vec<_>>()
    };
    judge(found.iter().flat_map(steps));

    // The unique ones keep a rule, whether they lead anywhere or not.
    let indexes: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE 'CREATE INDEX%'")
            .fetch_all(&mut file)
            .await
            .unwrap();
    assert!(indexes.len() > 3, "{indexes:?}");
    for index in indexes {
        let drop = format!("BEGIN; DROP INDEX {index}");
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut file).await.unwrap();
        let without = plans(&mut file, &texts).await;
        sqlx::raw_sql("ROLLBACK").execute(&mut file).await.unwrap();
        assert!(without != found, "nothing that the store asks is found by {index}");
    }
}
