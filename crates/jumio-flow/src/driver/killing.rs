//! For tests: the death of a host in the middle of its calls, within one process.

use std::sync::{Mutex, PoisonError};

use tokio::task::AbortHandle;

use super::flows::Flows;

/// The calls that are under way.
#[derive(Default)]
pub(super) struct Calls(Mutex<Vec<AbortHandle>>);

impl Calls {
    pub(super) fn add(&self, call: AbortHandle) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.retain(|call| !call.is_finished());
        calls.push(call);
    }
}

impl Flows {
    /// Ends every call of this host that is under way, as the death of its process would: nobody hears the answer. Futures of
    /// the host that wait for one never complete.
    pub fn kill_calls(&self) {
        let mut calls = self.inner.calls.0.lock().unwrap_or_else(PoisonError::into_inner);
        calls.drain(..).for_each(|call| call.abort());
    }
}
