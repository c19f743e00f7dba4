//! The outcome feed, and the buckets of pace that workers share.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jumio_flow::{FeedEntry, FeedId, FlowKey, Rate, StoreError};

use super::backend::{Row, sql, sql_for};
use super::session::{Core, Session};
use super::time;

/// The entries that wait, each before the next one of its flow.
macro_rules! waiting {
    () => {
        "SELECT outcomes.id AS id, flows.key AS key, outcomes.sequence AS sequence, outcomes.happened_at AS happened_at,
                outcomes.attempts AS attempts
         FROM jumio_outcomes AS outcomes JOIN jumio_flows AS flows ON flows.id = outcomes.flow
         WHERE outcomes.profile = $1 AND outcomes.acknowledged_at IS NULL AND outcomes.not_before <= $2
           AND NOT EXISTS (
               SELECT 1 FROM jumio_outcomes AS earlier
               WHERE earlier.flow = outcomes.flow AND earlier.sequence < outcomes.sequence
                 AND earlier.acknowledged_at IS NULL
           )
         ORDER BY outcomes.id LIMIT $3"
    };
}

impl Core {
    pub(crate) async fn take_outcome_entries(
        &self,
        profile: &str,
        now: DateTime<Utc>,
        lease: Duration,
        most: usize,
    ) -> Result<Vec<FeedEntry>, StoreError> {
        let mut session = self.begin("take outcomes out of its feed").await?;
        let now = self.clock.of(now);
        let statement = sql_for(waiting!(), concat!(waiting!(), " FOR UPDATE OF outcomes SKIP LOCKED"));
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = session.rows(statement.bind(profile).bind(time::moment(now)).bind(most)).await?;
        let read = |row: &Row| {
            let key = FlowKey::new(row.get::<String>("key")?);
            let sequence = u32::try_from(row.get::<i64>("sequence")?).unwrap_or(u32::MAX);
            let attempts = u32::try_from(row.get::<i64>("attempts")?).unwrap_or(u32::MAX).saturating_add(1);
            let at = time::read(row.get("happened_at")?);
            Ok(FeedEntry::new(row.get("id")?, key, profile, sequence, at).attempted(attempts))
        };
        let entries = rows.iter().map(read).collect::<Result<Vec<_>, _>>().map_err(session.failed())?;
        for entry in &entries {
            let update = sql("UPDATE jumio_outcomes SET not_before = $1, attempts = attempts + 1 WHERE id = $2");
            session.execute(update.bind(time::lease_end(now, lease)).bind(entry.id)).await?;
        }
        if entries.is_empty() {
            let far = sql("UPDATE jumio_outcomes SET not_before = $1
                 WHERE profile = $2 AND acknowledged_at IS NULL AND not_before > $3");
            let far = far.bind(time::lease_end(now, lease)).bind(profile).bind(time::furthest_put_off(now));
            session.execute(far).await?;
        }
        session.commit().await?;
        Ok(entries)
    }

    pub(crate) async fn acknowledge_outcome(&self, id: FeedId, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut session = self.begin("acknowledge an outcome").await?;
        let update = sql("UPDATE jumio_outcomes SET acknowledged_at = $1 WHERE id = $2 AND acknowledged_at IS NULL");
        session.execute(update.bind(time::moment(now)).bind(id)).await?;
        session.commit().await
    }

    pub(crate) async fn put_outcome_off(&self, id: FeedId, until: DateTime<Utc>) -> Result<(), StoreError> {
        let mut session = self.begin("put an outcome off").await?;
        let update = sql("UPDATE jumio_outcomes SET not_before = $1 WHERE id = $2 AND acknowledged_at IS NULL");
        session.execute(update.bind(time::deadline(self.clock.of(until))).bind(id)).await?;
        session.commit().await
    }

    pub(crate) async fn reserve_place(
        &self,
        bucket: &str,
        rate: Rate,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, StoreError> {
        let mut session = self.begin("reserve a place in its pace").await?;
        let made = sql("INSERT INTO jumio_buckets (name, full_at) VALUES ($1, 0) ON CONFLICT (name) DO NOTHING");
        session.execute(made.bind(bucket)).await?;
        let statement = sql_for(
            "SELECT full_at FROM jumio_buckets WHERE name = $1",
            "SELECT full_at FROM jumio_buckets WHERE name = $1 FOR UPDATE",
        );
        let row = session.row(statement.bind(bucket)).await?;
        let full_at: i64 = row.map_or(Ok(0), |row| row.get("full_at")).map_err(session.failed())?;
        let (at, full_at) = rate.next(DateTime::from_timestamp_micros(full_at), self.clock.of(now));
        let update = sql("UPDATE jumio_buckets SET full_at = $1 WHERE name = $2");
        session.execute(update.bind(full_at.timestamp_micros()).bind(bucket)).await?;
        session.commit().await?;
        Ok(time::read(time::deadline(self.clock.back(at))))
    }
}

impl Session<'_> {
    /// Puts the outcomes that are new into the feed. One that was acknowledged is there, too, so it is not added again.
    pub(super) async fn publish(
        &mut self,
        flow: i64,
        profile: &str,
        outcomes: u32,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        for sequence in 1..=i64::from(outcomes) {
            let insert = sql("INSERT INTO jumio_outcomes (flow, profile, sequence, happened_at, not_before)
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (flow, sequence) DO NOTHING");
            let insert = insert.bind(flow).bind(profile).bind(sequence).bind(time::moment(now));
            self.execute(insert.bind(time::moment(self.core().clock.of(now)))).await?;
        }
        Ok(())
    }
}
