//! Which callbacks are sent and how: what is certain by default, what is only possible by choice. No I/O; a section
//! `[callbacks]` of a scenario file has the same members.

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::notice::Notice;
use crate::clock::Moment;
use crate::duration_text;

/// How what happens to a transaction is reported to its `callbackUrl`.
///
/// By default only what is certain: each terminal status, once, whatever comes back. Jumio documents neither retries nor a
/// timeout, and the statuses in between may need to be switched on for a tenant (protocol 6.2, 6.4).
///
/// ```
/// use std::time::Duration;
/// use jumio_simulator::{CallbackStatuses, Callbacks};
///
/// // Everything that a receiver may meet: all statuses, the last one first, each of them twice.
/// let hard = Callbacks::once().statuses(CallbackStatuses::All).reversed().times(2);
/// // Every failure is tried again, after one second and after ten.
/// let patient = Callbacks::once().retry([Duration::from_secs(1), Duration::from_secs(10)]);
/// # let _ = (hard, patient, Callbacks::off());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use = "a plan does nothing by itself"]
pub struct Callbacks {
    pub(crate) statuses: CallbackStatuses,
    pub(crate) href: CallbackHref,
    #[serde(with = "duration_text")]
    pub(crate) delay: Duration,
    pub(crate) times: u32,
    pub(crate) drop: Vec<String>,
    pub(crate) order: CallbackOrder,
    #[serde(with = "duration_text::list")]
    pub(crate) retry: Vec<Duration>,
    pub(crate) source: Option<IpAddr>,
}

/// Which statuses are reported.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallbackStatuses {
    /// `PROCESSED`, `SESSION_EXPIRED` and `TOKEN_EXPIRED`.
    #[default]
    Terminal,
    /// `ACQUISITION_STARTED` and `ACQUIRED` too.
    All,
    /// These, in Jumio's words.
    Only(Vec<String>),
}

/// Which address of the execution a callback carries; both were seen (protocol 6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallbackHref {
    /// `/api/v1/workflow-executions/{w}`: real callbacks of 2023 and 2025.
    #[default]
    Short,
    /// `/api/v1/accounts/{a}/workflow-executions/{w}`: the printed samples.
    Long,
}

/// In which order a transaction's callbacks are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallbackOrder {
    /// As things happened.
    #[default]
    Happened,
    /// Held until the end, then the last one first.
    Reversed,
}

/// A status that a transaction has now.
pub(crate) struct Report<'a> {
    pub(crate) status: &'a str,
    pub(crate) is_terminal: bool,
    /// Whether for this transaction the statuses in between are reported by default.
    pub(crate) all: bool,
}

impl Default for Callbacks {
    fn default() -> Self {
        Self {
            // behavior: only terminal statuses are called back | protocol 6.2 | documented
            statuses: CallbackStatuses::Terminal,
            href: CallbackHref::Short,
            delay: Duration::ZERO,
            // behavior: one attempt, whatever comes back | protocol 6.4 (neither retry nor timeout is documented) | chosen
            times: 1,
            drop: Vec::new(),
            order: CallbackOrder::Happened,
            retry: Vec::new(),
            source: None,
        }
    }
}

impl Callbacks {
    /// The default: each terminal status, once.
    pub fn once() -> Self {
        Self::default()
    }

    /// None is ever sent: a client must find the end by polling.
    pub fn off() -> Self {
        Self { times: 0, ..Self::default() }
    }

    /// Which statuses are reported.
    pub fn statuses(mut self, statuses: CallbackStatuses) -> Self {
        self.statuses = statuses;
        self
    }

    /// Which of the two addresses of the execution is in it.
    pub fn href(mut self, href: CallbackHref) -> Self {
        self.href = href;
        self
    }

    /// How much later than the event it is sent, by the simulator's clock.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// How often each is sent, one after the other: a client must take duplicates.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Callbacks of this status get lost: they are noted and never sent.
    pub fn lose(mut self, status: impl Into<String>) -> Self {
        self.drop.push(status.into());
        self
    }

    /// All are held until the end, then the last one comes first.
    pub fn reversed(mut self) -> Self {
        self.order = CallbackOrder::Reversed;
        self
    }

    /// An answer that is not 2xx, or none, is followed by another attempt after each of these pauses. What Jumio does is
    /// not known.
    pub fn retry(mut self, pauses: impl IntoIterator<Item = Duration>) -> Self {
        self.retry = pauses.into_iter().collect();
        self
    }

