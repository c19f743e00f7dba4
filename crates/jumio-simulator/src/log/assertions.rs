//! What a test says about the calls that were made, in one line, with a failure that shows what came instead.

use std::fmt::Write as _;

use super::RequestRecord;

/// So many calls are listed in a failure.
const MOST_SHOWN: usize = 20;

/// Calls to the simulator, oldest first: all of them, or those that were picked.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let simulator = jumio_simulator::Simulator::start().await?;
/// // … run what is under test …
/// let requests = simulator.requests();
/// requests.of("create_account").never();
/// requests.of("token").status(200).at_most(1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Requests {
    calls: Vec<RequestRecord>,
    /// How many older calls are not kept any more.
    forgotten: u64,
    /// What was picked, in words.
    picked: String,
}

impl Requests {
    pub(crate) fn new(calls: Vec<RequestRecord>, forgotten: u64) -> Self {
        Self { calls, forgotten, picked: "calls".to_owned() }
    }

    /// The calls of this endpoint: `create_account`, `upload_document`, …
    #[must_use]
    pub fn of(&self, endpoint: &str) -> Self {
        self.pick(&format!(" of {endpoint}"), |call| call.endpoint == endpoint)
    }

    /// The calls that were answered with this status.
    #[must_use]
    pub fn status(&self, status: u16) -> Self {
        self.pick(&format!(" answered {status}"), |call| call.status == status)
    }

    /// The calls that were answered with success.
    #[must_use]
    pub fn succeeded(&self) -> Self {
        self.pick(" answered with success", RequestRecord::is_success)
    }

    /// The calls that were answered with anything else.
    #[must_use]
    pub fn refused(&self) -> Self {
        self.pick(" answered without success", |call| !call.is_success())
    }

    /// The calls about this transaction.
    #[must_use]
    pub fn about(&self, workflow_execution_id: &str) -> Self {
        self.pick(&format!(" about {workflow_execution_id}"), |call| {
            call.workflow_execution_id.as_deref() == Some(workflow_execution_id)
        })
    }

    /// The calls themselves.
    pub fn iter(&self) -> std::slice::Iter<'_, RequestRecord> {
        self.calls.iter()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.calls.len()
    }

    /// There must be so many.
    ///
    /// # Panics
    ///
    /// Where there are more or fewer, with a list of what came. Also where the log has let go of calls to stay within its
    /// bounds, since nobody can count then; `Builder::request_log` makes it longer.
    #[track_caller]
    pub fn exactly(&self, count: usize) -> &Self {
        self.must(self.calls.len() == count, &format!("exactly {count}"))
    }

    /// There must be so many or more.
    ///
    /// # Panics
    ///
    /// As [`exactly`](Self::exactly).
    #[track_caller]
    pub fn at_least(&self, count: usize) -> &Self {
        self.must(self.calls.len() >= count, &format!("at least {count}"))
    }

    /// There must be so many or fewer.
    ///
    /// # Panics
    ///
    /// As [`exactly`](Self::exactly).
    #[track_caller]
    pub fn at_most(&self, count: usize) -> &Self {
        self.must(self.calls.len() <= count, &format!("at most {count}"))
    }

    /// There must be none.
    ///
    /// # Panics
    ///
    /// As [`exactly`](Self::exactly).
    #[track_caller]
    pub fn never(&self) -> &Self {
        self.must(self.calls.is_empty(), "none")
    }

    fn pick(&self, words: &str, keep: impl Fn(&RequestRecord) -> bool) -> Self {
        let calls = self.calls.iter().filter(|call| keep(call)).cloned().collect();
        Self { calls, forgotten: self.forgotten, picked: format!("{}{words}", self.picked) }
    }

    #[track_caller]
    #[expect(clippy::panic, reason = "an assertion fails by panicking")]
    fn must(&self, holds: bool, wanted: &str) -> &Self {
        if self.forgotten > 0 {
            panic!("the log has let go of {} calls: make it longer with Builder::request_log", self.forgotten);
        }
        if !holds {
            panic!("{}: expected {wanted}, there were {}{}", self.picked, self.calls.len(), self.listed());
        }
        self
    }

    fn listed(&self) -> String {
        let mut text = String::new();
        for call in self.calls.iter().take(MOST_SHOWN) {
            let fault = call.fault.as_ref().map(|fault| format!(" (fault: {fault})")).unwrap_or_default();
            // Writing to a text does not fail.
            let _ = write!(
                text,
                "\n  {:>4}. {} {} {} {} -> {}{fault}",
                call.number, call.at, call.endpoint, call.method, call.path, call.status
            );
        }
        if self.calls.len() > MOST_SHOWN {
            let _ = write!(text, "\n  … and {} more", self.calls.len() - MOST_SHOWN);
        }
        text
    }
}

impl<'a> IntoIterator for &'a Requests {
    type Item = &'a RequestRecord;
    type IntoIter = std::slice::Iter<'a, RequestRecord>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
