//! What the status of a transaction says about waiting. The values themselves are generated.

use super::WorkflowStatus;

impl WorkflowStatus {
    /// Whether nothing more will happen to the transaction: the result is ready, or a deadline passed (protocol 7.1).
    ///
    /// An unknown status means "still running" (protocol 7.1, trap 13).
    ///
    /// ```
    /// use jumio_model::WorkflowStatus;
    ///
    /// assert!(WorkflowStatus::TokenExpired.is_terminal());
    /// assert!(!WorkflowStatus::from("SOMETHING_NEW").is_terminal());
    /// ```
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Processed | Self::SessionExpired | Self::TokenExpired)
    }

    /// Whether a deadline passed before the result: the token was never used, or the session stood idle for 15 minutes
    /// (protocol 7.1, 10.4).
    ///
    /// ```
    /// use jumio_model::WorkflowStatus;
    ///
    /// assert!(WorkflowStatus::SessionExpired.is_expired() && !WorkflowStatus::Processed.is_expired());
    /// ```
    pub fn is_expired(&self) -> bool {
        matches!(self, Self::SessionExpired | Self::TokenExpired)
    }
}
