//! The tables of a version to come, as a migration that only adds would leave them: today's workers must get on with them, as
//! those of the version before.

use sqlx::{ColumnIndex, Connection, Database, Decode, Executor, IntoArguments, Type};

/// Columns with and without a default, one with a rule of its own, a table that refers to ours, an index.
const EXPAND: [&str; 9] = [
    "ALTER TABLE jumio_flows ADD COLUMN next_note TEXT",
    "ALTER TABLE jumio_flows ADD COLUMN next_count INTEGER NOT NULL DEFAULT 7 CHECK (next_count > 0)",
    "ALTER TABLE jumio_hints ADD COLUMN next_note TEXT",
    "ALTER TABLE jumio_outcomes ADD COLUMN next_count INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE jumio_audit ADD COLUMN next_note TEXT",
    "ALTER TABLE jumio_buckets ADD COLUMN next_note TEXT",
    "CREATE TABLE jumio_next (flow BIGINT NOT NULL REFERENCES jumio_flows (id), note TEXT)",
    "CREATE INDEX jumio_flows_next ON jumio_flows (next_count, updated_at)",
    "UPDATE jumio_schema SET version = 5, oldest_worker = 4",
];

/// Brings the tables there, unless they are there already. One statement after the other, so that workers who are in the
/// middle of something are waited for and never waited with.
pub(crate) async fn bring<C>(connection: &mut C)
where
    C: Connection,
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
    for<'r> i64: Decode<'r, C::Database> + Type<C::Database>,
    usize: ColumnIndex<<C::Database as Database>::Row>,
    <C::Database as Database>::Arguments: IntoArguments<C::Database>,
{
    let version = sqlx::query_scalar::<C::Database, i64>("SELECT version FROM jumio_schema");
    if version.fetch_one(&mut *connection).await.unwrap() == 5 {
        return;
    }
    for statement in EXPAND {
        sqlx::raw_sql(statement).execute(&mut *connection).await.unwrap();
    }
}
