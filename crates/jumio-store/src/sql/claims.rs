//! Leases: who may move a flow, until when, and the fence that keeps out whoever held it before.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jumio_flow::machine::newest_version;
use jumio_flow::{Claim, FlowKey, FlowRecord, Lease, Owner, StoreError};

use super::backend::{Row, sql, sql_for};
use super::row::{COLUMNS, SealedRecord};
use super::session::{Core, Session};
use super::time;
use super::watch::Purpose;

/// How many flows `claim_due` looks at first: those that others are just taking, and those that cannot be read, are passed over.
const FIRST_LOOK: usize = 32;

impl Core {
    pub(crate) async fn claim_flow(
        &self,
        key: &FlowKey,
        owner: &Owner,
        now: DateTime<Utc>,
        length: Duration,
    ) -> Result<Claim, StoreError> {
        let mut session = self.open_lightly(Purpose::Begin, "claim a flow", false).await?;
        let claim = loop {
            let Some((row, until)) = session.found(key).await? else { break Ok(Claim::Missing) };
            if let Some(until) = until.filter(|until| *until > time::moment(self.clock.of(now))) {
                let Some(until) = session.believed(key, row.fence, until, now, length).await? else { continue };
                break Ok(Claim::Held { until: self.clock.back(time::read(until)) });
            }
            let (fence, sealed) = (row.fence, row.state.clone());
            // Opened before it is taken: a flow that this worker cannot read stays whose it was, who may still have an answer to save.
            let record = match row.open(self.codec.as_ref()) {
                Ok(record) => record,
                Err(error) => break Err(error),
            };
            let until = time::lease_end(self.clock.of(now), length);
            if session.take_as_found(key, fence, sealed, owner, until, now).await? {
                let lease = Lease::new(record.key.clone(), owner.clone(), fence.saturating_add(1));
                break Ok(Claim::Taken(lease, Box::new(record)));
            }
            // Somebody was faster: it is looked again what there is now.
        };
        session.close().await?;
        claim
    }

    pub(crate) async fn claim_due_flow(
        &self,
        profile: &str,
        owner: &Owner,
        now: DateTime<Utc>,
        length: Duration,
    ) -> Result<Option<(Lease, FlowRecord)>, StoreError> {
        let mut session = self.open_lightly(Purpose::Begin, "claim a flow that is due", true).await?;
        let mut most = FIRST_LOOK.saturating_add(self.unreadable.count(now));
        let taken = loop {
            let due = session.due(profile, now, most).await?;
            let taken = self.take_first(&mut session, &due.flows, owner, now, length).await?;
            // However many cannot be read: behind them may stand one that can.
            if taken.is_some() || !due.is_cut_off {
                break taken;
            }
            most = most.saturating_mul(2);
        };
        session.commit().await?;
        Ok(taken)
    }

    /// Takes the first of these that is still free and can be read.
    async fn take_first(
        &self,
        session: &mut Session<'_>,
        due: &[(i64, i64)],
        owner: &Owner,
        now: DateTime<Utc>,
        length: Duration,
    ) -> Result<Option<(Lease, FlowRecord)>, StoreError> {
        for (id, fence) in due.iter().copied() {
            if self.unreadable.has(id, fence) {
                continue;
            }
            let Some((row, until)) = session.free_row(id, fence, now).await? else { continue };
            let (key, next) = (row.key.clone(), fence.saturating_add(1));
            if let Some(until) = until.filter(|until| *until > time::moment(self.clock.of(now))) {
                session.believed(&key, fence, until, now, length).await?;
                continue;
            }
            match row.open(self.codec.as_ref()) {
                Ok(record) => {
                    session.take(id, owner, time::lease_end(self.clock.of(now), length), next).await?;
                    return Ok(Some((Lease::new(key, owner.clone(), next), record)));
                }
                // One damaged row must not keep the others waiting; reading or claiming it by its name tells what it has.
                Err(error) => {
                    self.unreadable.add(id, fence, now);
                    tracing::warn!(flow = %key, %error, "passing over a flow that cannot be read");
                }
            }
        }
        Ok(None)
    }

    pub(crate) async fn renew_lease(
        &self,
        lease: &Lease,
        now: DateTime<Utc>,
        length: Duration,
    ) -> Result<bool, StoreError> {
        self.set_lease("renew a lease", lease, Some((now, length))).await
    }

