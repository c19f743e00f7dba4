//! Hints: held until a flow with their address uses them up, and known afterwards, so that each counts once.

use std::collections::HashSet;
#[cfg(feature = "sqlite")]
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use jumio_flow::machine::Told;
use jumio_flow::{CallbackKey, FlowKey, HintId, MOST_UNBOUND_HINTS, StoreError, StoredHint, UnboundHint};
use jumio_model::{AccountId, WorkflowExecutionId, WorkflowStatus};

use super::backend::{ListStatement, Param, Row, sql};
use super::hint_name::to_key;
use super::row::{CallbackDigest, digest};
#[cfg(feature = "sqlite")]
use super::rows::Texts;
use super::rows::{MOST_ROWS, Rows};
use super::session::{Core, Session};
use super::time;

/// That no flow has the address of this hint.
macro_rules! unbound {
    () => {
        "NOT EXISTS (SELECT 1 FROM jumio_flows WHERE jumio_flows.execution = jumio_hints.execution)
         AND NOT EXISTS (SELECT 1 FROM jumio_flows WHERE jumio_flows.callback_digest = jumio_hints.callback_digest)"
    };
}
pub(super) use unbound;

fn status_of(row: &Row) -> Result<Option<WorkflowStatus>, sqlx::Error> {
    Ok(row.get::<Option<String>>("status")?.map(|status| WorkflowStatus::from(status.as_str())))
}

fn told_of(row: &Row) -> Result<Told, sqlx::Error> {
    let attempt = row.get::<Option<i64>>("attempt")?.and_then(|attempt| u32::try_from(attempt).ok());
    let account = row.get::<Option<String>>("named_account")?.map(|id| AccountId::from(id.as_str()));
    let execution = row.get::<Option<String>>("named_execution")?.map(|id| WorkflowExecutionId::from(id.as_str()));
    let told = Told::new(status_of(row)?).about(account, execution);
    Ok(attempt.map_or_else(|| told.clone(), |attempt| told.clone().by_attempt(attempt)))
}

/// Which of a list of digests no flow has.
#[cfg(feature = "sqlite")]
static STRANGERS: LazyLock<Texts> = LazyLock::new(|| {
    let after = ") WHERE column1 IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM jumio_flows WHERE jumio_flows.callback_digest = column1)";
    Texts::new("SELECT column1 AS digest FROM (VALUES ", "(?)", after)
});

impl Core {
    pub(crate) async fn hints_of(&self, key: &FlowKey) -> Result<Vec<StoredHint>, StoreError> {
        let mut session = self.connect("read the hints of a flow").await?;
        let statement = sql(concat!(
            "SELECT hints.id AS id, hints.status AS status, hints.attempt AS attempt,
                    hints.named_account AS named_account, hints.named_execution AS named_execution,
                    hints.received_at AS received_at
             FROM jumio_flows AS flows JOIN jumio_hints AS hints ON hints.execution = flows.execution
             WHERE flows.key = $1 AND hints.used_at IS NULL
             UNION ALL
             SELECT hints.id AS id, hints.status AS status, hints.attempt AS attempt,
                    hints.named_account AS named_account, hints.named_execution AS named_execution,
                    hints.received_at AS received_at
             FROM jumio_flows AS flows JOIN jumio_hints AS hints ON ",
            to_key!("hints", "flows.callback_digest"),
            "
             WHERE flows.key = $1 AND hints.used_at IS NULL
             ORDER BY id"
        ));
        let rows = session.rows(statement.bind(key.as_str())).await?;
        let hint = |row: &Row| Ok(StoredHint::new(row.get("id")?, told_of(row)?, time::read(row.get("received_at")?)));
        let hints = rows.iter().map(hint).collect::<Result<_, _>>().map_err(session.failed())?;
        session.end();
        Ok(hints)
    }

    pub(crate) async fn knows_callback_key(&self, key: &CallbackKey) -> Result<bool, StoreError> {
        Ok(self.knows_callback_keys(vec![digest(key)]).await?.contains(&true))
    }

