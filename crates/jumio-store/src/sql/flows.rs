//! Adding, reading and saving flows.

use chrono::{DateTime, Utc};
use jumio_flow::{
    Filter, FlowKey, FlowRecord, Inserted, Lease, Listed, NewFlow, StateCodec, StoreError, Turn, outcomes_of,
};

use super::backend::{sql, sql_for};
use super::problem::{DatabaseError, Problem};
use super::row::{COLUMNS, SealedRecord, StateColumns, digest, seal_callback_key};
use super::session::{Core, Session};
use super::time;
use super::upkeep::bind_audit;
use super::watch::Purpose;

/// How often adding a flow is tried again while others about the same subject come and go.
const MOST_RIVALS: usize = 8;

/// Adds a flow, unless an index says that there is one already.
macro_rules! add {
    () => {
        "INSERT INTO jumio_flows (key, profile, subject, callback_digest, callback_key, execution,
                                  phase, ended, stalled, wake_at, state_version, state, created_at, updated_at, exclusive,
                                  opening, holds_subject)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, $15, $16)
         ON CONFLICT DO NOTHING
         RETURNING id"
    };
}

/// A page of a list, with these conditions before all others. It begins behind the flow of the page before, or at `$6` where there is
/// none of that key, so that no page reads what came before it.
macro_rules! list {
    ($first:literal) => {
        sql(concat!(
            "SELECT ",
            COLUMNS!(),
            " FROM jumio_flows WHERE ",
            $first,
            " AND ($1 IS NULL OR profile = $1) AND erased_at IS NULL AND ($3 = 0 OR stalled = 1)
               AND id > coalesce((SELECT id FROM jumio_flows WHERE key = $4), $6)
             ORDER BY id LIMIT $5"
        ))
    };
}

/// A flow to add, sealed.
pub(crate) struct SealedFlow {
    new: NewFlow,
    columns: StateColumns,
    callback_key: Option<Vec<u8>>,
}

impl SealedFlow {
    pub(crate) fn seal(new: NewFlow, now: DateTime<Utc>, codec: &dyn StateCodec) -> Result<Self, StoreError> {
        let columns = StateColumns::of(&new.key, &new.flow, now, codec)?;
        let callback_key = new.callback_key.as_ref().map(|key| seal_callback_key(&new.key, key, codec)).transpose()?;
        Ok(Self { new, columns, callback_key })
    }
}

impl Core {
    pub(crate) async fn insert_flow(&self, new: NewFlow, now: DateTime<Utc>) -> Result<Inserted, StoreError> {
        let flow = SealedFlow::seal(new, now, self.codec.as_ref())?;
        // On PostgreSQL most are added by one statement, which needs no transaction around it: three round trips less.
        let is_alone = !self.database.is_sqlite() && !flow.new.exclusive && outcomes_of(&flow.new.flow) == 0;
        let mut session = self.open("add a flow", !is_alone).await?;
        let inserted = session.insert(flow, now).await?;
        session.close().await?;
        Ok(inserted)
    }

    pub(crate) async fn load_flow(&self, key: &FlowKey) -> Result<Option<FlowRecord>, StoreError> {
        let mut session = self.connect("read a flow").await?;
        let statement = sql(concat!("SELECT ", COLUMNS!(), " FROM jumio_flows WHERE key = $1 AND erased_at IS NULL"));
        let row = session.row(statement.bind(key.as_str())).await?;
        let record = row.map(|row| SealedRecord::read(&row)).transpose().map_err(session.failed())?;
        session.end();
        record.map(|record| record.open(self.codec.as_ref())).transpose()
    }

    pub(crate) async fn list_flows(&self, filter: &Filter) -> Result<Listed, StoreError> {
        let mut session = self.connect("list its flows").await?;
        // Each form goes by an index of its own: of the unfinished ones, of a subject's, of all.
        let statement = match (&filter.subject, filter.unfinished || filter.stalled) {
            (None, true) => list!("ended = 0 AND $2 IS NULL"),
            (None, false) => list!("$2 IS NULL"),
            (Some(_), true) => list!("subject = $2 AND ended = 0"),
            (Some(_), false) => list!("subject = $2"),
        };
        let begins_at = if filter.after.is_some() { i64::MAX } else { i64::MIN };
        let statement = statement
            .bind(filter.profile.as_deref())
            .bind(filter.subject.as_deref())
            .bind(filter.stalled)
            .bind(filter.after.as_ref().map(FlowKey::as_str))
            .bind(filter.limit.and_then(|most| i64::try_from(most).ok()).unwrap_or(i64::MAX))
            .bind(begins_at);
        let rows = session.rows(statement).await?;
        let records = rows.iter().map(SealedRecord::read).collect::<Result<Vec<_>, _>>().map_err(session.failed())?;
        session.end();
        let mut listed = Listed::default();
        for record in records {
            listed.push(record.key.clone(), record.open(self.codec.as_ref()));
        }
        Ok(listed)
    }

