//! Version 3: its tables with what it took in, and its receiver and worker as they go on beside this version.

use jumio_flow::{CallbackKey, Delivered, FlowKey, FlowStore, Hint, HintAddress, MOST_HINTS_OF_ONE};
use sqlx::{AssertSqlSafe, Connection, Executor};

use super::at;

const KEY: &str = "k1";
/// SHA-256 of it.
const DIGEST: &str = "6ab9f1eb8f7d3388f4f9d586f66e99fd54080df2c446f0e58668b09c08a16dd0";
const FLOW: &str = "INSERT INTO jumio_flows (key, profile, callback_digest, phase, ended, stalled, state_version, state, created_at, updated_at)
    VALUES ('a', 'test', {digest}, 'open', 0, 0, 1, {digest}, 0, 0)";
const TAKE_IN: &str = "WITH new AS MATERIALIZED (
        SELECT column1 AS digest, column2 AS execution, column4 AS status, column3 AS identity, column5 AS attempt,
               column6 AS named_account, column7 AS named_execution, column8 AS received_at,
               CASE WHEN column1 IS NULL THEN (
                   SELECT min(CASE WHEN flows.phase = 'decided' AND column4 = 'PROCESSED' THEN 0 ELSE flows.ended END)
                   FROM jumio_flows AS flows WHERE flows.execution = column2
               ) ELSE (
                   SELECT min(CASE WHEN flows.phase = 'decided' AND column4 = 'PROCESSED' THEN 0 ELSE flows.ended END)
                   FROM jumio_flows AS flows WHERE flows.callback_digest = column1
               ) END AS is_over
        FROM (VALUES ({address}, '{identity}', 'PROCESSED', CAST(NULL AS BIGINT), CAST(NULL AS TEXT), CAST(NULL AS TEXT),
                      CAST(0 AS BIGINT))) AS list WHERE column3 IS NOT NULL
    ) INSERT INTO jumio_hints (callback_digest, execution, identity, status, attempt, named_account, named_execution,
                               received_at, used_at)
    SELECT digest, execution, identity, status, attempt, named_account, named_execution, received_at,
           CASE is_over WHEN 1 THEN received_at END
    FROM new WHERE true ON CONFLICT DO NOTHING RETURNING id, callback_digest, execution, identity";
const WAITING: &str = "SELECT hints.id AS id FROM jumio_flows AS flows
    JOIN jumio_hints AS hints ON hints.callback_digest = flows.callback_digest
    WHERE flows.key = 'a' AND hints.used_at IS NULL ORDER BY id";
const USE: &str = "UPDATE jumio_hints SET used_at = 0 WHERE used_at IS NULL
    AND NOT (status IS NOT NULL AND status = 'PROCESSED' AND 'open' = 'decided') AND id IN (
        SELECT hints.id FROM jumio_flows AS flows
        JOIN jumio_hints AS hints ON hints.callback_digest = flows.callback_digest WHERE flows.key = 'a'
    )";
const BOUND: &str = "DELETE FROM jumio_hints WHERE id IN (
        SELECT id FROM (
            SELECT id, row_number() OVER (PARTITION BY callback_digest ORDER BY id DESC) AS place FROM jumio_hints
            WHERE callback_digest IN ({digest})
        ) AS placed WHERE place > 64
    )";
const ERASE: [&str; 2] = [
    "UPDATE jumio_flows SET callback_digest = NULL WHERE key = 'a'",
    "DELETE FROM jumio_hints WHERE callback_digest = {digest}
        AND NOT EXISTS (SELECT 1 FROM jumio_flows WHERE callback_digest = {digest})",
];
const ALL: &str = "SELECT id FROM jumio_hints WHERE callback_digest = {digest}";

/// Somebody of version 3, by a connection of its own.
pub(crate) struct Three<C> {
    pub(crate) connection: C,
    /// Bytes in the database's words, from hexadecimal.
    pub(crate) bytes: fn(&str) -> String,
}

