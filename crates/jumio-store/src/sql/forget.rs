//! Forgetting what nothing else would: hints of transactions that were given up, more hints than anybody needs, and flows that
//! cannot be read.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use jumio_flow::{CallbackKey, FlowKey, Hint, HintAddress, Lease, MOST_HINTS_OF_ONE, Owner, StoreError};
use jumio_model::WorkflowExecutionId;

use super::backend::sql;
use super::inbox::unbound;
use super::row::digest;
use super::session::{Core, Session};
use super::time;

impl Core {
    /// A lease on a flow that ended, its state unopened.
    pub(crate) async fn claim_unopened_flow(
        &self,
        key: &FlowKey,
        owner: &Owner,
        now: DateTime<Utc>,
        length: Duration,
    ) -> Result<Option<Lease>, StoreError> {
        let mut session = self.begin("claim a flow to erase it").await?;
        let statement = sql("UPDATE jumio_flows SET owner = $1, lease_until = $2, fence = fence + 1
             WHERE key = $3 AND ended = 1 AND erased_at IS NULL AND (lease_until IS NULL OR lease_until <= $4)
             RETURNING fence")
        .bind(owner.as_str())
        .bind(time::lease_end(self.clock.of(now), length))
        .bind(key.as_str())
        .bind(time::moment(self.clock.of(now)));
        let row = session.row(statement).await?;
        let fence = row.map(|row| row.get::<i64>("fence")).transpose().map_err(session.failed())?;
        session.commit().await?;
        Ok(fence.map(|fence| Lease::new(key.clone(), owner.clone(), fence)))
    }

    /// Hints that were used up, and whose address no flow has any more.
    pub(crate) async fn forget_used_hints(&self, before: DateTime<Utc>, most: usize) -> Result<usize, StoreError> {
        let mut session = self.begin("forget hints of no flow").await?;
        let delete = sql(concat!(
            "DELETE FROM jumio_hints WHERE id IN (SELECT id FROM jumio_hints WHERE used_at < $1 AND ",
            unbound!(),
            " ORDER BY id LIMIT $2)"
        ));
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let forgotten = session.execute(delete.bind(time::moment(before)).bind(most)).await?;
        session.commit().await?;
        Ok(usize::try_from(forgotten).unwrap_or(usize::MAX))
    }

    /// The transactions that a flow gave up; none, where it cannot be read.
    pub(super) async fn given_up_by(&self, key: &FlowKey) -> Vec<WorkflowExecutionId> {
        let record = self.load_flow(key).await.ok().flatten();
        let replaced = record.iter().flat_map(|record| record.flow.replaced());
        replaced.map(|replaced| replaced.execution.clone()).collect()
    }
}

/// The keys that have more than one of these hints, or all of them.
pub(super) fn crowded_keys(hints: &[Hint]) -> Vec<&CallbackKey> {
    let mut counts: BTreeMap<&str, (&CallbackKey, usize)> = BTreeMap::new();
    for hint in hints {
        if let HintAddress::Key(key) = &hint.address {
            counts.entry(key.expose()).or_insert((key, 0)).1 += 1;
        }
    }
    let crowded = counts.into_values().filter(|(_, count)| *count > 1 || *count == hints.len());
    crowded.map(|(key, _)| key).collect()
}

impl Session<'_> {
    /// Forgets the hints to transactions that no flow has any more.
    pub(super) async fn forget_executions(&mut self, given_up: &[WorkflowExecutionId]) -> Result<(), StoreError> {
        for execution in given_up {
            let delete = sql("DELETE FROM jumio_hints
                 WHERE execution = $1 AND NOT EXISTS (SELECT 1 FROM jumio_flows WHERE execution = $1)");
            self.execute(delete.bind(execution.as_str())).await?;
        }
        Ok(())
    }

    /// Keeps the newest hints to each of these keys, used up or not, and forgets the others.
    pub(super) async fn bound_keys(&mut self, keys: &[&CallbackKey]) -> Result<(), StoreError> {
        let most = i64::try_from(MOST_HINTS_OF_ONE).unwrap_or(i64::MAX);
        for key in keys {
            let delete = sql("DELETE FROM jumio_hints WHERE id IN (
                     SELECT id FROM jumio_hints WHERE callback_digest = $1
                     ORDER BY id DESC LIMIT 9223372036854775807 OFFSET $2
                 )");
            self.execute(delete.bind(digest(key)).bind(most)).await?;
        }
        Ok(())
    }
}