    pub(crate) async fn commit_turn(
        &self,
        lease: &Lease,
        turn: Turn<'_>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let columns = StateColumns::of(&lease.key, turn.flow, now, self.codec.as_ref())?;
        let (ended, phase, outcomes) = (columns.ended, columns.phase, outcomes_of(turn.flow));
        // One statement needs no transaction around it: on a network two round trips less.
        let is_alone = !ended && outcomes == 0 && turn.used.is_empty() && turn.audit.is_none();
        let mut session = self.open_for(Purpose::Finish, "save a flow", !is_alone).await?;
        let saved = sql("UPDATE jumio_flows SET execution = $1, phase = $2, ended = $3, stalled = $4, wake_at = $5,
                                state_version = $6, state = $7, updated_at = $8, opening = $12, holds_subject = $13,
                                exclusive = CASE WHEN $13 = 0 THEN 0 ELSE exclusive END
             WHERE key = $9 AND owner = $10 AND fence = $11
             RETURNING id, profile")
        .bind(columns.execution.as_deref())
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
        .bind(columns.opening)
        .bind(columns.holds_subject);
        let Some(row) = session.row(saved).await? else {
            session.close().await?;
            return Ok(false);
        };
        session.use_hints(turn.used, now).await?;
        if ended {
            session.use_all_hints_of((&lease.key, phase), now).await?;
        }
        let read = || Ok((row.get("id")?, row.get::<String>("profile")?));
        let (id, profile) = read().map_err(session.failed())?;
        session.publish(id, &profile, outcomes, now).await?;
        if let Some(entry) = turn.audit {
            session.append_audit_once(entry).await?;
        }
        session.close().await?;
        Ok(true)
    }
}

impl Session<'_> {
    /// Adds a flow, unless its key is taken, or its subject where it must be the only one.
    pub(crate) async fn insert(&mut self, flow: SealedFlow, now: DateTime<Utc>) -> Result<Inserted, StoreError> {
        let subject = flow.new.subject.clone().filter(|_| flow.new.exclusive);
        let Some(subject) = subject else {
            let added = self.add(&flow, false, now).await?;
            return Ok(if added { Inserted::New } else { Inserted::Exists });
        };
        for _ in 0..MOST_RIVALS {
            if self.is_taken(&flow.new.key).await? {
                return Ok(Inserted::Exists);
            }
            if let Some(by) = self.holder_of(&flow.new.profile, &subject).await? {
                return Ok(Inserted::SubjectTaken { by });
            }
            // Where another one is added at this moment, the index lets one of the two through.
            if self.add(&flow, true, now).await? {
                return Ok(Inserted::New);
            }
        }
        Err(StoreError::unavailable("add a flow", DatabaseError::new(Problem::Busy)))
    }

    async fn is_taken(&mut self, key: &FlowKey) -> Result<bool, StoreError> {
        let found = self.row(sql("SELECT id FROM jumio_flows WHERE key = $1").bind(key.as_str())).await?;
        Ok(found.is_some())
    }

    async fn holder_of(&mut self, profile: &str, subject: &str) -> Result<Option<FlowKey>, StoreError> {
        let statement = sql(
            "SELECT key FROM jumio_flows WHERE subject = $1 AND profile = $2 AND holds_subject = 1 ORDER BY id LIMIT 1",
        );
        let row = self.row(statement.bind(subject).bind(profile)).await?;
        row.map(|row| Ok(FlowKey::new(row.get::<String>("key")?))).transpose().map_err(self.failed())
    }

    /// Adds a flow, unless an index says that there is one already.
    async fn add(&mut self, flow: &SealedFlow, exclusive: bool, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let SealedFlow { new, columns, callback_key } = flow;
        let start = new.start_entry(now);
        let statement = sql_for(
            add!(),
            concat!(
                "WITH added AS (",
                add!(),
                "), started AS (
                     INSERT INTO jumio_audit (key, actor, action, reason, happened_at) SELECT $1, $17, $18, $19, $20 FROM added
                 )
                 SELECT id FROM added"
            ),
        )
        .bind(new.key.as_str())
        .bind(new.profile.as_str())
        .bind(new.subject.as_deref())
        .bind(new.callback_key.as_ref().map(|key| digest(key).to_vec()))
        .bind(callback_key.clone())
        .bind(columns.execution.as_deref())
        .bind(columns.phase)
        .bind(columns.ended)
        .bind(columns.stalled)
        .bind(columns.wake_at)
        .bind(columns.state_version)
        .bind(columns.state.clone())
        .bind(time::moment(now))
        .bind(exclusive && columns.holds_subject)
        .bind(columns.opening)
        .bind(columns.holds_subject);
        let is_sqlite = self.core().database.is_sqlite();
        let statement = if is_sqlite { statement } else { bind_audit(statement, &start) };
        let Some(row) = self.row(statement).await? else { return Ok(false) };
        let id = row.get("id").map_err(self.failed())?;
        self.publish(id, &new.profile, outcomes_of(&new.flow), now).await?;
        if is_sqlite {
            self.append_audit(&start).await?;
        }
        Ok(true)
    }
}
