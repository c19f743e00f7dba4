//! Hints: held until a flow with their address uses them up, and known afterwards, so that each counts once.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};
use jumio_flow::machine::Told;
use jumio_flow::{
    CallbackKey, Delivered, FlowKey, Hint, HintAddress, HintId, MOST_UNBOUND_HINTS, StoreError, StoredHint, UnboundHint,
};
use jumio_model::{AccountId, WorkflowExecutionId, WorkflowStatus};
use serde::Serialize;

use super::backend::{Row, sql, sql_for};
use super::forget::crowded_keys;
use super::row::{digest, hex_digest};
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

/// How many hints come, at least, between two looks whether too many wait that no flow has bound: a look counts them.
const LOOK_AFTER: i64 = 256;
/// At every so manieth hint it is looked whether its key has too many.
const LOOK_AT_KEYS: i64 = 128;

/// The same as [`Name`], of its own.
type OwnName = (Option<String>, Option<String>, String);

fn json(list: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(list).map_err(|error| StoreError::unavailable("write a list", error))
}

/// What tells hints apart: the digest of a callback key as hexadecimal text, or a transaction; and the identity.
type Name<'a> = (Option<String>, Option<&'a str>, &'a str);

fn name_of(hint: &Hint) -> Result<Name<'_>, StoreError> {
    match &hint.address {
        HintAddress::Key(key) => Ok((Some(hex_digest(key)), None, &hint.identity)),
        HintAddress::Execution(id) => Ok((None, Some(id.as_str()), &hint.identity)),
        // An address of a kind that came after this code: refused, never guessed.
        _ => Err(StoreError::unavailable("take in a hint", "its address is of an unknown kind")),
    }
}

impl Core {
    pub(crate) async fn hints_of(&self, key: &FlowKey) -> Result<Vec<StoredHint>, StoreError> {
        let mut session = self.connect("read the hints of a flow").await?;
        let statement = sql("SELECT hints.id AS id, hints.status AS status, hints.attempt AS attempt,
                    hints.named_account AS named_account, hints.named_execution AS named_execution,
                    hints.received_at AS received_at
             FROM jumio_flows AS flows JOIN jumio_hints AS hints ON hints.execution = flows.execution
             WHERE flows.key = $1 AND hints.used_at IS NULL
             UNION ALL
             SELECT hints.id AS id, hints.status AS status, hints.attempt AS attempt,
                    hints.named_account AS named_account, hints.named_execution AS named_execution,
                    hints.received_at AS received_at
             FROM jumio_flows AS flows JOIN jumio_hints AS hints ON hints.callback_digest = flows.callback_digest
             WHERE flows.key = $1 AND hints.used_at IS NULL
             ORDER BY id");
        let rows = session.rows(statement.bind(key.as_str())).await?;
        let hint = |row: &Row| Ok(StoredHint::new(row.get("id")?, told_of(row)?, time::read(row.get("received_at")?)));
        let hints = rows.iter().map(hint).collect::<Result<_, _>>().map_err(session.failed())?;
        session.end();
        Ok(hints)
    }

    pub(crate) async fn knows_callback_key(&self, key: &CallbackKey) -> Result<bool, StoreError> {
        let mut session = self.connect("look for a callback key").await?;
        let known = sql("SELECT id FROM jumio_flows WHERE callback_digest = $1 LIMIT 1").bind(digest(key));
        let known = session.row(known).await?;
        session.end();
        Ok(known.is_some())
    }

    pub(crate) async fn knows_callback_keys(&self, keys: &[CallbackKey]) -> Result<Vec<bool>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let digests: Vec<_> = keys.iter().map(hex_digest).collect();
        let mut session = self.connect("look for callback keys").await?;
        let statement = sql_for(
            "SELECT DISTINCT lower(hex(callback_digest)) AS digest FROM jumio_flows
             WHERE callback_digest IN (SELECT unhex(value) FROM json_each($1))",
            "SELECT DISTINCT encode(callback_digest, 'hex') AS digest FROM jumio_flows
             WHERE callback_digest = ANY (ARRAY(SELECT decode(value, 'hex') FROM json_array_elements_text($1::json)))",
        );
        let rows = session.rows(statement.bind(json(&digests)?.as_str())).await?;
        let known = rows.iter().map(|row| row.get::<String>("digest")).collect::<Result<HashSet<_>, _>>();
        let known = known.map_err(session.failed())?;
        session.end();
        Ok(digests.iter().map(|digest| known.contains(digest)).collect())
    }

