//! Hints: held until a flow with their address uses them up, and known afterwards, so that each counts once.

use chrono::{DateTime, Utc};
use jumio_flow::{
    CallbackKey, Delivered, FlowKey, Hint, HintAddress, HintId, MOST_UNBOUND_HINTS, StoreError, StoredHint,
};
use jumio_model::WorkflowStatus;
use sqlx::Row as _;

use super::row::digest;
use super::{Core, Session, time};

impl Core {
    pub(super) async fn hints_of(&self, key: &FlowKey) -> Result<Vec<StoredHint>, StoreError> {
        let mut session = self.connect("read the hints of a flow").await?;
        let failed = session.failed();
        let rows = sqlx::query(
            "SELECT hints.id, hints.status, hints.received_at FROM flows JOIN hints ON hints.execution = flows.execution
             WHERE flows.key = ?1 AND hints.used_at IS NULL
             UNION ALL
             SELECT hints.id, hints.status, hints.received_at
             FROM flows JOIN hints ON hints.callback_digest = flows.callback_digest
             WHERE flows.key = ?1 AND hints.used_at IS NULL
             ORDER BY 1",
        )
        .bind(key.as_str())
        .fetch_all(session.connection()?)
        .await
        .map_err(failed)?;
        session.end();
        let hint = |row: &sqlx::sqlite::SqliteRow| {
            let status = row.try_get::<Option<String>, _>(1)?;
            let status = status.map(|status| WorkflowStatus::from(status.as_str()));
            Ok(StoredHint::new(row.try_get(0)?, status, time::read(row.try_get(2)?)))
        };
        rows.iter().map(hint).collect::<Result<_, _>>().map_err(failed)
    }

    pub(super) async fn knows_callback_key(&self, key: &CallbackKey) -> Result<bool, StoreError> {
        let mut session = self.connect("look for a callback key").await?;
        let failed = session.failed();
        let known = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM flows WHERE callback_digest = ?)");
        let known = known.bind(digest(key)).fetch_one(session.connection()?).await.map_err(failed)?;
        session.end();
        Ok(known)
    }

    pub(super) async fn deliver_hint(&self, hint: &Hint, now: DateTime<Utc>) -> Result<Delivered, StoreError> {
        let mut session = self.begin("take in a hint").await?;
        let failed = session.failed();
        let (callback_digest, execution) = match &hint.address {
            HintAddress::Key(key) => (Some(digest(key)), None),
            HintAddress::Execution(id) => (None, Some(id.as_str())),
            // An address of a kind that came after this code: refused, never guessed.
            _ => return Err(StoreError::unavailable("take in a hint", "its address is of an unknown kind")),
        };
        // Several flows may share an address; the hint is of no use only where all of them ended.
        let inserted = sqlx::query(
            "INSERT INTO hints (callback_digest, execution, identity, status, received_at, used_at)
             SELECT ?1, ?2, ?3, ?4, ?5,
                    CASE (SELECT min(ended) FROM flows WHERE callback_digest = ?1 OR execution = ?2)
                        WHEN 1 THEN ?5 END
             WHERE true
             ON CONFLICT DO NOTHING",
        )
        .bind(callback_digest)
        .bind(execution)
        .bind(hint.identity.as_str())
        .bind(hint.status.as_ref().map(WorkflowStatus::as_str))
        .bind(time::moment(now))
        .execute(session.connection()?)
        .await
        .map_err(failed)?;
        let is_new = inserted.rows_affected() == 1;
        if is_new {
            session.bound_inbox().await?;
        }
        session.commit().await?;
        Ok(if is_new { Delivered::New } else { Delivered::Duplicate })
    }
}

impl Session<'_> {
    pub(super) async fn use_hints(&mut self, used: &[HintId], now: DateTime<Utc>) -> Result<(), StoreError> {
        let failed = self.failed();
        for id in used {
            let update = sqlx::query("UPDATE hints SET used_at = ? WHERE id = ? AND used_at IS NULL");
            let update = update.bind(time::moment(now)).bind(*id);
            update.execute(self.connection()?).await.map_err(failed)?;
        }
        Ok(())
    }

    /// What still waits for a flow that ended waits no more.
    pub(super) async fn use_all_hints_of(&mut self, key: &FlowKey, now: DateTime<Utc>) -> Result<(), StoreError> {
        let failed = self.failed();
        let update = sqlx::query(
            "UPDATE hints SET used_at = ?1
             WHERE used_at IS NULL AND id IN (
                 SELECT hints.id FROM flows JOIN hints ON hints.execution = flows.execution WHERE flows.key = ?2
                 UNION ALL
                 SELECT hints.id FROM flows JOIN hints ON hints.callback_digest = flows.callback_digest
                 WHERE flows.key = ?2
             )",
        );
        let update = update.bind(time::moment(now)).bind(key.as_str());
        update.execute(self.connection()?).await.map(|_| ()).map_err(failed)
    }

    /// Drops the oldest hints that no flow has bound, if there are too many of them.
    async fn bound_inbox(&mut self) -> Result<(), StoreError> {
        let failed = self.failed();
        let most = i64::try_from(MOST_UNBOUND_HINTS).unwrap_or(i64::MAX);
        let waiting = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM hints WHERE used_at IS NULL");
        if waiting.fetch_one(self.connection()?).await.map_err(failed)? <= most {
            return Ok(());
        }
        let delete = sqlx::query(
            "DELETE FROM hints WHERE id IN (
                 SELECT id FROM hints
                 WHERE used_at IS NULL
                   AND NOT EXISTS (SELECT 1 FROM flows WHERE flows.execution = hints.execution)
                   AND NOT EXISTS (SELECT 1 FROM flows WHERE flows.callback_digest = hints.callback_digest)
                 ORDER BY id DESC LIMIT -1 OFFSET ?
             )",
        );
        delete.bind(most).execute(self.connection()?).await.map(|_| ()).map_err(failed)
    }
}
