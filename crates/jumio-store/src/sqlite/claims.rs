//! Leases: who may move a flow, until when, and the fence that keeps out whoever held it before.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jumio_flow::machine::VERSION;
use jumio_flow::{Claim, FlowKey, FlowRecord, Lease, Owner, StoreError};

use super::row::SealedRecord;
use super::{Core, Session, time};

/// How many flows that cannot be read `claim_due` passes over.
const MOST_UNREADABLE: u8 = 64;

impl Core {
    pub(super) async fn claim_flow(
        &self,
        key: &FlowKey,
        owner: &Owner,
        now: DateTime<Utc>,
        length: Duration,
    ) -> Result<Claim, StoreError> {
        let mut session = self.begin("claim a flow").await?;
        let failed = session.failed();
        let row = sqlx::query("SELECT * FROM flows WHERE key = ?").bind(key.as_str());
        let row = row.fetch_optional(session.connection()?).await.map_err(failed)?;
        let Some(row) = row.map(|row| SealedRecord::read(&row)).transpose().map_err(failed)? else {
            session.commit().await?;
            return Ok(Claim::Missing);
        };
        let until = row.lease_until.filter(|until| *until > time::moment(now));
        if let Some(until) = until {
            session.commit().await?;
            return Ok(Claim::Held { until: time::read(until) });
        }
        let (id, fence) = (row.id, row.fence.saturating_add(1));
        // Opened before it is taken: what cannot be read is left alone.
        let record = row.open(self.codec.as_ref())?;
        session.take(id, owner, time::lease_end(now, length), fence).await?;
        session.commit().await?;
        Ok(Claim::Taken(Lease::new(record.key.clone(), owner.clone(), fence), Box::new(record)))
    }

    pub(super) async fn claim_due_flow(
        &self,
        profile: &str,
        owner: &Owner,
        now: DateTime<Utc>,
        length: Duration,
    ) -> Result<Option<(Lease, FlowRecord)>, StoreError> {
        let mut session = self.begin("claim a flow that is due").await?;
        let mut taken = None;
        for id in session.due(profile, now).await? {
            let row = session.row(id).await?;
            let (key, fence) = (row.key.clone(), row.fence.saturating_add(1));
            match row.open(self.codec.as_ref()) {
                Ok(record) => {
                    session.take(id, owner, time::lease_end(now, length), fence).await?;
                    taken = Some((Lease::new(key, owner.clone(), fence), record));
                    break;
                }
                // One damaged row must not keep the others waiting; reading or claiming it by its name tells what it has.
                Err(error) => tracing::warn!(flow = %key, %error, "passing over a flow that cannot be read"),
            }
        }
        session.commit().await?;
        Ok(taken)
    }

    pub(super) async fn renew_lease(
        &self,
        lease: &Lease,
        now: DateTime<Utc>,
        length: Duration,
    ) -> Result<bool, StoreError> {
        self.set_lease("renew a lease", lease, Some(time::lease_end(now, length))).await
    }

    pub(super) async fn release_lease(&self, lease: &Lease) -> Result<(), StoreError> {
        self.set_lease("release a flow", lease, None).await.map(|_| ())
    }

    async fn set_lease(&self, action: &'static str, lease: &Lease, until: Option<i64>) -> Result<bool, StoreError> {
        let mut session = self.begin(action).await?;
        let failed = session.failed();
        let set = sqlx::query(
            "UPDATE flows SET lease_until = ?1, owner = CASE WHEN ?1 IS NULL THEN NULL ELSE owner END
             WHERE key = ?2 AND owner = ?3 AND fence = ?4",
        )
        .bind(until)
        .bind(lease.key.as_str())
        .bind(lease.owner.as_str())
        .bind(lease.fence)
        .execute(session.connection()?)
        .await
        .map_err(failed)?;
        session.commit().await?;
        Ok(set.rows_affected() == 1)
    }
}

impl Session<'_> {
    /// The flows that nobody holds and that need their host, the longest due first.
    async fn due(&mut self, profile: &str, now: DateTime<Utc>) -> Result<Vec<i64>, StoreError> {
        let failed = self.failed();
        sqlx::query_scalar(
            "WITH free AS NOT MATERIALIZED (
                 SELECT * FROM flows
                 WHERE profile = ?1 AND (lease_until IS NULL OR lease_until <= ?2) AND state_version <= ?3
             ),
             due (id, since) AS (
                 SELECT * FROM (SELECT id, wake_at FROM free WHERE wake_at <= ?2 ORDER BY wake_at, id LIMIT ?4)
                 UNION ALL
                 SELECT free.id, hints.received_at FROM hints JOIN free ON free.execution = hints.execution
                 WHERE hints.used_at IS NULL AND NOT free.ended AND NOT free.stalled
                 UNION ALL
                 SELECT free.id, hints.received_at FROM hints JOIN free ON free.callback_digest = hints.callback_digest
                 WHERE hints.used_at IS NULL AND NOT free.ended AND NOT free.stalled
             )
             SELECT id FROM due GROUP BY id ORDER BY min(since), id LIMIT ?4",
        )
        .bind(profile)
        .bind(time::moment(now))
        .bind(VERSION)
        .bind(MOST_UNREADABLE)
        .fetch_all(self.connection()?)
        .await
        .map_err(failed)
    }

    async fn row(&mut self, id: i64) -> Result<SealedRecord, StoreError> {
        let failed = self.failed();
        let row = sqlx::query("SELECT * FROM flows WHERE id = ?").bind(id);
        let row = row.fetch_one(self.connection()?).await.map_err(failed)?;
        SealedRecord::read(&row).map_err(failed)
    }

    async fn take(&mut self, id: i64, owner: &Owner, until: i64, fence: i64) -> Result<(), StoreError> {
        let failed = self.failed();
        let update = sqlx::query("UPDATE flows SET owner = ?, lease_until = ?, fence = ? WHERE id = ?");
        let update = update.bind(owner.as_str()).bind(until).bind(fence).bind(id);
        update.execute(self.connection()?).await.map(|_| ()).map_err(failed)
    }
}
