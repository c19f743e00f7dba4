//! Taking hints in: a group of them with one statement, which is one commit.

use std::collections::HashSet;
#[cfg(feature = "sqlite")]
use std::sync::LazyLock;
use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};
use jumio_flow::{Delivered, HintId, StoreError};
use sqlx::error::ErrorKind;

use super::backend::{ListStatement, Row};
use super::hint_group::{Added, HintGroup};
use super::hint_name::HintName;
#[cfg(feature = "sqlite")]
use super::rows::Texts;
use super::session::{Core, Session};

/// How many hints come, at least, between two looks whether too many wait that no flow has bound: a look counts them.
const LOOK_AFTER: i64 = 256;
/// The same where all of them are to keys: a receiver lets in none that no flow has.
const LOOK_AT_KNOWN_AFTER: i64 = 65_536;

/// Of the flows with an address, whether a hint with this status is of no use to any.
macro_rules! over {
    ($status:literal) => {
        concat!(
            "SELECT min(CASE WHEN flows.phase = 'decided' AND ",
            $status,
            " = 'PROCESSED' THEN 0 ELSE flows.ended END) FROM jumio_flows AS flows WHERE"
        )
    };
}

/// A list of hints to add, each with whether it is of no use: 1 where all flows with its address, which may be several, are over and none
/// of them heeds it (`heeds_when_over`), `NULL` where there is none.
macro_rules! new {
    ($digest:literal, $execution:literal, $status:literal, $others:literal) => {
        concat!(
            "WITH new AS MATERIALIZED (
                 SELECT ",
            $digest,
            " AS digest, ",
            $execution,
            " AS execution, ",
            $status,
            " AS status, ",
            $others,
            ", CASE WHEN ",
            $digest,
            " IS NULL THEN (",
            over!($status),
            " flows.execution = ",
            $execution,
            ") ELSE (",
            over!($status),
            " flows.callback_digest = ",
            $digest,
            ") END AS is_over FROM "
        )
    };
}

/// Adds them; this as the identity.
macro_rules! add {
    ($identity:literal) => {
        concat!(
            ") INSERT INTO jumio_hints (callback_digest, execution, identity, status, attempt, named_account,
                                        named_execution, received_at, identity_digest, used_at)
             SELECT digest, execution, ",
            $identity,
            ", status, attempt, named_account, named_execution, received_at, identity_digest,
                    CASE is_over WHEN 1 THEN received_at END
             FROM new WHERE true "
        )
    };
}

/// Those that are there already are left out, and those that are not are told.
macro_rules! and_tell {
    () => {
        " ON CONFLICT DO NOTHING RETURNING id, callback_digest, execution, identity, identity_digest"
    };
}

#[cfg(feature = "sqlite")]
const SQLITE: [&str; 2] = [
    concat!(
        new!(
            "column1",
            "column2",
            "column4",
            "column3 AS identity, column5 AS attempt, column6 AS named_account,
             column7 AS named_execution, column8 AS received_at, column9 AS identity_digest"
        ),
        "(VALUES "
    ),
    "(?, ?, ?, ?, ?, ?, ?, ?, ?)",
];

/// Adds all of a list, or none where one is there already or has a key that is no flow's: that one has no identity, and a hint needs
/// one.
#[cfg(feature = "sqlite")]
static ADD_ALL: LazyLock<Texts> = LazyLock::new(|| {
    let [before, row] = SQLITE;
    let known = add!("CASE WHEN digest IS NULL OR is_over IS NOT NULL THEN identity END");
    Texts::new(before, row, &format!(") WHERE column3 IS NOT NULL{known}"))
});

/// Adds those that are not there yet, and tells which.
#[cfg(feature = "sqlite")]
static ADD_NEW: LazyLock<Texts> = LazyLock::new(|| {
    let [before, row] = SQLITE;
    Texts::new(before, row, concat!(") WHERE column3 IS NOT NULL", add!("identity"), and_tell!()))
});

#[cfg(feature = "postgres")]
const POSTGRES: &str = concat!(
    new!(
        "decode(value ->> 0, 'hex')",
        "value ->> 1",
        "value ->> 3",
        "value ->> 2 AS identity, (value ->> 4)::bigint AS attempt, value ->> 5 AS named_account,
         value ->> 6 AS named_execution, (value ->> 7)::bigint AS received_at,
         decode(value ->> 8, 'hex') AS identity_digest"
    ),
    "json_array_elements($1::json) WITH ORDINALITY AS list (value, place) ORDER BY place",
    add!("identity"),
    and_tell!()
);

