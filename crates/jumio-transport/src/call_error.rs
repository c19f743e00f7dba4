//! Why a call gave no reply: what callers of [`Client`](crate::Client) branch on.

use std::error::Error;
use std::fmt;

use http::StatusCode;
use jumio_model::endpoint::{NotAllowed, Refused, ReplyError, RequestError, RetryAfter, Unreadable};

use crate::TransportError;

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
    /// every 5xx, for 408, and for an answer that came and cannot be read.
    pub fn may_have_been_processed(&self) -> bool {
        match self {
            Self::Refused(refused) => leaves_open(refused.status),
            Self::Unreadable(_) => true,
            Self::Transport(error) => error.may_have_been_processed(),
            Self::NotAllowed(_) | Self::Invalid(_) => false,
        }
    }

    /// The status, where a whole answer came.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused(refused) => Some(refused.status),
            Self::Unreadable(unreadable) => Some(unreadable.status),
            Self::Transport(_) | Self::NotAllowed(_) | Self::Invalid(_) => None,
        }
    }

    /// Whether the credential was refused (401).
    pub fn is_unauthorized(&self) -> bool {
        self.refused_with(StatusCode::UNAUTHORIZED)
    }

    /// Whether there is nothing there (404): for details, mostly that there is nothing there *yet* (protocol 7.10).
    pub fn is_not_yet(&self) -> bool {
        self.refused_with(StatusCode::NOT_FOUND)
    }

    /// Whether the limit of calls is used up (429).
    pub fn is_rate_limited(&self) -> bool {
        self.refused_with(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Whether time ran out.
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
            Self::Refused(_) | Self::Unreadable(_) | Self::NotAllowed(_) | Self::Invalid(_) => None,
        }
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
mod tests {
    use http::{Response, StatusCode};
    use jumio_model::api::{FetchToken, GetHealth};
    use jumio_model::endpoint::{Endpoint as _, RequestError, RetryAfter};

    use super::CallError;
    use crate::TransportError;

    fn refused(status: u16) -> CallError {
        let response = Response::builder().status(status).header("Retry-After", "7").body(r#"{"detail":"no"}"#);
        GetHealth::new().read(response.unwrap()).unwrap_err().into()
    }

    // R10: every status there is.
    #[test]
    fn only_a_refusal_proves_that_nothing_happened() {
        for status in (100..=599).filter(|status| !(200..300).contains(status)) {
            let error = refused(status);
            let proves = (400..500).contains(&status) && status != 408;
            assert_eq!(error.may_have_been_processed(), !proves, "{status}");
            assert_eq!(error.is_unauthorized(), status == 401);
            assert_eq!(error.is_not_yet(), status == 404);
            assert_eq!(error.is_rate_limited(), status == 429);
            assert_eq!(error.status(), StatusCode::from_u16(status).ok());
            assert!(!error.is_timeout());
        }
        assert_eq!(refused(429).retry_after(), RetryAfter::read("7"));
        assert_eq!(refused(409).to_string(), "get_health was refused with 409: no");
        assert_eq!(refused(503).to_string(), "get_health was answered with 503: no");
    }

    #[test]
    fn what_else_can_happen() {
        let unreadable: CallError = FetchToken::new().read(Response::new("<html>")).unwrap_err().into();
        assert!(matches!(unreadable, CallError::Unreadable(_)));
        assert!(unreadable.may_have_been_processed());
        assert!(unreadable.retry_after().is_none());

        let timeout = CallError::from(TransportError::timeout(None));
        assert!(timeout.is_timeout() && timeout.may_have_been_processed() && timeout.status().is_none());
        let unsent = CallError::from(TransportError::connect_timeout(None));
        assert!(unsent.is_timeout() && !unsent.may_have_been_processed());

        let invalid = CallError::from(RequestError::PathArgument { name: "accountId" });
        assert!(matches!(invalid, CallError::Invalid(_)) && !invalid.may_have_been_processed());
    }
}
