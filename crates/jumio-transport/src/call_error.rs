//! Why a call gave no reply: what callers of [`Client`](crate::Client) branch on.

use std::error::Error;
use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use jumio_model::endpoint::{
    ForeignLink, NotAllowed, Refused, ReplyError, RequestError, RetryAfter, Unreadable, request_id,
};

use crate::retry::Outcome;
use crate::{HeldBack, TransportError};

/// A call gave no reply.
///
/// The text is one line with the service's own title and detail. URLs' queries, tokens and bodies are never in it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum CallError {
    /// The service said no.
    Refused(Box<Refused>),
    /// The service said yes, and its answer has another shape than documented. What came is kept.
    Unreadable(Box<Unreadable>),
    /// The call succeeded, and its reply links to a place where the transaction token may not go. What came is kept: the
    /// transaction is open.
    ForeignLink(Box<ForeignReply>),
    /// No whole answer came.
    Transport(TransportError),
    /// A credential may not go to that URL. Nothing was sent.
    NotAllowed(NotAllowed),
    /// The request cannot be built. Nothing was sent.
    Invalid(RequestError),
}

impl CallError {
    /// Whether the service may have acted on the call. Where this says no, even a call that must not happen twice may be
    /// sent again.
    ///
    /// No for a request that was never sent and for a refusal that proves that nothing happened (4xx but 408); yes for
    /// every 5xx, for 408, for an answer that came and cannot be read, and for whatever ended a call of which an earlier attempt
    /// may have been processed.
    pub fn may_have_been_processed(&self) -> bool {
        match self {
            Self::Refused(refused) => refused.in_doubt || leaves_open(refused.status),
            Self::Unreadable(_) | Self::ForeignLink(_) => true,
            Self::Transport(error) => error.may_have_been_processed(),
            Self::NotAllowed(_) | Self::Invalid(_) => false,
        }
    }

    /// The status, where a whole answer came.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused(refused) => Some(refused.status),
            Self::Unreadable(unreadable) => Some(unreadable.status),
            Self::ForeignLink(reply) => Some(reply.status),
            Self::Transport(_) | Self::NotAllowed(_) | Self::Invalid(_) => None,
        }
    }

    /// Whether the credential was refused: the call's own (401), or id and secret with which an access token was to be fetched.
    pub fn is_unauthorized(&self) -> bool {
        match self {
            Self::Transport(error) => error.held_back() == Some(HeldBack::CredentialRefused),
            _ => self.refused_with(StatusCode::UNAUTHORIZED),
        }
    }

    /// Whether what was asked for is not there (404): of status, details and the like, soon after PROCESSED, mostly that it is
    /// not there *yet* (protocol 7.10). Never of a call that asks for nothing, such as an upload or a deletion.
    pub fn is_not_yet(&self) -> bool {
        matches!(self, Self::Refused(refused) if refused.is_not_yet())
    }

    /// Whether the limit of calls is used up (429).
    pub fn is_rate_limited(&self) -> bool {
        self.refused_with(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Whether trying again later may help: the failure is one that passes. For a call that must not happen twice, ask
    /// [`may_have_been_processed`](Self::may_have_been_processed) as well.
    ///
    /// Yes for all that [`Retry`](crate::Retry) sends again, and for a request that was held back for now.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Refused(refused) => Outcome::of_status(refused.status).passes(),
            Self::Transport(error) => match error.held_back() {
                Some(why) => matches!(why, HeldBack::ForNow | HeldBack::TimeRanOut),
                None => Outcome::of_error(error).passes(),
            },
            Self::Unreadable(_) | Self::ForeignLink(_) | Self::NotAllowed(_) | Self::Invalid(_) => false,
        }
    }

    /// The number that the service or a gateway gave the request, if a header has one: what its support asks for.
    pub fn request_id(&self) -> Option<String> {
        match self {
            Self::Refused(refused) => refused.request_id(),
            Self::Unreadable(unreadable) => unreadable.request_id(),
            Self::ForeignLink(reply) => request_id(&reply.headers),
            Self::Transport(_) | Self::NotAllowed(_) | Self::Invalid(_) => None,
        }
    }

    /// Whether time ran out: for the answer, for the call's turn, or for the access token that it needed.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Transport(error) if error.is_timeout())
    }

    /// When the service asked to be called again.
    pub fn retry_after(&self) -> Option<RetryAfter> {
        match self {
            Self::Refused(refused) => refused.retry_after(),
            _ => None,
        }
    }

    /// Notes in the span of the call how it ended.
    pub(crate) fn record(&self, span: &tracing::Span) {
        if let Some(status) = self.status() {
            span.record("http.response.status_code", status.as_u16());
        }
        span.record(
            "error.type",
            match self {
                Self::Refused(refused) => refused.status.as_str(),
                Self::Unreadable(_) => "unreadable",
                Self::ForeignLink(_) => "foreign_link",
                Self::Transport(error) => error.kind().name(),
                Self::NotAllowed(_) => "not_allowed",
                Self::Invalid(_) => "invalid",
            },
        );
    }

    fn refused_with(&self, status: StatusCode) -> bool {
        matches!(self, Self::Refused(refused) if refused.status == status)
    }
}

/// Whether a status leaves open that the service acted on the request. A 408 says that it waited too long for us, not that
/// it did nothing.
pub(crate) fn leaves_open(status: StatusCode) -> bool {
    !status.is_client_error() || status == StatusCode::REQUEST_TIMEOUT
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Unreadable(error) => error.fmt(f),
            Self::ForeignLink(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
            Self::NotAllowed(error) => error.fmt(f),
            Self::Invalid(error) => error.fmt(f),
        }
    }
}

impl Error for CallError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // The other texts hold all that their sources would say.
            Self::Transport(error) => error.source(),
            Self::Refused(_) | Self::Unreadable(_) | Self::ForeignLink(_) | Self::NotAllowed(_) | Self::Invalid(_) => {
                None
            }
        }
    }
}

/// A successful reply with a link to which no transaction token may go.
#[derive(Clone)]
#[non_exhaustive]
pub struct ForeignReply {
    /// The call's name.
    pub endpoint: &'static str,
    /// The status.
    pub status: StatusCode,
    /// Which link, and why not.
    pub link: ForeignLink,
    /// The headers as they came.
    pub headers: HeaderMap,
    /// The body as it came. Holds tokens: do not log it.
    pub body: Bytes,
}

impl ForeignReply {
    pub(crate) fn new(endpoint: &'static str, response: Response<Bytes>, link: ForeignLink) -> Self {
        let (head, body) = response.into_parts();
        Self { endpoint, status: head.status, link, headers: head.headers, body }
    }
}

impl fmt::Display for ForeignReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} succeeded, and its reply has a link that no token may follow: {}", self.endpoint, self.link)
    }
}

impl fmt::Debug for ForeignReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForeignReply")
            .field("endpoint", &self.endpoint)
            .field("status", &self.status)
            .field("link", &self.link)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

impl From<ReplyError> for CallError {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::Refused(refused) => Self::Refused(refused),
            ReplyError::Unreadable(unreadable) => Self::Unreadable(unreadable),
            other => Self::Transport(TransportError::other(other)),
        }
    }
}

impl From<RequestError> for CallError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Link(error) => Self::NotAllowed(error),
            error => Self::Invalid(error),
        }
    }
}

impl From<NotAllowed> for CallError {
    fn from(error: NotAllowed) -> Self {
        Self::NotAllowed(error)
    }
}

impl From<TransportError> for CallError {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

#[cfg(test)]
mod tests;
