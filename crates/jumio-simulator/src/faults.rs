//! Things that go wrong on purpose, so that a client can be tried on them: which calls a fault strikes. What it then does is
//! in `kind.rs` and `strike.rs`. Faults live in memory only: a restarted simulator has those that its builder names.

mod body;
mod kind;
mod list;
mod strike;
mod text;

use jumio_model::endpoint::Endpoint;
use serde::{Deserialize, Serialize};

pub use kind::{FaultKind, RetryAfter};
pub(crate) use list::{Faults, Listed};
pub(crate) use strike::{Before, Strike};

/// The endpoint of a fault that strikes any.
const ANY: &str = "*";

/// Something that goes wrong with certain calls of one endpoint.
///
/// ```
/// use jumio_simulator::{Fault, FaultKind};
///
/// // The second and third account call are done, but the caller never hears of it.
/// let lost = Fault::new("create_account", FaultKind::ResetAfter).skip(1).times(2);
/// // From now on every tenth call fails, the same ones in each run.
/// let shaky = Fault::any(FaultKind::Failure { status: 503, done: false }).chance(0.1).always();
/// # let _ = (lost, shaky);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    endpoint: String,
    kind: FaultKind,
    #[serde(default)]
    skip: u32,
    #[serde(default = "once")]
    times: u32,
    #[serde(default)]
    always: bool,
    #[serde(default = "certain")]
    chance: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    execution: Option<String>,
}

fn once() -> u32 {
    1
}

fn certain() -> f64 {
    1.0
}

impl Fault {
    /// Once, with the next call of the endpoint of this name (`create_account`, `upload_document`, …).
    pub fn new(endpoint: &str, kind: FaultKind) -> Self {
        let endpoint = endpoint.to_owned();
        Self { endpoint, kind, skip: 0, times: once(), always: false, chance: certain(), execution: None }
    }

    /// Once, with the next call of this endpoint.
    pub fn on<E: Endpoint>(kind: FaultKind) -> Self {
        Self::new(E::NAME, kind)
    }

    /// Once, with the next call of whatever endpoint.
    pub fn any(kind: FaultKind) -> Self {
        Self::new(ANY, kind)
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
    pub fn always(mut self) -> Self {
        self.always = true;
        self
    }

    /// Strikes a call only with this probability, from 0 to 1. Which calls those are depends on the simulator's seed alone,
    /// so a run can be repeated.
    #[must_use]
    pub fn chance(mut self, probability: f64) -> Self {
        self.chance = probability;
        self
    }

    /// Strikes only calls about this transaction.
    #[must_use]
    pub fn only_for(mut self, workflow_execution_id: impl Into<String>) -> Self {
        self.execution = Some(workflow_execution_id.into());
        self
    }

    fn concerns(&self, endpoint: &str, execution: Option<&str>) -> bool {
        (self.endpoint == endpoint || self.endpoint == ANY)
            && self.execution.as_deref().is_none_or(|wanted| Some(wanted) == execution)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Fault, FaultKind, RetryAfter};

    #[test]
    fn a_fault_is_read_from_text() {
        let text = r#"{
            "endpoint": "create_account", "skip": 1, "times": 2, "chance": 0.5,
            "kind": { "too_many_requests": { "after": "30s", "form": "date" } }
        }"#;
        let kind = FaultKind::TooManyRequests { after: Some(Duration::from_secs(30)), form: RetryAfter::Date };
        let expected = Fault::new("create_account", kind).skip(1).times(2).chance(0.5);
        let read: Fault = serde_json::from_str(text).unwrap();
        assert_eq!(read, expected);
        let again: Fault = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
        assert_eq!(again, expected);
    }

    #[test]
    fn each_kind_has_one_form() {
        for kind in [
            r#""reset_before""#,
            r#""cut""#,
            r#"{"delay":"2s"}"#,
            r#"{"answer":{"status":503,"headers":{"retry-after":"1"},"body":"x"}}"#,
            r#"{"garbage":"<html>"}"#,
            r#"{"failure":{"status":500,"done":true}}"#,
            r#"{"unknown_value":{"at":"/decision/type"}}"#,
            r#"{"clock_behind":"5m"}"#,
        ] {
            let read: FaultKind = serde_json::from_str(kind).unwrap_or_else(|error| panic!("{kind}: {error}"));
            assert_eq!(serde_json::to_string(&read).unwrap(), kind);
            assert!(kind.contains(read.name()), "{kind}");
        }
        for wrong in [r#""reset""#, r#"{"failure":{"state":500}}"#, r#"{"delay":2}"#] {
            assert!(serde_json::from_str::<FaultKind>(wrong).is_err(), "{wrong}");
        }
    }
}
