//! What became of one attempt, as far as sending again is concerned.

use bytes::Bytes;
use http::{Response, StatusCode};
use jumio_model::endpoint::InDoubt;

use crate::{TransportError, TransportErrorKind};

/// What became of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
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
            Ok(response) => match Self::of_status(response.status()) {
                // Of this attempt, and not of those before it.
                Self::Throttled if response.extensions().get::<InDoubt>().is_some() => Self::Unknown,
                outcome => outcome,
            },
            Err(error) => Self::of_error(error),
        }
    }

    pub(crate) fn of_status(status: StatusCode) -> Self {
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

    pub(crate) fn of_error(error: &TransportError) -> Self {
        use TransportErrorKind::{Connect, Dns, Interrupted, Other, Timeout};
        match (error.kind(), error.may_have_been_processed()) {
            // Other: a transport that tells no more than that something failed.
            (Connect | Dns | Timeout | Interrupted | Other, true) => Self::Unknown,
            (Connect | Dns | Timeout | Interrupted, false) => Self::NotProcessed,
            _ => Self::Final,
        }
    }

    /// Whether the failure is one that passes.
    pub(crate) fn passes(self) -> bool {
        matches!(self, Self::NotProcessed | Self::Throttled | Self::Unknown)
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
