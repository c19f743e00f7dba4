//! Hints: held until a flow with their address uses them up, and known afterwards, so that each counts once.

use chrono::{DateTime, Utc};
use jumio_flow::machine::Told;
use jumio_flow::{
    CallbackKey, Delivered, FlowKey, Hint, HintAddress, HintId, MOST_UNBOUND_HINTS, StoreError, StoredHint, UnboundHint,
};
use jumio_model::{AccountId, WorkflowExecutionId, WorkflowStatus};

use super::backend::{Row, sql};
use super::row::digest;
use super::session::{Core, Session};
use super::time;

/// That no flow has the address of this hint.
macro_rules! unbound {
    () => {
        "NOT EXISTS (SELECT 1 FROM jumio_flows WHERE jumio_flows.execution = jumio_hints.execution)
         AND NOT EXISTS (SELECT 1 FROM jumio_flows WHERE jumio_flows.callback_digest = jumio_hints.callback_digest)"
    };
}

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

/// The columns of an address: the digest of a callback key, or a transaction.
type Address<'a> = (Option<Vec<u8>>, Option<&'a str>);

fn address_of(hint: &Hint) -> Result<Address<'_>, StoreError> {
    match &hint.address {
        HintAddress::Key(key) => Ok((Some(digest(key)), None)),
        HintAddress::Execution(id) => Ok((None, Some(id.as_str()))),
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

    /// Takes hints in, all of them with one commit; what became of each, in their order.
    pub(crate) async fn deliver_hints(&self, hints: &[Hint], now: DateTime<Utc>) -> Result<Vec<Delivered>, StoreError> {
        let mut session = self.begin("take in a hint").await?;
        let rows = hints.iter().enumerate().map(|(place, hint)| Ok((address_of(hint)?, hint, place)));
        let mut rows = rows.collect::<Result<Vec<_>, StoreError>>()?;
        // Two receivers that take in the same hints at once must not wait for each other: both go by the same order.
        rows.sort_by(|(one, hint, _), (other, other_hint, _)| {
            (one, &hint.identity).cmp(&(other, &other_hint.identity))
        });
        let mut delivered = vec![Delivered::Duplicate; hints.len()];
        let mut is_any_new = false;
        for (address, hint, place) in rows {
            if session.add_hint(address, hint, now).await? {
                is_any_new = true;
                delivered.get_mut(place).into_iter().for_each(|one| *one = Delivered::New);
            }
        }
        if is_any_new {
            session.bound_inbox().await?;
        }
        session.commit().await?;
        Ok(delivered)
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
    /// Whether the hint is new.
    async fn add_hint(&mut self, address: Address<'_>, hint: &Hint, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let (callback_digest, execution) = address;
        // Several flows may share an address; the hint is of no use only where all of them ended.
        let statement =
            sql("INSERT INTO jumio_hints (callback_digest, execution, identity, status, attempt, named_account,
                                      named_execution, received_at, used_at)
             SELECT $1, $2, $3, $4, $6, $7, $8, $5,
                    CASE (SELECT min(ended) FROM jumio_flows WHERE callback_digest = $1 OR execution = $2)
                        WHEN 1 THEN $5 END
             WHERE true
             ON CONFLICT DO NOTHING")
            .bind(callback_digest)
            .bind(execution)
            .bind(hint.identity.as_str())
            .bind(hint.told.status.as_ref().map(WorkflowStatus::as_str))
            .bind(time::moment(now))
            .bind(hint.told.attempt.map(i64::from))
            .bind(hint.told.account.as_ref().map(AccountId::as_str))
            .bind(hint.told.execution.as_ref().map(WorkflowExecutionId::as_str));
        Ok(self.execute(statement).await? == 1)
    }

    pub(super) async fn use_hints(&mut self, used: &[HintId], now: DateTime<Utc>) -> Result<(), StoreError> {
        for id in used {
            let update = sql("UPDATE jumio_hints SET used_at = $1 WHERE id = $2 AND used_at IS NULL");
            self.execute(update.bind(time::moment(now)).bind(*id)).await?;
        }
        Ok(())
    }

    /// What still waits for a flow that ended waits no more.
    pub(super) async fn use_all_hints_of(&mut self, key: &FlowKey, now: DateTime<Utc>) -> Result<(), StoreError> {
        let update = sql("UPDATE jumio_hints SET used_at = $1
             WHERE used_at IS NULL AND id IN (
                 SELECT hints.id FROM jumio_flows AS flows
                 JOIN jumio_hints AS hints ON hints.execution = flows.execution WHERE flows.key = $2
                 UNION ALL
                 SELECT hints.id FROM jumio_flows AS flows
                 JOIN jumio_hints AS hints ON hints.callback_digest = flows.callback_digest WHERE flows.key = $2
             )");
        self.execute(update.bind(time::moment(now)).bind(key.as_str())).await.map(drop)
    }

    /// Drops the oldest hints that no flow has bound, if there are too many of them.
    async fn bound_inbox(&mut self) -> Result<(), StoreError> {
        let most = i64::try_from(MOST_UNBOUND_HINTS).unwrap_or(i64::MAX);
        // Counts no further than it must: this is asked for every hint.
        let waiting = sql("SELECT count(*) AS waiting FROM (
                 SELECT 1 FROM jumio_hints WHERE used_at IS NULL LIMIT $1
             ) AS counted");
        let row = self.row(waiting.bind(most.saturating_add(1))).await?;
        let waiting: i64 = row.map_or(Ok(0), |row| row.get("waiting")).map_err(self.failed())?;
        if waiting <= most {
            return Ok(());
        }
        let delete = sql(concat!(
            "DELETE FROM jumio_hints WHERE id IN (
                 SELECT id FROM jumio_hints WHERE used_at IS NULL AND ",
            unbound!(),
            " ORDER BY id DESC LIMIT 9223372036854775807 OFFSET $1
             )"
        ));
        self.execute(delete.bind(most)).await.map(drop)
    }
}