impl Core {
    /// Takes a group of hints in; what became of each, in their order. Of a hint to a key that is no flow's, `None` is said.
    pub(crate) async fn deliver_known_hints(
        &self,
        mut group: HintGroup,
        now: DateTime<Utc>,
    ) -> Result<Vec<Option<Delivered>>, StoreError> {
        // Nearly always each has a key that is known and was not there before: then one statement does it.
        if self.database.is_sqlite()
            && let Some(newest) = self.add_all_hints(&group, now).await?
        {
            let added = Added { is_new: vec![true; group.new.len()], newest: Some(newest) };
            self.drop_what_is_too_much(&group, added.newest).await?;
            return Ok(group.answers(&added));
        }
        let digests: Vec<_> = group.digests().copied().collect();
        let mut known = if digests.is_empty() { vec![] } else { self.knows_callback_keys(digests).await? }.into_iter();
        for hint in group.new.iter_mut().filter(|hint| hint.name.digest().is_some()) {
            hint.is_stranger = known.next() != Some(true);
        }
        self.deliver_hints(group, now).await
    }

    /// The number of the newest one; `None` where none was added, since not all can be.
    async fn add_all_hints(&self, group: &HintGroup, now: DateTime<Utc>) -> Result<Option<HintId>, StoreError> {
        let statement = ListStatement {
            #[cfg(feature = "sqlite")]
            sqlite: &ADD_ALL,
            #[cfg(feature = "postgres")]
            postgres: POSTGRES,
            rows: group.rows(now),
        };
        let mut session = self.open("take in a hint", false).await?;
        match session.connection()?.add(statement).await {
            Ok(newest) => {
                session.close_after_hints(group.new.len()).await?;
                Ok(newest)
            }
            Err(sqlx::Error::Database(error))
                if error.is_unique_violation() || matches!(error.kind(), ErrorKind::NotNullViolation) =>
            {
                session.close().await?;
                Ok(None)
            }
            Err(error) => Err(session.failed()(error)),
        }
    }

    /// The same where it is not asked whose the keys are.
    pub(crate) async fn deliver_hints(
        &self,
        group: HintGroup,
        now: DateTime<Utc>,
    ) -> Result<Vec<Option<Delivered>>, StoreError> {
        if group.new.iter().all(|hint| hint.is_stranger) {
            return Ok(group.answers(&Added { is_new: Vec::new(), newest: None }));
        }
        let mut session = self.open("take in a hint", false).await?;
        let added = session.add_new_hints(&group, now).await?;
        session.close_after_hints(group.new.len()).await?;
        self.drop_what_is_too_much(&group, added.newest).await?;
        Ok(group.answers(&added))
    }

    /// Drops hints that are too many. It is looked now and then. What came is in by then, so no failure is that of the group,
    /// unless it is the store's last one.
    async fn drop_what_is_too_much(&self, group: &HintGroup, newest: Option<HintId>) -> Result<(), StoreError> {
        for done in [self.bound_keys_of(group).await, self.bound_unbound(group, newest).await] {
            match done {
                Err(error) if error.is_final() => return Err(error),
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "too many hints could not be dropped");
                }
                Ok(()) => {}
            }
        }
        Ok(())
    }

    /// Those to one key.
    async fn bound_keys_of(&self, group: &HintGroup) -> Result<(), StoreError> {
        let crowded = self.tallies.count(group.digests());
        if crowded.is_empty() {
            return Ok(());
        }
        let mut session = self.open("drop hints of one key", false).await?;
        session.bound_keys(&crowded).await?;
        session.close().await
    }

    /// Those that no flow has bound.
    async fn bound_unbound(&self, group: &HintGroup, newest: Option<HintId>) -> Result<(), StoreError> {
        let Some(newest) = newest else { return Ok(()) };
        let next_look = self.next_look.load(Ordering::Relaxed);
        let is_to_keys = group.new.iter().all(|hint| hint.name.digest().is_some());
        if newest < next_look.saturating_add(if is_to_keys { LOOK_AT_KNOWN_AFTER } else { 0 }) {
            return Ok(());
        }
        // One of several groups looks.
        let soon = newest.saturating_add(LOOK_AFTER);
        if self.next_look.compare_exchange(next_look, soon, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return Ok(());
        }
        let mut session = self.begin("drop hints that no flow has bound").await?;
        let room = session.bound_inbox().await?;
        session.commit().await?;
        self.next_look.store(newest.saturating_add(room.max(LOOK_AFTER)), Ordering::Relaxed);
        Ok(())
    }
}

impl Session<'_> {
    /// Adds those that are new, and says which.
    async fn add_new_hints(&mut self, group: &HintGroup, now: DateTime<Utc>) -> Result<Added, StoreError> {
        let statement = ListStatement {
            #[cfg(feature = "sqlite")]
            sqlite: &ADD_NEW,
            #[cfg(feature = "postgres")]
            postgres: POSTGRES,
            rows: group.rows(now),
        };
        let rows = self.rows_for(statement).await;
        let read = |row: &Row| Ok::<(HintName, HintId), sqlx::Error>((HintName::read(row)?, row.get("id")?));
        let rows = rows.and_then(|rows| rows.iter().map(read).collect::<Result<Vec<_>, _>>()).map_err(self.failed())?;
        let newest = rows.iter().map(|(_, id)| *id).max();
        let names: HashSet<_> = rows.into_iter().map(|(name, _)| name).collect();
        Ok(Added { is_new: group.new.iter().map(|hint| names.contains(&hint.name)).collect(), newest })
    }
}
