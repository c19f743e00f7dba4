//! Adding, reading and saving flows.

use chrono::{DateTime, Utc};
use jumio_flow::{Filter, FlowKey, FlowRecord, Inserted, Lease, NewFlow, StoreError, Turn};

use super::row::{SealedRecord, StateColumns, digest, seal_callback_key};
use super::{Core, time};

impl Core {
    pub(super) async fn insert_flow(&self, new: NewFlow, now: DateTime<Utc>) -> Result<Inserted, StoreError> {
        let codec = self.codec.as_ref();
        let columns = StateColumns::of(&new.key, &new.flow, codec)?;
        let callback_key = new.callback_key.as_ref().map(|key| seal_callback_key(&new.key, key, codec)).transpose()?;
        let mut session = self.begin("add a flow").await?;
        let failed = session.failed();
        let inserted = sqlx::query(
            "INSERT INTO flows (key, profile, subject, callback_digest, callback_key, execution, phase, ended, stalled,
                                wake_at, state_version, state, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13)
             ON CONFLICT (key) DO NOTHING",
        )
        .bind(new.key.as_str())
        .bind(new.profile)
        .bind(new.subject)
        .bind(new.callback_key.as_ref().map(digest))
        .bind(callback_key)
        .bind(columns.execution)
        .bind(columns.phase)
        .bind(columns.ended)
        .bind(columns.stalled)
        .bind(columns.wake_at)
        .bind(columns.state_version)
        .bind(columns.state)
        .bind(time::moment(now))
        .execute(session.connection()?)
        .await
        .map_err(failed)?;
        session.commit().await?;
        Ok(if inserted.rows_affected() == 0 { Inserted::Exists } else { Inserted::New })
    }

    pub(super) async fn load_flow(&self, key: &FlowKey) -> Result<Option<FlowRecord>, StoreError> {
        let mut session = self.connect("read a flow").await?;
        let failed = session.failed();
        let row = sqlx::query("SELECT * FROM flows WHERE key = ?").bind(key.as_str());
        let row = row.fetch_optional(session.connection()?).await.map_err(failed)?;
        session.end();
        let record = row.map(|row| SealedRecord::read(&row)).transpose().map_err(failed)?;
        record.map(|record| record.open(self.codec.as_ref())).transpose()
    }

    pub(super) async fn list_flows(&self, filter: &Filter) -> Result<Vec<FlowRecord>, StoreError> {
        let mut session = self.connect("list its flows").await?;
        let failed = session.failed();
        // Each form has an index of its own; the first is for the one that grows without end.
        let statement = if filter.unfinished {
            "SELECT * FROM flows
             WHERE ended = 0 AND (?1 IS NULL OR profile = ?1) AND (?2 IS NULL OR subject = ?2) ORDER BY id"
        } else {
            "SELECT * FROM flows WHERE (?1 IS NULL OR profile = ?1) AND (?2 IS NULL OR subject = ?2) ORDER BY id"
        };
        let rows = sqlx::query(statement).bind(filter.profile.as_deref()).bind(filter.subject.as_deref());
        let rows = rows.fetch_all(session.connection()?).await.map_err(failed)?;
        session.end();
        let open = |row| SealedRecord::read(row).map_err(failed)?.open(self.codec.as_ref());
        rows.iter().map(open).collect()
    }

    pub(super) async fn commit_turn(
        &self,
        lease: &Lease,
        turn: Turn<'_>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let columns = StateColumns::of(&lease.key, turn.flow, self.codec.as_ref())?;
        let mut session = self.begin("save a flow").await?;
        let failed = session.failed();
        let ended = columns.ended;
        let saved = sqlx::query(
            "UPDATE flows SET execution = ?1, phase = ?2, ended = ?3, stalled = ?4, wake_at = ?5, state_version = ?6,
                              state = ?7, updated_at = ?8
             WHERE key = ?9 AND owner = ?10 AND fence = ?11",
        )
        .bind(columns.execution)
        .bind(columns.phase)
        .bind(columns.ended)
        .bind(columns.stalled)
        .bind(columns.wake_at)
        .bind(columns.state_version)
        .bind(columns.state)
        .bind(time::moment(now))
        .bind(lease.key.as_str())
        .bind(lease.owner.as_str())
        .bind(lease.fence)
        .execute(session.connection()?)
        .await
        .map_err(failed)?;
        let is_held = saved.rows_affected() == 1;
        if is_held {
            session.use_hints(turn.used, now).await?;
            if ended {
                session.use_all_hints_of(&lease.key, now).await?;
            }
        }
        session.commit().await?;
        Ok(is_held)
    }
}
