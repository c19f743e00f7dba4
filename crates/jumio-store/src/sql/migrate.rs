//! The schema: which version a database has, who may use it, and bringing it to this version's.
//!
//! A version only adds (it expands), or exchanges an index, which no statement names, so that workers of the version before it go on
//! beside it. A later one may take away what nobody uses any more (it contracts), and then names the oldest version that may still
//! open the database.

use jumio_flow::{CodecError, FlowKey, StoreError};

use super::backend::sql;
#[cfg(feature = "sqlite")]
use super::hint_name::shorten_identities;
use super::session::Session;

/// Each brings the schema from the version that is its place, from 0, to the next: for SQLite, and for PostgreSQL.
const MIGRATIONS: &[(&str, &str)] = &[
    (include_str!("schema/sqlite/1.sql"), include_str!("schema/postgres/1.sql")),
    (include_str!("schema/sqlite/2.sql"), include_str!("schema/postgres/2.sql")),
    (include_str!("schema/sqlite/3.sql"), include_str!("schema/postgres/3.sql")),
    (include_str!("schema/sqlite/4.sql"), include_str!("schema/postgres/4.sql")),
];
/// The version that knows copies of callbacks by short identities.
#[cfg(feature = "sqlite")]
const SHORT_IDENTITIES: i64 = 4;
/// The oldest version whose workers keep all rules on this version's schema. Version 1 knows no outcome feed, and version 2
/// opens no packed state. Version 3 knows no copies of callbacks on it, and a copy costs a look more.
const OLDEST_WORKER: i64 = 3;
/// The oldest version whose running workers may still save what they hold, and give it back, on this version's schema: the
/// statements for it find their columns, and what they write is right. It stands among the marks, under this name, since every
/// version from the third on has those.
const OLDEST_TO_FINISH: i64 = 3;
pub(super) const OLDEST_FINISHER: &str = "schema/oldest-to-finish";
const KNOWN_TEXT: &[u8] = b"jumio-store";

/// The version of the schema that this code needs.
pub(crate) fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Refuses a schema that this version cannot work with. `found` is 0 where there is none.
pub(crate) async fn check(session: &mut Session<'_>, has_tables: bool) -> Result<(), StoreError> {
    let (found, oldest_worker) = if has_tables { version(session).await? } else { (0, 0) };
    match (found, oldest_worker) {
        (found, _) if found < known() => Err(StoreError::OlderSchema { found, needed: known() }),
        (found, oldest) if found > known() && oldest > known() => {
            Err(StoreError::NewerSchema { found, known: known() })
        }
        _ => check_key(session).await,
    }
}

/// Brings the schema to this version's; inside a transaction.
pub(crate) async fn migrate(session: &mut Session<'_>, has_tables: bool) -> Result<(), StoreError> {
    let (found, oldest_worker) = if has_tables { version(session).await? } else { (0, 0) };
    if found > known() && oldest_worker > known() {
        return Err(StoreError::NewerSchema { found, known: known() });
    }
    for (number, (sqlite, postgres)) in (1..).zip(MIGRATIONS.iter().copied()).filter(|(number, _)| *number > found) {
        session.script(sqlite, postgres).await?;
        #[cfg(feature = "sqlite")]
        if number == SHORT_IDENTITIES && session.core().database.is_sqlite() {
            shorten_identities(session).await?;
        }
        let update = sql("UPDATE jumio_schema SET version = $1, oldest_worker = $2 WHERE id = 1");
        session.execute(update.bind(number).bind(number.min(OLDEST_WORKER))).await?;
    }
    if found < known() {
        let mark = sql("INSERT INTO jumio_marks (job, reached) VALUES ($1, $2)
             ON CONFLICT (job) DO UPDATE SET reached = excluded.reached");
        session.execute(mark.bind(OLDEST_FINISHER).bind(OLDEST_TO_FINISH)).await?;
    }
    check_key(session).await
}

async fn version(session: &mut Session<'_>) -> Result<(i64, i64), StoreError> {
    let row = session.row(sql("SELECT version, oldest_worker FROM jumio_schema WHERE id = 1")).await?;
    let Some(row) = row else { return Ok((0, 0)) };
    let read = || Ok((row.get("version")?, row.get("oldest_worker")?));
    read().map_err(session.failed())
}

/// Refuses a codec that is not the one with which this database was begun, before anything is sealed with it.
async fn check_key(session: &mut Session<'_>) -> Result<(), StoreError> {
    match session.row(sql("SELECT sealed FROM jumio_key_check WHERE id = 1")).await? {
        Some(row) => {
            let sealed: Vec<u8> = row.get("sealed").map_err(session.failed())?;
            let opened = session.codec().open(&check_name(), &sealed)?;
            if opened == KNOWN_TEXT { Ok(()) } else { Err(CodecError::Open.into()) }
        }
        None => set_key_check(session).await,
    }
}

/// Seals the known text with the current key.
pub(crate) async fn set_key_check(session: &mut Session<'_>) -> Result<(), StoreError> {
    let sealed = session.codec().seal(&check_name(), KNOWN_TEXT)?;
    let insert = sql("INSERT INTO jumio_key_check (id, sealed) VALUES (1, $1)
         ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed");
    session.execute(insert.bind(sealed)).await.map(drop)
}

/// No flow can have this name: no database takes a NUL into a text.
fn check_name() -> FlowKey {
    FlowKey::new("\0key-check")
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::MIGRATIONS;

    /// A database that has a version is not migrated to it again: what a version needs beyond this is another version.
    #[test]
    fn a_migration_that_is_out_never_changes() {
        let digest = |script: &str| -> String {
            Sha256::digest(script).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
        };
        let found: Vec<_> = MIGRATIONS.iter().map(|(sqlite, postgres)| (digest(sqlite), digest(postgres))).collect();
        let known = [
            ("334337c3da22d059", "64d6bd8122ab1e01"),
            ("03a1461869546b26", "a575699fae01bf9a"),
            ("ffcaaf1ebd55bb95", "89a678743becf712"),
            ("018c98d99bb52d63", "7eb36f92f201b5b3"),
        ];
        let known: Vec<_> = known.map(|(sqlite, postgres)| (sqlite.to_owned(), postgres.to_owned())).into();
        assert_eq!(found, known, "begin a new file, and add its digests here once it is out");
    }
}