    /// Which of these keys some flow has, by their digests. They wait for nobody who writes.
    pub(crate) async fn knows_callback_keys(&self, digests: Vec<CallbackDigest>) -> Result<Vec<bool>, StoreError> {
        let mut session = self.look_up("look for callback keys").await?;
        let mut known = Vec::with_capacity(digests.len());
        for digests in digests.chunks(MOST_ROWS) {
            let statement = ListStatement {
                #[cfg(feature = "sqlite")]
                sqlite: &STRANGERS,
                #[cfg(feature = "postgres")]
                postgres: "SELECT digest FROM (
                               SELECT decode(value ->> 0, 'hex') AS digest FROM json_array_elements($1::json)
                           ) AS asked
                           WHERE NOT EXISTS (SELECT 1 FROM jumio_flows WHERE jumio_flows.callback_digest = digest)",
                rows: Rows::new(digests.iter().map(|digest| [Param::from(*digest)])),
            };
            let strangers = session.rows_for(statement).await.and_then(|rows| {
                rows.iter().map(|row| row.get::<Vec<u8>>("digest")).collect::<Result<HashSet<_>, _>>()
            });
            let strangers = strangers.map_err(session.failed())?;
            known.extend(digests.iter().map(|digest| !strangers.contains(digest.as_slice())));
        }
        session.end();
        Ok(known)
    }

    pub(crate) async fn list_unbound_hints(
        &self,
        before: DateTime<Utc>,
        most: usize,
    ) -> Result<Vec<UnboundHint>, StoreError> {
        let mut session = self.connect("look for hints that no flow has bound").await?;
        let statement = sql(concat!(
            "SELECT id, execution, status, received_at FROM jumio_hints
             WHERE used_at IS NULL AND received_at < $1 AND ",
            unbound!(),
            " ORDER BY id LIMIT $2"
        ));
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = session.rows(statement.bind(time::moment(before)).bind(most)).await?;
        let hint = |row: &Row| {
            let received_at = time::read(row.get("received_at")?);
            Ok(UnboundHint::new(row.get("id")?, row.get("execution")?, status_of(row)?, received_at))
        };
        let hints = rows.iter().map(hint).collect::<Result<_, _>>().map_err(session.failed())?;
        session.end();
        Ok(hints)
    }

    pub(crate) async fn drop_unbound_hints(&self, ids: &[HintId]) -> Result<(), StoreError> {
        let mut session = self.begin("drop hints that no flow has bound").await?;
        for id in ids {
            let delete = sql(concat!("DELETE FROM jumio_hints WHERE id = $1 AND used_at IS NULL AND ", unbound!()));
            session.execute(delete.bind(*id)).await?;
        }
        session.commit().await
    }
}

impl Session<'_> {
    pub(super) async fn use_hints(&mut self, used: &[HintId], now: DateTime<Utc>) -> Result<(), StoreError> {
        for id in used {
            let update = sql("UPDATE jumio_hints SET used_at = $1 WHERE id = $2 AND used_at IS NULL");
            self.execute(update.bind(time::moment(now)).bind(*id)).await?;
        }
        Ok(())
    }

    /// What still waits for a flow that is over waits no more, but for what it heeds all the same.
    pub(super) async fn use_all_hints_of(
        &mut self,
        (key, phase): (&FlowKey, &str),
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let update = sql(concat!(
            "UPDATE jumio_hints SET used_at = $1
             WHERE used_at IS NULL AND NOT (status IS NOT NULL AND status = 'PROCESSED' AND $3 = 'decided') AND id IN (
                 SELECT hints.id FROM jumio_flows AS flows
                 JOIN jumio_hints AS hints ON hints.execution = flows.execution WHERE flows.key = $2
                 UNION ALL
                 SELECT hints.id FROM jumio_flows AS flows
                 JOIN jumio_hints AS hints ON ",
            to_key!("hints", "flows.callback_digest"),
            " WHERE flows.key = $2
             )"
        ));
        self.execute(update.bind(time::moment(now)).bind(key.as_str()).bind(phase)).await.map(drop)
    }

    /// Drops the oldest hints that no flow has bound, if there are too many of them; how many more there may be. Those that
    /// wait for a flow are counted with them only while both together are few.
    pub(super) async fn bound_inbox(&mut self) -> Result<i64, StoreError> {
        let most = i64::try_from(MOST_UNBOUND_HINTS).unwrap_or(i64::MAX);
        // Counts no further than it must.
        let waiting = sql("SELECT count(*) AS waiting FROM (
                 SELECT 1 FROM jumio_hints WHERE used_at IS NULL LIMIT $1
             ) AS counted");
        let row = self.row(waiting.bind(most.saturating_add(1))).await?;
        let waiting: i64 = row.map_or(Ok(0), |row| row.get("waiting")).map_err(self.failed())?;
        if waiting <= most {
            return Ok(most.saturating_sub(waiting));
        }
        let delete = sql(concat!(
            "DELETE FROM jumio_hints WHERE id IN (
                 SELECT id FROM jumio_hints WHERE used_at IS NULL AND ",
            unbound!(),
            " ORDER BY id DESC LIMIT 9223372036854775807 OFFSET $1
             )"
        ));
        if self.execute(delete.bind(most)).await? > 0 {
            return Ok(0);
        }
        let unbound =
            sql(concat!("SELECT count(*) AS waiting FROM jumio_hints WHERE used_at IS NULL AND ", unbound!()));
        let row = self.row(unbound).await?;
        let unbound: i64 = row.map_or(Ok(0), |row| row.get("waiting")).map_err(self.failed())?;
        Ok(most.saturating_sub(unbound))
    }
}
