//! The receiver without a web framework: who may come in, what is read, what is answered.

use std::net::IpAddr;
use std::time::Duration;

use http::StatusCode;

use crate::client_address::client_address;
use crate::counts::{Counters, Counts};
#[cfg(feature = "signed-keys")]
use crate::signed_keys::SignedKeys;
use crate::{Accepted, Knock, Notification, Sink, Sources};

/// How many bytes a callback may have. Jumio's have less than one thousand.
pub const BODY_LIMIT: usize = 64 * 1024;

/// More than any key has, a signed one too; what is longer is not looked up.
const LONGEST_KEY: usize = 160;

/// Reads callbacks and hands them to a sink. See the [crate's](crate) example. Clones share sink and counts.
///
/// Who may come in:
///
/// * With a key in the URL, whoever has a good one. An address that is not on the list is counted and logged as a warning,
///   and no reason to refuse: lists change, and Jumio documents no second attempt (protocol 6.3, 6.4).
/// * Without a key, nobody, unless [`sources`](Self::sources) names the addresses that may.
#[derive(Debug, Clone)]
pub struct Receiver<S> {
    sink: S,
    sources: Option<Sources>,
    proxies: usize,
    #[cfg(feature = "signed-keys")]
    keys: Option<SignedKeys>,
    counters: Counters,
}

impl<S: Sink> Receiver<S> {
    /// Hands callbacks to this sink.
    pub fn new(sink: S) -> Self {
        Self {
            sink,
            sources: None,
            proxies: 0,
            #[cfg(feature = "signed-keys")]
            keys: None,
            counters: Counters::default(),
        }
    }

    /// Takes callbacks without a key from these addresses: for the one callback URL that the portal has.
    #[must_use]
    pub fn sources(mut self, sources: Sources) -> Self {
        self.sources = Some(sources);
        self
    }

    /// Says how many proxies of your own stand before this, each of which appends to `X-Forwarded-For`. Exactly as many: one
    /// too many, and callers choose the address that counts. Default: none, and the header is not read.
    #[must_use]
    pub fn behind_proxies(mut self, proxies: usize) -> Self {
        self.proxies = proxies;
        self
    }

    /// Takes only keys that these signed and that are still good; the sink gets the key alone.
    #[cfg(feature = "signed-keys")]
    #[must_use]
    pub fn signed_keys(mut self, keys: SignedKeys) -> Self {
        self.keys = Some(keys);
        self
    }

    /// What became of all callbacks so far.
    pub fn counts(&self) -> Counts {
        self.counters.now()
    }

    /// Takes one callback.
    ///
    /// The caller stops reading a body at [`BODY_LIMIT`] and refuses any other method as this refuses: with the status of
    /// [`Answer::Refused`] and nothing else, so that a stranger learns nothing.
    pub async fn receive(&self, knock: Knock<'_>) -> Answer {
        match self.read(&knock) {
            Ok(seen) => self.take_in(seen).await,
            Err(answer) => answer,
        }
    }

    /// What a callback says, if it may come in. Nothing of the request is needed after that: whoever waits for the answer need not
    /// hold its memory meanwhile.
    pub(crate) fn read(&self, knock: &Knock<'_>) -> Result<Seen, Answer> {
        let address = client_address(self.proxies, knock.peer, knock.headers);
        let is_listed = self.is_listed(address);
        let Some(key) = self.admitted(knock, is_listed) else {
            return Err(self.refused("no key and no listed address, or a key that is none"));
        };
        if knock.body.len() > BODY_LIMIT {
            return Err(self.refused("a body that is too long"));
        }
        let text = std::str::from_utf8(knock.body).ok();
        let read = text.and_then(|body| Some((body, Notification::read(key, body)?)));
        let Some((body, mut notification)) = read else {
            return Err(self.refused("it is no JSON object, or names no transaction and has no key"));
        };
        notification.body = self.sink.wants_body(&notification).then(|| body.into());
        let unlisted = (is_listed == Some(false)).then_some(address);
        Ok(Seen { notification, unlisted })
    }