    /// The address of this machine that callbacks come from, such as 127.0.0.7: for a receiver that checks the source.
    pub fn source(mut self, address: IpAddr) -> Self {
        self.source = Some(address);
        self
    }

    /// Notes that the transaction has this status now, where that is reported.
    pub(crate) fn report(&self, notices: &mut Vec<Notice>, what: Report<'_>, at: Moment) {
        let Report { status, is_terminal, all } = what;
        let wanted = match &self.statuses {
            CallbackStatuses::Terminal => is_terminal || all,
            CallbackStatuses::All => true,
            CallbackStatuses::Only(statuses) => statuses.iter().any(|wanted| wanted == status),
        };
        let due = at.after(self.delay);
        if wanted && self.times > 0 {
            let lost = self.drop.iter().any(|lost| lost == status);
            let held = self.order == CallbackOrder::Reversed && !is_terminal;
            notices.push(Notice {
                status: status.to_owned(),
                href: self.href,
                due: if held { Moment::NEVER } else { due },
                left: if lost { 0 } else { self.times },
                lost,
                failures: 0,
                attempts: Vec::new(),
            });
        }
        if is_terminal {
            // What was held follows, the youngest first; a millisecond apart, so that the order is certain.
            let mut next = due;
            for held in notices.iter_mut().rev().filter(|notice| notice.due == Moment::NEVER) {
                next = next.after(Duration::from_millis(1));
                held.due = next;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CallbackHref, CallbackStatuses, Callbacks, Duration, Moment, Notice, Report};

    const STORY: [(&str, bool); 3] = [("ACQUISITION_STARTED", false), ("ACQUIRED", false), ("PROCESSED", true)];

    /// What is sent, in its order.
    fn told(plan: &Callbacks) -> Vec<String> {
        let mut notices = Vec::new();
        for (second, (status, is_terminal)) in (0..).zip(STORY) {
            let what = Report { status, is_terminal, all: false };
            plan.report(&mut notices, what, Moment::of_millis(second * 1000));
        }
        let mut sent: Vec<&Notice> = notices.iter().filter(|notice| notice.left > 0).collect();
        sent.sort_by_key(|notice| notice.due);
        sent.iter().map(|notice| notice.status.clone()).collect()
    }

    #[test]
    fn which_are_sent_and_in_which_order() {
        let all = || Callbacks::once().statuses(CallbackStatuses::All);
        assert_eq!(told(&Callbacks::once()), ["PROCESSED"]);
        assert_eq!(told(&Callbacks::off()), Vec::<String>::new());
        assert_eq!(told(&all()), ["ACQUISITION_STARTED", "ACQUIRED", "PROCESSED"]);
        assert_eq!(told(&all().reversed()), ["PROCESSED", "ACQUIRED", "ACQUISITION_STARTED"]);
        assert_eq!(told(&all().lose("ACQUIRED")), ["ACQUISITION_STARTED", "PROCESSED"]);
        let only = CallbackStatuses::Only(vec!["ACQUIRED".to_owned()]);
        assert_eq!(told(&Callbacks::once().statuses(only)), ["ACQUIRED"]);
    }

    #[test]
    fn a_plan_is_read_from_text() {
        let text = r#"{
            "statuses": "all", "href": "long", "delay": "2s", "times": 2, "drop": ["ACQUIRED"],
            "order": "reversed", "retry": ["1s", "10s"], "source": "127.0.0.7"
        }"#;
        let plan: Callbacks = serde_json::from_str(text).unwrap();
        let second = Duration::from_secs(1);
        let expected = Callbacks::once()
            .statuses(CallbackStatuses::All)
            .href(CallbackHref::Long)
            .delay(2 * second)
            .times(2)
            .lose("ACQUIRED")
            .reversed()
            .retry([second, 10 * second])
            .source([127, 0, 0, 7].into());
        assert_eq!(plan, expected);
        assert_eq!(serde_json::from_str::<Callbacks>(&serde_json::to_string(&plan).unwrap()).unwrap(), plan);
        for wrong in [r#"{"delays": "2s"}"#, r#"{"delay": 2}"#, r#"{"href": "longer"}"#] {
            assert!(serde_json::from_str::<Callbacks>(wrong).is_err(), "{wrong}");
        }
    }
}
