//! What can be chosen about a simulator's behavior. Where and with which credentials it runs is the builder's.

use std::time::Duration;

/// How the ends of transactions are reported to their `callbackUrl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Callbacks {
    /// One attempt for each terminal status, whatever comes back. Jumio documents neither retries nor a timeout
    /// (protocol 6.4), so this is all that is certain.
    #[default]
    Once,
    /// None is ever sent: a client must find the end by polling.
    Off,
    /// The same callback so many times, one after the other: a client must take duplicates.
    Repeat(u32),
}

impl Callbacks {
    pub(crate) fn times(self) -> u32 {
        match self {
            Self::Once => 1,
            Self::Off => 0,
            Self::Repeat(times) => times,
        }
    }
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

#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// From finalize to PROCESSED.
    pub(crate) processing_delay: Duration,
    /// How long after PROCESSED the details are still 404 (seen live, protocol 7.10).
    pub(crate) details_404_for: Duration,
    pub(crate) callbacks: Callbacks,
    /// How long a callback's receiver may take to answer. Jumio's own limit is not known.
    pub(crate) callback_timeout: Duration,
    pub(crate) web_client: WebClient,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            processing_delay: Duration::from_secs(1),
            details_404_for: Duration::ZERO,
            callbacks: Callbacks::Once,
            callback_timeout: Duration::from_secs(10),
            web_client: WebClient::Current,
        }
    }
}