    /// Takes hints in, all of them with one statement and one commit; what became of each, in their order.
    pub(crate) async fn deliver_hints(&self, hints: &[Hint], now: DateTime<Utc>) -> Result<Vec<Delivered>, StoreError> {
        let names = hints.iter().map(name_of).collect::<Result<Vec<_>, _>>()?;
        let mut rows: Vec<_> = names.iter().zip(hints).collect();
        // Two receivers that take in the same hints at once must not wait for each other: both go by the same order.
        rows.sort_by_key(|(name, _)| *name);
        let rows: Vec<_> = rows
            .into_iter()
            .map(|((digest, execution, identity), hint)| {
                let Told { status, attempt, account, execution: named, .. } = &hint.told;
                let status = status.as_ref().map(WorkflowStatus::as_str);
                let named = named.as_ref().map(WorkflowExecutionId::as_str);
                (digest, execution, identity, status, attempt, account.as_ref().map(AccountId::as_str), named)
            })
            .collect();
        let mut session = self.begin("take in a hint").await?;
        let added = session.add_hints(&json(&rows)?, now).await?;
        if let Some(newest) = added.values().copied().max()
            && newest >= self.next_look.load(Ordering::Relaxed)
        {
            let room = session.bound_inbox().await?;
            self.next_look.store(newest.saturating_add(room.max(LOOK_AFTER)), Ordering::Relaxed);
        }
        // Whoever sends many for one key is soon among those that are looked at.
        if added.values().any(|id| id % LOOK_AT_KEYS == 0) {
            session.bound_keys(&crowded_keys(hints)).await?;
        }
        session.commit().await?;
        let mut added: HashSet<_> = added.into_keys().collect();
        // Of two copies in one group the first is the new one.
        let was_added = |(digest, execution, identity): Name<'_>| {
            added.remove(&(digest, execution.map(str::to_owned), identity.to_owned()))
        };
        let told = |is_new| if is_new { Delivered::New } else { Delivered::Duplicate };
        Ok(names.into_iter().map(was_added).map(told).collect())
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
    /// Adds those that are new, by name, each with its number.
    async fn add_hints(&mut self, rows: &str, now: DateTime<Utc>) -> Result<HashMap<OwnName, HintId>, StoreError> {
        // Several flows may share an address; a hint is of no use only where all of them are over and none of them heeds it
        // (`heeds_when_over`).
        let statement = sql_for(
            "INSERT INTO jumio_hints (callback_digest, execution, identity, status, attempt, named_account,
                                      named_execution, received_at, used_at)
             SELECT digest, execution, identity, status, attempt, named_account, named_execution, $2,
                    CASE (SELECT min(CASE WHEN phase = 'decided' AND new.status = 'PROCESSED' THEN 0 ELSE ended END)
                          FROM jumio_flows AS flows
                          WHERE flows.callback_digest = digest OR flows.execution = new.execution)
                        WHEN 1 THEN $2 END
             FROM (SELECT unhex(value ->> 0) AS digest, value ->> 1 AS execution, value ->> 2 AS identity,
                          value ->> 3 AS status, value ->> 4 AS attempt, value ->> 5 AS named_account,
                          value ->> 6 AS named_execution FROM json_each($1) ORDER BY key) AS new
             WHERE true
             ON CONFLICT DO NOTHING
             RETURNING id, lower(hex(callback_digest)) AS digest, execution, identity",
            "INSERT INTO jumio_hints (callback_digest, execution, identity, status, attempt, named_account,
                                      named_execution, received_at, used_at)
             SELECT digest, execution, identity, status, attempt, named_account, named_execution, $2,
                    CASE (SELECT min(CASE WHEN phase = 'decided' AND new.status = 'PROCESSED' THEN 0 ELSE ended END)
                          FROM jumio_flows AS flows
                          WHERE flows.callback_digest = digest OR flows.execution = new.execution)
                        WHEN 1 THEN $2 END
             FROM (SELECT decode(value ->> 0, 'hex') AS digest, value ->> 1 AS execution, value ->> 2 AS identity,
                          value ->> 3 AS status, (value ->> 4)::bigint AS attempt, value ->> 5 AS named_account,
                          value ->> 6 AS named_execution
                   FROM json_array_elements($1::json) WITH ORDINALITY AS list (value, place) ORDER BY place) AS new
             ON CONFLICT DO NOTHING
             RETURNING id, encode(callback_digest, 'hex') AS digest, execution, identity",
        );
        let rows = self.rows(statement.bind(rows).bind(time::moment(now))).await?;
        let read = |row: &Row| {
            // `hex` of nothing is an empty text.
            let digest = row.get::<Option<String>>("digest")?.filter(|digest| !digest.is_empty());
            Ok(((digest, row.get("execution")?, row.get("identity")?), row.get("id")?))
        };
        rows.iter().map(read).collect::<Result<_, _>>().map_err(self.failed())
    }

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
        let update = sql("UPDATE jumio_hints SET used_at = $1
             WHERE used_at IS NULL AND NOT (status IS NOT NULL AND status = 'PROCESSED' AND $3 = 'decided') AND id IN (
                 SELECT hints.id FROM jumio_flows AS flows
                 JOIN jumio_hints AS hints ON hints.execution = flows.execution WHERE flows.key = $2
                 UNION ALL
                 SELECT hints.id FROM jumio_flows AS flows
                 JOIN jumio_hints AS hints ON hints.callback_digest = flows.callback_digest WHERE flows.key = $2
             )");
        self.execute(update.bind(time::moment(now)).bind(key.as_str()).bind(phase)).await.map(drop)
    }

    /// Drops the oldest hints that no flow has bound, if there are too many of them; how many more there may be. Those that
    /// wait for a flow are counted with them only while both together are few.
    async fn bound_inbox(&mut self) -> Result<i64, StoreError> {
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
        self.execute(delete.bind(most)).await?;
        let unbound =
            sql(concat!("SELECT count(*) AS waiting FROM jumio_hints WHERE used_at IS NULL AND ", unbound!()));
        let row = self.row(unbound).await?;
        let unbound: i64 = row.map_or(Ok(0), |row| row.get("waiting")).map_err(self.failed())?;
        Ok(most.saturating_sub(unbound))
    }
}
