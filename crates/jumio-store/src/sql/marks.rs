//! How far the jobs over a store came.

use chrono::{DateTime, Utc};
use jumio_flow::StoreError;

use super::backend::sql;
use super::session::Core;
use super::time;

impl Core {
    pub(crate) async fn mark_of(&self, job: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut session = self.connect("look how far a job came").await?;
        let row = session.row(sql("SELECT reached FROM jumio_marks WHERE job = $1").bind(job)).await?;
        let reached = row.map(|row| row.get::<i64>("reached")).transpose().map_err(session.failed())?;
        session.end();
        Ok(reached.map(time::read))
    }

    pub(crate) async fn move_mark_of(
        &self,
        job: &str,
        from: Option<DateTime<Utc>>,
        to: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut session = self.begin("say how far a job came").await?;
        let statement = match from {
            Some(from) => sql("UPDATE jumio_marks SET reached = $1 WHERE job = $2 AND reached = $3")
                .bind(time::moment(to))
                .bind(job)
                .bind(time::moment(from)),
            None => sql("INSERT INTO jumio_marks (reached, job) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                .bind(time::moment(to))
                .bind(job),
        };
        let moved = session.execute(statement).await?;
        session.commit().await?;
        Ok(moved == 1)
    }
}
