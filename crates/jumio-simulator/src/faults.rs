//! Things that go wrong on purpose, so that a client can be tried on them. Faults live in memory only: a restarted
//! simulator has those that its builder names.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jumio_model::endpoint::Endpoint;

/// Something that goes wrong with certain calls of one endpoint.
///
/// ```
/// use jumio_simulator::{Fault, FaultKind};
///
/// // The second and third account call are done, but the caller never hears of it.
/// let lost = Fault::new("create_account", FaultKind::ResetAfter).skip(1).times(2);
/// # let _ = lost;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    endpoint: String,
    skip: u32,
    times: u32,
    kind: FaultKind,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The call is not looked at; this is the answer.
    Answer {
        /// The HTTP status.
        status: u16,
        /// Headers of the answer, such as `Retry-After`.
        headers: Vec<(String, String)>,
        /// The body, as it is.
        body: String,
    },
    /// The call is looked at only after so long (real time, not the simulator's).
    Delay(Duration),
    /// The connection is reset and nothing was done.
    ResetBefore,
    /// The work is done, and the connection is reset instead of an answer.
    ResetAfter,
    /// The work is done, and these bytes stand in the answer's body instead of what belongs there.
    Garbage(Vec<u8>),
}

impl FaultKind {
    /// An answer with Jumio's problem body, such as the documented one for 429.
    pub fn problem(status: u16, title: &str, detail: &str) -> Self {
        let body = serde_json::json!({ "title": title, "status": status, "detail": detail });
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self::Answer { status, headers, body: body.to_string() }
    }

    /// The same with one more header; only an [`Answer`](Self::Answer) has headers of its own.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

impl Fault {
    /// Once, with the next call of the endpoint of this name (`create_account`, `upload_document`, …).
    pub fn new(endpoint: &str, kind: FaultKind) -> Self {
        Self { endpoint: endpoint.to_owned(), skip: 0, times: 1, kind }
    }

    /// Once, with the next call of this endpoint.
    pub fn on<E: Endpoint>(kind: FaultKind) -> Self {
        Self::new(E::NAME, kind)
    }

    /// Lets so many calls pass before.
    #[must_use]
    pub fn skip(mut self, calls: u32) -> Self {
        self.skip = calls;
        self
    }

    /// Strikes so many calls, one after the other.
    #[must_use]
    pub fn times(mut self, calls: u32) -> Self {
        self.times = calls;
        self
    }

    /// Strikes every call from then on.
    #[must_use]
    pub fn always(self) -> Self {
        self.times(u32::MAX)
    }
}

/// The faults that are still to come.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self(Mutex::new(faults))
    }

    pub(crate) fn add(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What strikes this call. Of several faults of one endpoint the first whose turn it is strikes.
    pub(crate) fn take(&self, endpoint: &str) -> Option<FaultKind> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut struck = None;
        for fault in faults.iter_mut().filter(|fault| fault.endpoint == endpoint) {
            if fault.skip > 0 {
                fault.skip -= 1;
            } else if struck.is_none() && fault.times > 0 {
                fault.times = if fault.times == u32::MAX { u32::MAX } else { fault.times - 1 };
                struck = Some(fault.kind.clone());
            }
        }
        faults.retain(|fault| fault.times > 0);
        struck
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, FaultKind, Faults};

    #[test]
    fn a_fault_waits_strikes_and_is_gone() {
        let fault = Fault::new("token", FaultKind::ResetBefore).skip(1).times(2);
        let faults = Faults::new(vec![fault]);
        assert_eq!(faults.take("finalize"), None);
        let struck: Vec<bool> = (0..5).map(|_| faults.take("token").is_some()).collect();
        assert_eq!(struck, [false, true, true, false, false]);
    }

    #[test]
    fn always_is_until_cleared() {
        let faults = Faults::default();
        faults.add(Fault::new("token", FaultKind::ResetBefore).always());
        assert!((0..10).all(|_| faults.take("token").is_some()));
        faults.clear();
        assert_eq!(faults.take("token"), None);
    }
}
