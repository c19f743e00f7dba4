//! What people and jobs ask of a flow: cancel, resume, resolve, refresh. Each with its entry in the audit, in the same transaction.

use super::error::FlowError;
use super::flows::Flows;
use crate::machine::{By, Event, Resolution, Verdict};
use crate::store::keys::FlowKey;
use crate::store::record::FlowRecord;
use crate::store::upkeep::AuditEntry;

impl Flows {
    /// Ends a flow because nobody wants it any more. A call that is under way is awaited first. Jumio has no cancel: what comes
    /// of the transaction is recorded all the same, and with `erase` Jumio erases it once it is over.
    ///
    /// # Errors
    ///
    /// [`FlowError`]; the flow is as it was last saved.
    pub async fn cancel(&self, key: &FlowKey, erase: bool, by: &By) -> Result<FlowRecord, FlowError> {
        self.order(key, Event::Cancel { erase }, "cancel", by).await
    }

    /// Lets a flow that stalled go on. Nothing happens where it did not.
    ///
    /// # Errors
    ///
    /// [`FlowError`]; the flow is as it was last saved.
    pub async fn resume(&self, key: &FlowKey, by: &By) -> Result<FlowRecord, FlowError> {
        self.order(key, Event::Resume, "resume", by).await
    }

    /// Says what became of a call of unknown outcome. Nothing happens where the flow is not parked by one.
    ///
    /// # Errors
    ///
    /// [`FlowError`]; the flow is as it was last saved.
    pub async fn resolve(&self, key: &FlowKey, resolution: Resolution, by: &By) -> Result<FlowRecord, FlowError> {
        let action = if resolution == Resolution::OpenAnother { "restart" } else { "resolve" };
        self.order(key, Event::Resolve(resolution), action, by).await
    }

    /// Says what a result means, whatever the rules say: the outcome gets another version, which enters the feed.
    ///
    /// # Errors
    ///
    /// [`FlowError`]; the flow is as it was last saved.
    pub async fn judge(&self, key: &FlowKey, verdict: Verdict, by: &By) -> Result<FlowRecord, FlowError> {
        self.order(key, Event::Resolve(Resolution::Means { verdict, by: by.clone() }), "resolve", by).await
    }

    /// Asks Jumio once more for a result that is final, since it may have changed: a changed one becomes another version.
    ///
    /// # Errors
    ///
    /// [`FlowError`]; the flow is as it was last saved.
    pub async fn refresh(&self, key: &FlowKey, by: &By) -> Result<FlowRecord, FlowError> {
        self.order(key, Event::Refresh, "refresh", by).await
    }

    /// One step that somebody asked for; the host goes on with whatever follows.
    async fn order(&self, key: &FlowKey, event: Event, action: &str, by: &By) -> Result<FlowRecord, FlowError> {
        let record = loop {
            self.own(key).await?;
            if let Some((lease, record)) = self.claim(key).await? {
                let entry = AuditEntry::new(key.clone(), &*by.actor, action, self.inner.now()).because(&*by.reason);
                break self.work(lease, record).obey(event, &entry).await?;
            }
        };
        self.inner.wake.notify_waiters();
        Ok(record)
    }
}
