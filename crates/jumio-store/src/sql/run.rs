//! Running statements on a session's connection. One that died while nobody used it is found out by the first of them: what only
//! reads, and the beginning of a transaction, then goes on with another one.

use std::time::Duration;

use jumio_flow::StoreError;

use super::backend::{ListStatement, Row, Statement};
#[cfg(feature = "postgres")]
use super::limit::LONGEST_STATEMENT;
use super::limit::within;
#[cfg(feature = "postgres")]
use super::problem::is_gone;
#[cfg(feature = "postgres")]
use super::session::Database;
use super::session::{Held, Session};

/// Runs a statement; once more on another connection where that one is gone and nothing can have come of it.
macro_rules! run {
    ($session:ident, $statement:ident, $call:ident) => {{
        let again = $session.may_begin_anew.then(|| $statement.clone());
        let limit = $session.longest_statement();
        let mut done = match $session.connection() {
            Ok(mut connection) => within(limit, connection.$call($statement)).await,
            Err(_) => Err(sqlx::Error::WorkerCrashed),
        };
        if let (Err(error), Some(again)) = (&done, again)
            && $session.begins_anew_after(error).await
            && let Ok(mut connection) = $session.connection()
        {
            done = within(limit, connection.$call(again)).await;
        }
        $session.may_begin_anew = false;
        done
    }};
}

impl Held<'_> {
    /// Whether nobody knows if the connection still lives.
    pub(super) fn may_have_died(&self) -> bool {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(connection) => connection.as_ref().is_some_and(|held| held.was_idle),
            _ => false,
        }
    }
}

impl Session<'_> {
    /// Runs a statement; how many rows it changed.
    pub(crate) async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        let done = run!(self, statement, execute);
        done.map_err(self.failed())
    }

    /// Runs a statement; the rows that it gives.
    pub(crate) async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        let rows = run!(self, statement, rows);
        rows.map_err(self.failed())
    }

    /// Runs a statement; the first row that it gives.
    pub(crate) async fn row(&mut self, statement: Statement) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(statement).await?.into_iter().next())
    }

    /// Runs a statement whose values are a list; the rows that it gives.
    pub(crate) async fn rows_for(&mut self, statement: ListStatement) -> Result<Vec<Row>, sqlx::Error> {
        run!(self, statement, rows_for)
    }

    /// Runs a text of several statements without values.
    pub(crate) async fn script(&mut self, sqlite: &'static str, postgres: &'static str) -> Result<(), StoreError> {
        let done = self.connection()?.script(sqlite, postgres).await;
        done.map_err(self.failed())
    }

    /// How long a statement may take. On SQLite the disk alone may keep it waiting; a caller's own transaction is the caller's.
    fn longest_statement(&self) -> Option<Duration> {
        match self.held {
            #[cfg(feature = "postgres")]
            Held::Postgres(_) => Some(LONGEST_STATEMENT),
            _ => None,
        }
    }

    /// Takes another connection where this one is gone.
    #[cfg_attr(not(feature = "postgres"), expect(clippy::unused_async, reason = "SQLite has no connection to lose"))]
    async fn begins_anew_after(&mut self, error: &sqlx::Error) -> bool {
        #[cfg(feature = "postgres")]
        if let (Held::Postgres(held), Database::Postgres(connections), true) =
            (&mut self.held, &self.core.database, is_gone(error))
        {
            drop(held.take());
            connections.forget_idle();
            *held = connections.borrow().await.ok();
            return held.is_some();
        }
        let _ = error;
        false
    }
}
