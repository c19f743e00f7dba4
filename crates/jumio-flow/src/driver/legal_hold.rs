//! Who may forbid that a transaction is erased.

use std::time::Duration;

use async_trait::async_trait;

use crate::machine::Flow;

/// How long until a hold is asked about again.
pub(crate) const ASK_AGAIN: Duration = Duration::from_secs(24 * 60 * 60);

/// Says whether a transaction must not be erased: a court, an audit, an open dispute. Asked before every erasure, and daily
/// while it says so.
#[async_trait]
pub trait LegalHold: Send + Sync {
    /// Whether it is held.
    ///
    /// # Errors
    ///
    /// Any, where that cannot be found out: then nothing is erased either, and it is asked again.
    async fn is_held(&self, flow: &Flow) -> Result<bool, Box<dyn std::error::Error + Send + Sync>>;
}
