//! Callbacks that are kept for an older receiver.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use jumio_flow::{CallbackToLend, LentCallback, MOST_LENT_CALLBACKS, StoreError};

use super::backend::{Row, sql, sql_for};
use super::session::{Core, Session};
use super::time;

/// Those who keep callbacks on PostgreSQL take turns by this number, which no other program should use: so none counts what another one is
/// just adding, and no two wait for each other's copies.
const LENT_LOCK: i64 = 0x4a75_4d4c;

/// Waiting ones, the oldest first.
macro_rules! waiting {
    () => {
        "SELECT id, execution, body, received_at, attempts FROM jumio_lent
         WHERE received_at <= $1 AND not_before <= $2 ORDER BY id LIMIT $3"
    };
}

impl Core {
    pub(crate) async fn lend_callbacks(
        &self,
        callbacks: &[CallbackToLend],
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut session = self.begin("keep callbacks for an older receiver").await?;
        if !self.database.is_sqlite() {
            session.execute(sql("SELECT pg_advisory_xact_lock($1)").bind(LENT_LOCK)).await?;
        }
        if session.lent(MOST_LENT_CALLBACKS).await? >= MOST_LENT_CALLBACKS {
            session.commit().await?;
            return Ok(false);
        }
        let rows: Vec<_> = callbacks.iter().map(|one| (&one.execution, &one.identity, &one.body)).collect();
        let rows = serde_json::to_string(&rows).map_err(|error| StoreError::unavailable("write a list", error))?;
        let insert = sql_for(
            "INSERT INTO jumio_lent (execution, identity, body, received_at, not_before, attempts)
             SELECT value ->> 0, value ->> 1, value ->> 2, $2, $2, 0 FROM json_each($1) WHERE true ORDER BY key
             ON CONFLICT DO NOTHING",
            "INSERT INTO jumio_lent (execution, identity, body, received_at, not_before, attempts)
             SELECT value ->> 0, value ->> 1, value ->> 2, $2, $2, 0
             FROM json_array_elements($1::json) WITH ORDINALITY AS list (value, place) ORDER BY place
             ON CONFLICT DO NOTHING",
        );
        session.execute(insert.bind(rows.as_str()).bind(time::moment(self.clock.of(now)))).await?;
        session.commit().await?;
        Ok(true)
    }

    pub(crate) async fn take_lent_callbacks(
        &self,
        now: DateTime<Utc>,
        grace: Duration,
        lease: Duration,
        most: usize,
    ) -> Result<Vec<LentCallback>, StoreError> {
        let mut session = self.begin("take callbacks out for an older receiver").await?;
        let now = self.clock.of(now);
        // A flow has bound it meanwhile.
        let ours = sql("DELETE FROM jumio_lent WHERE EXISTS (
                 SELECT 1 FROM jumio_flows WHERE jumio_flows.execution = jumio_lent.execution
             )");
        session.execute(ours).await?;
        let is_crowded = session.lent(MOST_LENT_CALLBACKS).await? >= MOST_LENT_CALLBACKS / 2;
        let grace = TimeDelta::from_std(if is_crowded { Duration::ZERO } else { grace }).unwrap_or(TimeDelta::MAX);
        let before = now.checked_sub_signed(grace).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let statement = sql_for(waiting!(), concat!(waiting!(), " FOR UPDATE SKIP LOCKED"))
            .bind(time::moment(before))
            .bind(time::moment(now))
            .bind(i64::try_from(most).unwrap_or(i64::MAX));
        let rows = session.rows(statement).await?;
        let read = |row: &Row| {
            let attempts = u32::try_from(row.get::<i64>("attempts")?).unwrap_or(u32::MAX).saturating_add(1);
            let received_at = self.clock.back(time::read(row.get("received_at")?));
            Ok(LentCallback::new(row.get("id")?, row.get("execution")?, row.get("body")?, received_at, attempts))
        };
        let lent = rows.iter().map(read).collect::<Result<Vec<_>, _>>().map_err(session.failed())?;
        for callback in &lent {
            let update = sql("UPDATE jumio_lent SET not_before = $1, attempts = attempts + 1 WHERE id = $2");
            session.execute(update.bind(time::lease_end(now, lease)).bind(callback.id)).await?;
        }
        if lent.is_empty() {
            let far = sql("UPDATE jumio_lent SET not_before = $1,
                        received_at = CASE WHEN received_at > $2 THEN $2 ELSE received_at END
                 WHERE not_before > $3 OR received_at > $3");
            let far = far.bind(time::lease_end(now, lease)).bind(time::moment(now));
            session.execute(far.bind(time::furthest_put_off(now))).await?;
        }
        session.commit().await?;
        Ok(lent)
    }

    pub(crate) async fn settle_lent_callback(&self, id: i64, again: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        let mut session = self.begin("settle a callback of an older receiver").await?;
        let statement = match again {
            Some(until) => sql("UPDATE jumio_lent SET not_before = $1 WHERE id = $2")
                .bind(time::deadline(self.clock.of(until)))
                .bind(id),
            None => sql("DELETE FROM jumio_lent WHERE id = $1").bind(id),
        };
        session.execute(statement).await?;
        session.commit().await
    }
}

impl Session<'_> {
    /// How many there are, counted no further than this.
    async fn lent(&mut self, most: usize) -> Result<usize, StoreError> {
        let count = sql("SELECT count(*) AS lent FROM (SELECT 1 FROM jumio_lent LIMIT $1) AS counted");
        let row = self.row(count.bind(i64::try_from(most).unwrap_or(i64::MAX))).await?;
        let lent: i64 = row.map_or(Ok(0), |row| row.get("lent")).map_err(self.failed())?;
        Ok(usize::try_from(lent).unwrap_or(usize::MAX))
    }
}
