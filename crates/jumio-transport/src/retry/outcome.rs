//! What became of one attempt, as far as sending again is concerned.

use bytes::Bytes;
use http::{Response, StatusCode};

use crate::{TransportError, TransportErrorKind};

/// What became of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// An answer that counts: sending again would bring the same.
    Answered,
    /// It failed in a way that does not pass.
    Final,
    /// It provably was not processed, and the next attempt may be.
    NotProcessed,
    /// It was refused for coming too often, and so not processed.
    Throttled,
    /// Nobody knows.
    Unknown,
}

impl Outcome {
    pub(super) fn of(result: &Result<Response<Bytes>, TransportError>) -> Self {
        match result {
            Ok(response) => Self::of_status(response.status()),
            Err(error) => Self::of_error(error),
        }
    }

    fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::TOO_MANY_REQUESTS => Self::Throttled,
            StatusCode::REQUEST_TIMEOUT
            | StatusCode::INTERNAL_SERVER_ERROR
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Self::Unknown,
            _ => Self::Answered,
        }
    }

    fn of_error(error: &TransportError) -> Self {
        match error.kind() {
            TransportErrorKind::Connect | TransportErrorKind::Dns => Self::NotProcessed,
            TransportErrorKind::Timeout | TransportErrorKind::Interrupted if error.may_have_been_processed() => {
                Self::Unknown
            }
            TransportErrorKind::Timeout | TransportErrorKind::Interrupted => Self::NotProcessed,
            // A transport that tells no more than that something failed.
            TransportErrorKind::Other if error.may_have_been_processed() => Self::Unknown,
            _ => Self::Final,
        }
    }

    /// Whether the service is well, as far as this attempt shows.
    pub(super) fn is_good(self) -> bool {
        self == Self::Answered
    }

    /// Whether a request may be sent again after this.
    pub(super) fn allows(self, repeatable: bool) -> bool {
        match self {
            Self::Answered | Self::Final => false,
            Self::NotProcessed | Self::Throttled => true,
            Self::Unknown => repeatable,
        }
    }
}
