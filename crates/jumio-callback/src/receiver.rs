//! The receiver without a web framework: a key and a body go in, an answer comes out.

use std::error::Error as _;

use http::StatusCode;

use crate::{Accepted, Notification, Sink};

/// How many bytes a callback may have. Jumio's have less than one thousand.
pub const BODY_LIMIT: usize = 64 * 1024;

/// More than any key has; what is longer is not looked up.
const LONGEST_KEY: usize = 128;

/// Reads callbacks and hands them to a sink. See the [crate's](crate) example.
#[derive(Debug, Clone, Copy, Default)]
pub struct Receiver<S> {
    sink: S,
    keys_only: bool,
}

impl<S: Sink> Receiver<S> {
    /// Hands callbacks to this sink.
    pub fn new(sink: S) -> Self {
        Self { sink, keys_only: false }
    }

    /// Refuses callbacks without a key in their URL: for those who give each transaction a URL of its own, and have none in
    /// the portal.
    #[must_use]
    pub fn keys_only(mut self) -> Self {
        self.keys_only = true;
        self
    }

    /// Takes one callback: the key from the URL's path, where it had one, and the body of a POST.
    ///
    /// The caller stops reading a body at [`BODY_LIMIT`] and refuses any other method as this refuses: with the status of
    /// [`Answer::Refused`] and nothing else, so that a stranger learns nothing.
    pub async fn receive(&self, key: Option<&str>, body: &[u8]) -> Answer {
        let key_is_odd = key.map_or(self.keys_only, |key| key.is_empty() || key.len() > LONGEST_KEY);
        if key_is_odd || body.len() > BODY_LIMIT {
            tracing::debug!("a callback was refused: no key, a key of an odd length, or a body that is too long");
            return Answer::Refused;
        }
        let Some(notification) = Notification::read(key, body) else {
            tracing::debug!("a callback was refused: it names no transaction");
            return Answer::Refused;
        };
        let execution = notification.execution.clone();
        match self.sink.accept(notification).await {
            Ok(Accepted::NotForUs) => {
                tracing::debug!("a callback was refused: it is for nobody here");
                Answer::Refused
            }
            Ok(accepted) => {
                tracing::debug!(%execution, ?accepted, "a callback was taken in");
                Answer::Stored
            }
            Err(error) => {
                let cause = error.source().map(ToString::to_string).unwrap_or_default();
                tracing::error!(%execution, %cause, "{error}");
                Answer::Unavailable
            }
        }
    }
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
}