    pub(crate) async fn release_lease(&self, lease: &Lease) -> Result<(), StoreError> {
        self.set_lease("release a flow", lease, None).await.map(|_| ())
    }

    async fn set_lease(
        &self,
        action: &'static str,
        lease: &Lease,
        length: Option<(DateTime<Utc>, Duration)>,
    ) -> Result<bool, StoreError> {
        let mut session = self.open_lightly(Purpose::Finish, action, false).await?;
        let until = length.map(|(now, length)| time::lease_end(self.clock.of(now), length));
        let statement =
            sql("UPDATE jumio_flows SET lease_until = $1, owner = CASE WHEN $1 IS NULL THEN NULL ELSE owner END
             WHERE key = $2 AND owner = $3 AND fence = $4")
            .bind(until)
            .bind(lease.key.as_str())
            .bind(lease.owner.as_str())
            .bind(lease.fence);
        let set = session.execute(statement).await?;
        session.close().await?;
        Ok(set == 1)
    }
}

/// Flows that are due, each with its fence.
struct Due {
    flows: Vec<(i64, i64)>,
    /// Whether there may be more of them.
    is_cut_off: bool,
}

/// A flow, and when its lease ends.
type Found = (SealedRecord, Option<i64>);

fn read_found(row: Row) -> Result<Found, sqlx::Error> {
    Ok((SealedRecord::read(&row)?, row.get("lease_until")?))
}

impl Session<'_> {
    /// The flows that nobody holds (or only by a lease that ends later than any may) and that need their host, each with its
    /// fence: the longest due first, and those that only wait to open after all others. The hints that wait are few beside the
    /// flows, so they come first in each join: SQLite keeps the order of a cross join.
    async fn due(&mut self, profile: &str, now: DateTime<Utc>, most: usize) -> Result<Due, StoreError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let statement = sql("WITH free AS NOT MATERIALIZED (
                 SELECT id, fence, opening, wake_at, execution, callback_digest, phase, ended, stalled FROM jumio_flows
                 WHERE profile = $1 AND (lease_until IS NULL OR lease_until <= $5 OR lease_until > $6) AND state_version <= $3
             ),
             due AS (
                 SELECT id, fence, 0 AS place, since FROM (
                     SELECT id, fence, wake_at AS since FROM free WHERE opening = 0 AND wake_at <= $2
                     ORDER BY wake_at, id LIMIT $4
                 ) AS timed
                 UNION ALL
                 SELECT id, fence, 1 AS place, since FROM (
                     SELECT id, fence, wake_at AS since FROM free WHERE opening = 1 AND wake_at <= $2
                     ORDER BY wake_at, id LIMIT $4
                 ) AS opening
                 UNION ALL
                 SELECT id, fence, 0 AS place, since FROM (
                     SELECT free.id AS id, free.fence AS fence, hints.received_at AS since
                     FROM jumio_hints AS hints CROSS JOIN free
                     WHERE hints.used_at IS NULL AND free.execution = hints.execution
                       AND (free.ended = 0 OR free.phase = 'decided') AND free.stalled = 0
                     ORDER BY hints.id LIMIT $4
                 ) AS by_execution
                 UNION ALL
                 SELECT id, fence, 0 AS place, since FROM (
                     SELECT free.id AS id, free.fence AS fence, hints.received_at AS since
                     FROM jumio_hints AS hints CROSS JOIN free
                     WHERE hints.used_at IS NULL AND free.callback_digest = hints.callback_digest
                       AND (free.ended = 0 OR free.phase = 'decided') AND free.stalled = 0
                     ORDER BY hints.id LIMIT $4
                 ) AS by_key
             )
             SELECT id, min(fence) AS fence, CAST(sum(count(*)) OVER () AS BIGINT) AS found
             FROM due GROUP BY id ORDER BY min(place), min(since), id LIMIT $4")
        .bind(profile)
        .bind(time::moment(now))
        .bind(i64::from(newest_version()))
        .bind(most)
        .bind(time::moment(self.core().clock.of(now)))
        .bind(self.furthest(now));
        let rows = self.rows(statement).await?;
        let read = |row: &Row| Ok((row.get("id")?, row.get("fence")?));
        let flows = rows.iter().map(read).collect::<Result<_, _>>().map_err(self.failed())?;
        // Several hints of one flow are found one by one.
        let found: i64 = rows.first().map_or(Ok(0), |row| row.get("found")).map_err(self.failed())?;
        Ok(Due { flows, is_cut_off: found >= most })
    }

    /// A flow that was found so, and when its lease ends, unless somebody took it meanwhile or is just taking it.
    async fn free_row(&mut self, id: i64, fence: i64, now: DateTime<Utc>) -> Result<Option<Found>, StoreError> {
        let statement = sql_for(
            concat!(
                "SELECT ",
                COLUMNS!(),
                ", lease_until FROM jumio_flows
                 WHERE id = $1 AND fence = $2 AND (lease_until IS NULL OR lease_until <= $3 OR lease_until > $4)"
            ),
            concat!(
                "SELECT ",
                COLUMNS!(),
                ", lease_until FROM jumio_flows
                 WHERE id = $1 AND fence = $2 AND (lease_until IS NULL OR lease_until <= $3 OR lease_until > $4)
                 FOR UPDATE SKIP LOCKED"
            ),
        );
        let statement = statement.bind(id).bind(fence).bind(time::moment(self.core().clock.of(now)));
        let row = self.row(statement.bind(self.furthest(now))).await?;
        row.map(read_found).transpose().map_err(self.failed())
    }

    /// The latest moment at which a lease may end.
    fn furthest(&self, now: DateTime<Utc>) -> i64 {
        time::furthest_lease(self.core().clock.of(now))
    }

    /// When a lease ends that was found to end at `until`. One that a clock left which was ahead is made to end as if it began
    /// now: a holder who lives renews it before, and one who died keeps the flow no longer than any other. `None` where the flow
    /// was taken or renewed meanwhile.
    async fn believed(
        &mut self,
        key: &FlowKey,
        fence: i64,
        until: i64,
        now: DateTime<Utc>,
        length: Duration,
    ) -> Result<Option<i64>, StoreError> {
        if until <= self.furthest(now) {
            return Ok(Some(until));
        }
        let end = time::lease_end(self.core().clock.of(now), length);
        let shorten = sql("UPDATE jumio_flows SET lease_until = $1 WHERE key = $2 AND fence = $3 AND lease_until = $4");
        let shorten = shorten.bind(end).bind(key.as_str()).bind(fence).bind(until);
        if self.execute(shorten).await? == 0 {
            return Ok(None);
        }
        tracing::warn!(flow = %key, "a lease would end later than any may; the clock was wrong when it was made");
        Ok(Some(end))
    }

    /// A flow by its key, and until when it is held.
    async fn found(&mut self, key: &FlowKey) -> Result<Option<Found>, StoreError> {
        let statement =
            sql(concat!("SELECT ", COLUMNS!(), ", lease_until FROM jumio_flows WHERE key = $1 AND erased_at IS NULL"));
        let row = self.row(statement.bind(key.as_str())).await?;
        row.map(read_found).transpose().map_err(self.failed())
    }

    /// Takes a flow, unless anything of it is other than it was found.
    async fn take_as_found(
        &mut self,
        key: &FlowKey,
        fence: i64,
        state: Vec<u8>,
        owner: &Owner,
        until: i64,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let statement = sql("UPDATE jumio_flows SET owner = $1, lease_until = $2, fence = fence + 1
             WHERE key = $3 AND fence = $4 AND state = $5 AND erased_at IS NULL
               AND (lease_until IS NULL OR lease_until <= $6)")
        .bind(owner.as_str())
        .bind(until)
        .bind(key.as_str())
        .bind(fence)
        .bind(state)
        .bind(time::moment(self.core().clock.of(now)));
        Ok(self.execute(statement).await? == 1)
    }

    async fn take(&mut self, id: i64, owner: &Owner, until: i64, fence: i64) -> Result<(), StoreError> {
        let update = sql("UPDATE jumio_flows SET owner = $1, lease_until = $2, fence = $3 WHERE id = $4");
        let update = update.bind(owner.as_str()).bind(until).bind(fence).bind(id);
        self.execute(update).await.map(drop)
    }
}
