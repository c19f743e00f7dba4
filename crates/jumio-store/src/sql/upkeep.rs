//! Erasing flows, the audit, and sealing anew with another key.

use chrono::{DateTime, Utc};
use jumio_flow::{AuditEntry, Ended, EndedFlow, EndedPlace, FlowKey, Lease, StoreError};

use super::backend::{Row, Statement, sql, sql_for};
use super::hint_name::to_key;
use super::session::{Core, Session};
use super::{migrate, time};

/// How many flows are looked at in one go when they are sealed anew.
const PAGE: i64 = 64;

struct Sealed {
    id: i64,
    key: FlowKey,
    state: Vec<u8>,
    callback_key: Option<Vec<u8>>,
}

impl Core {
    pub(crate) async fn ended_flows(&self, ended: &Ended) -> Result<Vec<EndedFlow>, StoreError> {
        let mut session = self.connect("look for flows that ended").await?;
        // With an offset, which SQLite takes after a limit alone, PostgreSQL looks each up: without, it would read all hints and outcomes
        // first, for as many flows as there are and not as the limit says.
        let statement = sql(concat!(
            "SELECT key, updated_at, id, EXISTS (
                 SELECT 1 FROM jumio_outcomes WHERE flow = jumio_flows.id AND acknowledged_at IS NULL LIMIT 1 OFFSET 0
             ) AS waiting FROM jumio_flows
             WHERE ended = 1 AND erased_at IS NULL AND updated_at < $1 AND ($2 IS NULL OR profile = $2)
               AND updated_at >= $5 AND (updated_at, id) > ($4, $7)
               AND ($6 = 0 OR execution IS NOT NULL AND NOT EXISTS (
                   SELECT 1 FROM jumio_hints WHERE jumio_hints.execution = jumio_flows.execution AND status IS NOT NULL
                   LIMIT 1 OFFSET 0
               ) AND NOT EXISTS (
                   SELECT 1 FROM jumio_hints WHERE ",
            to_key!("jumio_hints", "jumio_flows.callback_digest"),
            " AND status IS NOT NULL LIMIT 1 OFFSET 0
               ))
             ORDER BY updated_at, id LIMIT $3"
        ))
        .bind(time::moment(ended.before))
        .bind(ended.profile.as_deref())
        .bind(i64::try_from(ended.most).unwrap_or(i64::MAX))
        .bind(ended.after.map_or(i64::MIN, |after| time::moment(after.changed_at)))
        .bind(ended.since.map_or(i64::MIN, time::moment))
        .bind(ended.uncalled)
        .bind(ended.after.map_or(i64::MIN, |after| after.number));
        let rows = session.rows(statement).await?;
        let flow = |row: &Row| {
            let place = EndedPlace::new(time::read(row.get("updated_at")?), row.get("id")?);
            Ok(EndedFlow::new(FlowKey::new(row.get::<String>("key")?), !row.get::<bool>("waiting")?, place))
        };
        let flows = rows.iter().map(flow).collect::<Result<_, _>>().map_err(session.failed())?;
        session.end();
        Ok(flows)
    }

    pub(crate) async fn erase_flow(
        &self,
        lease: &Lease,
        by: Option<&AuditEntry>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let given_up = self.given_up_by(&lease.key).await;
        let mut session = self.begin("erase a flow").await?;
        let statement = sql_for(
            "SELECT id, execution, callback_digest FROM jumio_flows WHERE key = $1 AND owner = $2 AND fence = $3",
            "SELECT id, execution, callback_digest FROM jumio_flows WHERE key = $1 AND owner = $2 AND fence = $3 FOR UPDATE",
        );
        let statement = statement.bind(lease.key.as_str()).bind(lease.owner.as_str()).bind(lease.fence);
        let Some(row) = session.row(statement).await? else {
            session.commit().await?;
            return Ok(false);
        };
        let read = || Ok((row.get::<i64>("id")?, row.get("execution")?, row.get("callback_digest")?));
        let (id, execution, digest): (_, Option<String>, Option<Vec<u8>>) = read().map_err(session.failed())?;
        session.execute(sql("DELETE FROM jumio_outcomes WHERE flow = $1").bind(id)).await?;
        // The row stays with its key alone, so that a repeated start finds it taken.
        let tombstone = sql("UPDATE jumio_flows SET erased_at = $1, subject = NULL, callback_digest = NULL,
                    callback_key = NULL, execution = NULL, phase = 'erased', ended = 1, stalled = 0, wake_at = NULL,
                    state = $2, owner = NULL, lease_until = NULL, updated_at = $1, exclusive = 0, opening = 0,
                    holds_subject = 0
             WHERE id = $3");
        session.execute(tombstone.bind(time::moment(now)).bind(Vec::new()).bind(id)).await?;
        // Two flows may have one transaction, each with its own key.
        let by_execution = sql("DELETE FROM jumio_hints WHERE execution = $1
               AND NOT EXISTS (SELECT 1 FROM jumio_flows WHERE execution = $1)");
        session.execute(by_execution.bind(execution.as_deref())).await?;
        let by_key = sql(concat!(
            "DELETE FROM jumio_hints WHERE ",
            to_key!("jumio_hints", "$1"),
            " AND NOT EXISTS (SELECT 1 FROM jumio_flows WHERE callback_digest = $1)"
        ));
        session.execute(by_key.bind(digest)).await?;
        session.forget_executions(&given_up).await?;
        if let Some(entry) = by {
            session.append_audit(entry).await?;
        }
        session.commit().await?;
        Ok(true)
    }

    pub(crate) async fn record_audit(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        let mut session = self.begin("append to its audit").await?;
        session.append_audit(entry).await?;
        session.commit().await
    }

    pub(crate) async fn audit_of(&self, key: &FlowKey) -> Result<Vec<AuditEntry>, StoreError> {
        let mut session = self.connect("read its audit").await?;
        let statement = sql("SELECT actor, action, reason, happened_at FROM jumio_audit WHERE key = $1 ORDER BY id");
        let rows = session.rows(statement.bind(key.as_str())).await?;
        let read = |row: &Row| {
            let (actor, action): (String, String) = (row.get("actor")?, row.get("action")?);
            let mut entry = AuditEntry::new(key.clone(), actor, action, time::read(row.get("happened_at")?));
            entry.reason = row.get("reason")?;
            Ok(entry)
        };
        let entries = rows.iter().map(read).collect::<Result<_, _>>().map_err(session.failed())?;
        session.end();
        Ok(entries)
    }

    /// Seals anew whatever is not sealed with the current key; how many flows that were.
    pub(crate) async fn reseal_all(&self) -> Result<u64, StoreError> {
        let (mut last, mut changed) = (0, 0);
        loop {
            let page = self.page_after(last).await?;
            let Some(end) = page.last().map(|sealed| sealed.id) else { break };
            for sealed in page {
                changed += u64::from(self.reseal_one(sealed).await?);
            }
            last = end;
        }
        let mut session = self.begin("seal its flows anew").await?;
        migrate::set_key_check(&mut session).await?;
        session.commit().await?;
        Ok(changed)
    }

    async fn page_after(&self, id: i64) -> Result<Vec<Sealed>, StoreError> {
        let mut session = self.connect("seal its flows anew").await?;
        let statement = sql("SELECT id, key, state, callback_key FROM jumio_flows
             WHERE id > $1 AND erased_at IS NULL ORDER BY id LIMIT $2");
        let rows = session.rows(statement.bind(id).bind(PAGE)).await?;
        let page = rows.iter().map(Sealed::read).collect::<Result<_, _>>().map_err(session.failed())?;
        session.end();
        Ok(page)
    }

    /// A flow that moves meanwhile is looked at again: its worker may still have the old key alone.
    async fn reseal_one(&self, mut sealed: Sealed) -> Result<bool, StoreError> {
        let codec = self.codec.as_ref();
        loop {
            let current =
                codec.is_current(&sealed.state) && sealed.callback_key.as_ref().is_none_or(|key| codec.is_current(key));
            if current {
                return Ok(false);
            }
            let anew = |old: &[u8]| codec.seal(&sealed.key, &codec.open(&sealed.key, old)?);
            let (state, callback_key) = (anew(&sealed.state)?, sealed.callback_key.as_deref().map(anew).transpose()?);
            let mut session = self.begin("seal its flows anew").await?;
            let update = sql("UPDATE jumio_flows SET state = $1, callback_key = $2 WHERE id = $3 AND state = $4");
            let update = update.bind(state).bind(callback_key).bind(sealed.id).bind(sealed.state);
            let done = session.execute(update).await? == 1;
            let statement =
                sql("SELECT id, key, state, callback_key FROM jumio_flows WHERE id = $1 AND erased_at IS NULL");
            let row = if done { None } else { session.row(statement.bind(sealed.id)).await? };
            let row = row.map(|row| Sealed::read(&row)).transpose().map_err(session.failed())?;
            session.commit().await?;
            match row {
                Some(again) => sealed = again,
                None => return Ok(done),
            }
        }
    }
}

impl Sealed {
    fn read(row: &Row) -> Result<Self, sqlx::Error> {
        let key = FlowKey::new(row.get::<String>("key")?);
        Ok(Self { id: row.get("id")?, key, state: row.get("state")?, callback_key: row.get("callback_key")? })
    }
}

impl Session<'_> {
    pub(super) async fn append_audit(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        let insert =
            sql("INSERT INTO jumio_audit (key, actor, action, reason, happened_at) VALUES ($1, $2, $3, $4, $5)")
                .bind(entry.key.as_str());
        self.execute(bind_audit(insert, entry)).await.map(drop)
    }

    /// The same for a turn, which is saved again where nobody knows whether it was: the same entry twice is one.
    pub(super) async fn append_audit_once(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        let known = sql("SELECT id FROM jumio_audit
             WHERE key = $1 AND actor = $2 AND action = $3 AND reason IS NOT DISTINCT FROM $4 AND happened_at = $5")
        .bind(entry.key.as_str())
        .bind(entry.actor.as_str())
        .bind(entry.action.as_str())
        .bind(entry.reason.as_deref())
        .bind(time::moment(entry.at));
        if self.row(known).await?.is_some() { Ok(()) } else { self.append_audit(entry).await }
    }
}

/// Binds what an entry of the audit has beside its flow's key.
pub(super) fn bind_audit(statement: Statement, entry: &AuditEntry) -> Statement {
    statement
        .bind(entry.actor.as_str())
        .bind(entry.action.as_str())
        .bind(entry.reason.as_deref())
        .bind(time::moment(entry.at))
}