    /// Hands it on, durably.
    pub(crate) async fn take_in(&self, Seen { notification, unlisted }: Seen) -> Answer {
        let execution = notification.execution.clone();
        let execution = execution.as_ref().map_or("-", |id| id.as_str());
        let accepted = match self.sink.accept(notification).await {
            Ok(Accepted::NotForUs) => return self.refused("it is for nobody here"),
            Ok(accepted) => accepted,
            Err(error) => {
                let cause = causes(&error);
                tracing::error!(%execution, %cause, "{error}");
                self.counters.unavailable.more();
                return Answer::Unavailable;
            }
        };
        tracing::debug!(%execution, ?accepted, "a callback was taken in");
        if let Some(address) = unlisted {
            let address = address.map(|address| address.to_string()).unwrap_or_default();
            tracing::warn!(%execution, address, "a callback with a good key came from an address that is not on the list");
            self.counters.unlisted.more();
        }
        let counter = if accepted == Accepted::New { &self.counters.stored } else { &self.counters.duplicates };
        counter.more();
        Answer::Stored
    }

    /// Whether the address is on the list; `None` where there is no list.
    fn is_listed(&self, address: Option<IpAddr>) -> Option<bool> {
        let sources = self.sources.as_ref()?;
        Some(address.is_some_and(|address| sources.contains(address)))
    }

    /// The key to go by, if any; `None` for a caller who may not come in.
    fn admitted<'a>(&self, knock: &Knock<'a>, is_listed: Option<bool>) -> Option<Option<(&'a str, u32)>> {
        let Some(key) = knock.key else {
            return (is_listed == Some(true)).then_some(None);
        };
        if key.is_empty() || key.len() > LONGEST_KEY {
            return None;
        }
        let (key, attempt) = split_attempt(key);
        #[cfg(feature = "signed-keys")]
        if let Some(keys) = &self.keys {
            return keys.check(key, std::time::SystemTime::now()).map(|key| Some((key, attempt)));
        }
        Some(Some((key, attempt)))
    }

    fn refused(&self, why: &str) -> Answer {
        tracing::debug!("a callback was refused: {why}");
        self.counters.refused.more();
        Answer::Refused
    }
}

/// A callback that may come in.
pub(crate) struct Seen {
    notification: Notification,
    /// The address, where it is not on the list; inside, `None` where it is not known.
    unlisted: Option<Option<IpAddr>>,
}

/// A key and the number of the attempt behind it: `KEY.2` belongs to the second one, `KEY` to the first. The number is no
/// secret and needs no signature: whoever has the key may say anything.
pub(crate) fn split_attempt(segment: &str) -> (&str, u32) {
    let parts = segment.rsplit_once('.').filter(|(key, _)| !key.is_empty());
    let numbered = parts.filter(|(_, number)| number.len() <= 3 && !number.starts_with('0'));
    let split = numbered.and_then(|(key, number)| Some((key, number.parse().ok()?)));
    split.unwrap_or((segment, 1))
}

impl<S: Sink> From<S> for Receiver<S> {
    fn from(sink: S) -> Self {
        Self::new(sink)
    }
}

/// What to answer. None has a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// 200: it is durable, now or since it came before.
    Stored,
    /// 404, whatever the reason.
    Refused,
    /// 503: it could not be stored, and may come again.
    Unavailable,
}

impl Answer {
    /// The answer's status.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Stored => StatusCode::OK,
            Self::Refused => StatusCode::NOT_FOUND,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What stands in `Retry-After`, where it may come again.
    pub fn retry_after(self) -> Option<Duration> {
        (self == Self::Unavailable).then_some(RETRY_AFTER)
    }
}

/// Chosen: Jumio documents no second attempt, so there is nothing to agree with.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Why, down to what is at the bottom of it: that a disk is full stands there.
fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| (**error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