impl<C> Three<C>
where
    C: Connection,
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
{
    /// How many rows it gives.
    async fn ask(&mut self, text: &str) -> usize {
        let text = text.replace("{digest}", &(self.bytes)(DIGEST));
        sqlx::raw_sql(AssertSqlSafe(text)).fetch_all(&mut self.connection).await.unwrap().len()
    }

    /// Whether it is new.
    async fn takes_in(&mut self, address: &str, identity: &str) -> bool {
        self.ask(&TAKE_IN.replace("{address}", address).replace("{identity}", identity)).await == 1
    }

    async fn takes_in_callback(&mut self, identity: &str) -> bool {
        self.takes_in("{digest}, CAST(NULL AS TEXT)", identity).await
    }

    async fn takes_in_for_transaction(&mut self, identity: &str) -> bool {
        let address = format!("CASE WHEN 0 = 1 THEN {} END, 'w'", (self.bytes)(DIGEST));
        self.takes_in(&address, identity).await
    }

    /// Its tables, and in them a flow with two callbacks, of which one is used up, and a hint to a transaction.
    pub(crate) async fn begins(&mut self, scripts: [&str; 3]) {
        for script in scripts {
            self.ask(script).await;
        }
        self.ask("UPDATE jumio_schema SET version = 3, oldest_worker = 3").await;
        self.ask("INSERT INTO jumio_marks (job, reached) VALUES ('schema/oldest-to-finish', 3)").await;
        self.ask(FLOW).await;
        assert!(self.takes_in_callback("w INITIATED 1").await);
        self.ask(USE).await;
        assert!(self.takes_in_callback("w PROCESSED 2").await);
        assert!(!self.takes_in_callback("w PROCESSED 2").await);
        assert!(self.takes_in_for_transaction("w PROCESSED 2").await);
    }

    /// After its tables were migrated: what it took in is known, and it goes on beside the store.
    pub(crate) async fn goes_on_beside(&mut self, store: &dyn FlowStore) {
        let (new, copy) = (Some(Delivered::New), Some(Delivered::Duplicate));
        let old = [callback(KEY, "w INITIATED 1"), callback(KEY, "w PROCESSED 2"), to_transaction("w PROCESSED 2")];
        for hint in &old {
            assert_eq!(deliver(store, std::slice::from_ref(hint)).await, [copy], "{hint:?}");
        }
        let [one, other, _] = old;
        let group = [callback(KEY, "w PROCESSED 3"), one, callback("nobody's", "w PROCESSED 3"), other];
        assert_eq!(deliver(store, &group).await, [new, copy, None, copy]);
        assert_eq!(self.waiting(store).await, 2);

        // Neither knows copies of callbacks that the older one takes in now; of hints to transactions both do.
        assert!(self.takes_in_callback("w PROCESSED 3").await);
        assert!(self.takes_in_callback("w PROCESSED 4").await);
        assert_eq!(deliver(store, &[callback(KEY, "w PROCESSED 4")]).await, [new]);
        assert!(!self.takes_in_for_transaction("w PROCESSED 2").await);
        assert_eq!(self.waiting(store).await, 5);
        self.ask(USE).await;
        assert_eq!(self.waiting(store).await, 0);

        // Either keeps of all together no more than it may.
        for number in 0..MOST_HINTS_OF_ONE {
            assert!(self.takes_in_callback(&format!("older {number}")).await);
        }
        self.ask(BOUND).await;
        assert_eq!(self.ask(ALL).await, MOST_HINTS_OF_ONE);
        assert!(self.takes_in_callback("one more").await);
        let newer: Vec<_> = (0..MOST_HINTS_OF_ONE).map(|number| callback(KEY, &format!("newer {number}"))).collect();
        for hints in newer.chunks(8) {
            assert_eq!(deliver(store, hints).await, [new; 8]);
        }
        assert!(self.ask(ALL).await < 2 * MOST_HINTS_OF_ONE, "it was looked at");
        for script in ERASE {
            self.ask(script).await;
        }
        assert_eq!(self.ask(ALL).await, 0);
    }

    /// How many callbacks wait for the flow: both find the same ones.
    async fn waiting(&mut self, store: &dyn FlowStore) -> usize {
        let found = self.ask(WAITING).await;
        assert_eq!(store.hints(&FlowKey::new("a")).await.unwrap().len(), found);
        found
    }
}

fn callback(key: &str, identity: &str) -> Hint {
    Hint::new(HintAddress::Key(CallbackKey::from_url(key)), None, identity)
}

fn to_transaction(identity: &str) -> Hint {
    Hint::new(HintAddress::Execution("w".into()), None, identity)
}

async fn deliver(store: &dyn FlowStore, hints: &[Hint]) -> Vec<Option<Delivered>> {
    store.deliver_known(hints, at(0)).await.into_iter().map(Result::unwrap).collect()
}
