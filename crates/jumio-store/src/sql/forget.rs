//! Forgetting what nothing else would: hints of transactions that were given up, more hints than anybody needs, and flows that
//! cannot be read.

use std::sync::LazyLock;
use std::time::Duration;

use chrono::{DateTime, Utc};
use jumio_flow::{FlowKey, Lease, MOST_HINTS_OF_ONE, Owner, StoreError};
use jumio_model::WorkflowExecutionId;

use super::backend::{ListStatement, Param, sql};
use super::hint_name::to_key;
use super::inbox::unbound;
use super::row::CallbackDigest;
use super::rows::Rows;
#[cfg(feature = "sqlite")]
use super::rows::Texts;
use super::session::{Core, Session};
use super::time;

/// Forgets the older hints to each of a list of keys. Each key is looked at by itself: SQLite keeps the order of a cross join.
#[cfg(feature = "sqlite")]
static OLD_OF_KEYS: LazyLock<Texts> = LazyLock::new(|| {
    let before = "DELETE FROM jumio_hints WHERE id IN (
         SELECT id FROM (
             SELECT hints.id AS id, row_number() OVER (PARTITION BY keys.digest ORDER BY hints.id DESC) AS place
             FROM (SELECT DISTINCT column1 AS digest FROM (VALUES ";
    const TO_KEY: &str = to_key!("hints", "keys.digest");
    let after = format!(
        ")) AS keys CROSS JOIN jumio_hints AS hints WHERE {TO_KEY}
         ) AS placed WHERE place > {MOST_HINTS_OF_ONE})"
    );
    Texts::new(before, "(?)", &after)
});

/// The same, whatever PostgreSQL takes the number of keys for.
#[cfg(feature = "postgres")]
static OLD_OF_KEYS_POSTGRES: LazyLock<String> = LazyLock::new(|| {
    const TO_KEY: &str = to_key!("hints", "keys.digest");
    format!(
        "DELETE FROM jumio_hints WHERE id IN (
             SELECT old.id FROM (
                 SELECT DISTINCT decode(value ->> 0, 'hex') AS digest FROM json_array_elements($1::json)
             ) AS keys CROSS JOIN LATERAL (
                 SELECT hints.id FROM jumio_hints AS hints WHERE {TO_KEY} ORDER BY hints.id DESC OFFSET {MOST_HINTS_OF_ONE}
             ) AS old)"
    )
});

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

    /// Hints that were used up, and whose address no flow has any more. It is looked from the oldest on as far as the first one that came
    /// and was used since: behind it hardly any is older, and there may be millions.
    pub(crate) async fn forget_used_hints(&self, before: DateTime<Utc>, most: usize) -> Result<usize, StoreError> {
        let mut session = self.begin("forget hints of no flow").await?;
        let delete = sql(concat!(
            "DELETE FROM jumio_hints WHERE id IN (
                 SELECT id FROM jumio_hints WHERE used_at < $1 AND id < coalesce(
                     (SELECT id FROM jumio_hints WHERE received_at >= $1 AND used_at >= $1 ORDER BY id LIMIT 1), $3
                 ) AND ",
            unbound!(),
            " ORDER BY id LIMIT $2)"
        ));
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let forgotten = session.execute(delete.bind(time::moment(before)).bind(most).bind(i64::MAX)).await?;
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
    pub(super) async fn bound_keys(&mut self, digests: &[CallbackDigest]) -> Result<(), StoreError> {
        let statement = ListStatement {
            #[cfg(feature = "sqlite")]
            sqlite: &OLD_OF_KEYS,
            #[cfg(feature = "postgres")]
            postgres: &OLD_OF_KEYS_POSTGRES,
            rows: Rows::new(digests.iter().map(|digest| [Param::from(*digest)])),
        };
        let done = self.rows_for(statement).await;
        done.map(drop).map_err(self.failed())
    }
}
