//! Why there is no token. Shared by all who waited for it, so it can be cloned.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use http::StatusCode;
use jumio_model::endpoint::{NotAllowed, Refused, Unreadable};
use jumio_transport::{CallError, HeldBack};

/// There is no token. Nothing was sent with one.
///
/// The text is one line that says what to do. It holds neither id nor secret nor token.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum AuthError {
    /// The service refused id and secret. They are wrong, or of another region.
    Refused(Box<Refused>),
    /// The service could not be asked, is out of order, or asks for patience.
    Unavailable(Box<CallError>),
    /// The service's answer has another shape than documented.
    Unreadable(Box<Unreadable>),
    /// The token is no bearer token, is empty, or has characters that no header can carry.
    InvalidToken,
    /// Id and secret may not go to that URL.
    NotAllowed(NotAllowed),
    /// Id and secret could not be read where they are kept.
    Secrets(Arc<dyn Error + Send + Sync>),
    /// The time of the call ended while it waited for a token.
    TooLate,
    /// Fetching took so long that it was given up: something that it needs does not answer.
    Overdue,
    /// A token source of your own failed.
    Other(Arc<dyn Error + Send + Sync>),
}

impl AuthError {
    /// The failure of a token source of your own.
    pub fn other(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Other(Arc::from(source.into()))
    }

    pub(crate) fn secrets(source: Box<dyn Error + Send + Sync>) -> Self {
        Self::Secrets(Arc::from(source))
    }

    /// Whether the service refused id and secret, and not the call as such.
    pub(crate) fn is_about_credentials(&self) -> bool {
        matches!(self, Self::Refused(refused) if is_about_credentials(refused))
    }

    /// What a call that needs the token is to make of it.
    pub(crate) fn held_back(&self) -> HeldBack {
        match self {
            error if error.is_about_credentials() => HeldBack::CredentialRefused,
            Self::TooLate | Self::Overdue => HeldBack::TimeRanOut,
            Self::Unavailable(error) if error.is_timeout() => HeldBack::TimeRanOut,
            Self::Unavailable(error) if !error.is_retryable() => HeldBack::ForGood,
            error if error.is_permanent() => HeldBack::ForGood,
            _ => HeldBack::ForNow,
        }
    }

    /// Whether asking again cannot help before somebody changes a setting: wrong id or secret, wrong region, wrong host.
    pub fn is_permanent(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::NotAllowed(_))
    }
}

impl From<CallError> for AuthError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(refused) if is_final(refused.status) => Self::Refused(refused),
            CallError::Unreadable(unreadable) => Self::Unreadable(unreadable),
            CallError::NotAllowed(error) => Self::NotAllowed(error),
            error => Self::Unavailable(Box::new(error)),
        }
    }
}

// Jumio documents 400 and 403 for wrong values (protocol 2.1); OAuth2 says 400 or 401.
fn is_final(status: StatusCode) -> bool {
    status.is_client_error() && !matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
}

/// Whether a refusal speaks of id and secret. Jumio answers 400 or 403 for wrong values, OAuth2 says 401 (protocol 2.1); any
/// other status, and another 400, comes from something that is not the token service, or does not know the path.
fn is_about_credentials(refused: &Refused) -> bool {
    match refused.status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => true,
        StatusCode::BAD_REQUEST => {
            refused.problem.title.as_deref().is_none_or(|title| title != "unsupported_grant_type")
        }
        _ => false,
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refused) if !is_about_credentials(refused) => write!(
                f,
                "the token call was refused (status {}: {}); check the address of the auth service",
                refused.status.as_u16(),
                refused.problem,
            ),
            Self::Refused(refused) => write!(
                f,
                "Jumio refused the client id and secret (status {}: {}); check both, and that the region is the one they belong to",
                refused.status.as_u16(),
                refused.problem,
            ),
            Self::Unavailable(error) => write!(f, "no access token could be fetched: {error}"),
            Self::Unreadable(error) => write!(f, "no access token could be read: {error}"),
            Self::InvalidToken => {
                f.write_str("the access token is no bearer token, is empty, or has characters that no header can carry")
            }
            Self::NotAllowed(error) => write!(f, "id and secret were not sent: {error}"),
            Self::Secrets(_) => {
                f.write_str("the client id and secret could not be read; look at the place where they are kept")
            }
            Self::TooLate => f.write_str(
                "no access token came before the call's time ended; look whether the auth service answers, or give the call more time",
            ),
            Self::Overdue => f.write_str(
                "fetching an access token took too long and was given up; look whether the place of id and secret, the token store and the auth service answer",
            ),
            Self::Other(_) => f.write_str("the access token's source failed"),
        }
    }
}

impl Error for AuthError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Other(source) | Self::Secrets(source) => Some(&**source),
            // The texts of the others already hold that of what they wrap.
            Self::Unavailable(error) => error.source(),
            Self::Refused(_)
            | Self::Unreadable(_)
            | Self::InvalidToken
            | Self::NotAllowed(_)
            | Self::TooLate
            | Self::Overdue => None,
        }
    }
}
