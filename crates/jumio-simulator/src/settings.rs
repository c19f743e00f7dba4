//! What can be chosen about a simulator's behavior. Where and with which credentials it runs is the builder's.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::callbacks::Callbacks;
use crate::scenario::Scenario;
use crate::variants::Variants;
use crate::workflow::Workflows;

/// Who may use `/_sim/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    Nobody,
    /// This machine.
    Local,
    /// Whoever reaches it.
    Open,
}

/// Which form the hosted page's redirects and messages have (protocol 10.2, 10.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WebClient {
    /// As today's client writes them: `publicErrorCode`, the older products' names as well, and always a meta information.
    /// The default: it is what runs, and an integration that reads only the documented `errorCode` learns here that it
    /// never comes.
    #[default]
    Current,
    /// As documented: `errorCode`, and no other names.
    Documented,
}

/// Whether the published rate limits are kept (protocol 9.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RateLimits {
    /// No call is too soon. The default: one account call per second would make a test suite wait, or fail where it runs
    /// faster than on the author's machine, and says nothing about the integration that [`Published`](Self::Published)
    /// does not say in a test of its own.
    #[default]
    Off,
    /// Per second 10 token calls, 1 account call with a short burst, 15 retrieval calls; more get 429. Uploads and finalize
    /// have no published limit. Counted by the simulator's clock.
    Published,
}

/// How long things take, by the simulator's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Timing {
    /// From finalize to PROCESSED.
    pub(crate) processing: Duration,
    /// How long after PROCESSED the details are still 404 (seen live, protocol 7.10).
    pub(crate) details_404: Duration,
    /// From the end to the wiping of what is personal.
    pub(crate) retention: Duration,
    /// From the account call to a person who hands in everything, where one is played.
    pub(crate) person: Option<Duration>,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            processing: Duration::from_secs(1),
            details_404: Duration::ZERO,
            // behavior: personal data is kept for 360 days where the tenant has no rule of its own | protocol 7.10 | documented
            retention: Duration::from_secs(360 * 24 * 60 * 60),
            person: None,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) timing: Timing,
    pub(crate) callbacks: Callbacks,
    pub(crate) control: Control,
    /// How long a callback's receiver may take to answer. Jumio's own limit is not known.
    pub(crate) callback_timeout: Duration,
    pub(crate) web_client: WebClient,
    pub(crate) rate_limits: RateLimits,
    pub(crate) variants: Variants,
    pub(crate) workflows: Workflows,
    /// Those that apply to a transaction are laid over each other, the later ones on top.
    pub(crate) scenarios: Vec<Arc<Scenario>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timing: Timing::default(),
            callbacks: Callbacks::once(),
            control: Control::Local,
            callback_timeout: Duration::from_secs(10),
            web_client: WebClient::Current,
            rate_limits: RateLimits::Off,
            variants: Variants::default(),
            workflows: Workflows::default(),
            scenarios: Vec::new(),
        }
    }
}
