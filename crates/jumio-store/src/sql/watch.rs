//! A worker that runs for months looks now and then whether it may still work with the tables, and how late it is by the
//! database's clock.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::DateTime;
use jumio_flow::StoreError;

use super::backend::sql_for;
use super::migrate::{OLDEST_FINISHER, known};
use super::session::Session;

/// How long a worker goes on before it looks again.
const EVERY: Duration = Duration::from_secs(60);

/// When to look, and what was found.
#[derive(Default)]
pub(crate) struct Watch(Mutex<Found>);

#[derive(Default)]
enum Found {
    /// The tables are not known to be there yet.
    #[default]
    Nothing,
    /// All is well until then at least.
    Fine(Instant),
    /// The tables became those of a version that this one must leave alone, but for what its workers hold where
    /// `may_finish` says so.
    Newer { version: i64, may_finish: bool },
}

/// What a call is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To begin something, or to look.
    Begin,
    /// To end what a worker holds: its answer, its lease.
    Finish,
}

impl Watch {
    fn found(&self) -> MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses calls once the tables are too new: all of them, or all but those that end something.
    pub(super) fn check(&self, purpose: Purpose) -> Result<(), StoreError> {
        match *self.found() {
            Found::Newer { may_finish: true, .. } if purpose == Purpose::Finish => Ok(()),
            Found::Newer { version: found, .. } => Err(StoreError::NewerSchema { found, known: known() }),
            Found::Nothing | Found::Fine(_) => Ok(()),
        }
    }

    /// Whether it is time to look. Says so to one of several who ask at once.
    pub(super) fn is_due(&self) -> bool {
        let (mut found, now) = (self.found(), Instant::now());
        let is_due = matches!(*found, Found::Fine(until) if until <= now);
        if is_due {
            *found = Found::Fine(now.checked_add(EVERY).unwrap_or(now));
        }
        is_due
    }

    /// Has the next call look.
    #[cfg(all(test, feature = "sqlite"))]
    pub(crate) fn look_next(&self) {
        *self.found() = Found::Fine(Instant::now());
    }
}

impl Session<'_> {
    /// Looks at the version of the tables and at the clock. Called once the tables are known to be there.
    pub(crate) async fn look(&mut self) -> Result<(), StoreError> {
        let statement = sql_for(
            "SELECT version, oldest_worker, NULL AS clock, (SELECT reached FROM jumio_marks WHERE job = $1) AS finisher
             FROM jumio_schema WHERE id = 1",
            "SELECT version, oldest_worker, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS clock,
                    (SELECT reached FROM jumio_marks WHERE job = $1) AS finisher
             FROM jumio_schema WHERE id = 1",
        );
        let asked = Instant::now();
        let row = self.row(statement.bind(OLDEST_FINISHER)).await?;
        let Some(row) = row else { return Ok(()) };
        let number = |column| row.get::<Option<i64>>(column);
        let read = || {
            Ok((row.get::<i64>("version")?, row.get::<i64>("oldest_worker")?, number("clock")?, number("finisher")?))
        };
        let (version, oldest_worker, clock, finisher) = read().map_err(self.failed())?;
        let core = self.core();
        if let Some(clock) = clock.and_then(DateTime::from_timestamp_micros) {
            core.clock.read(clock, asked);
        }
        let is_newer = version > known() && oldest_worker > known();
        let until = asked.checked_add(EVERY).unwrap_or(asked);
        let may_finish = finisher.is_some_and(|oldest| oldest <= known());
        *core.watch.found() = if is_newer { Found::Newer { version, may_finish } } else { Found::Fine(until) };
        Ok(())
    }
}
