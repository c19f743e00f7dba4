//! From errors of the layers below to what the machine needs to know of them.

use std::time::Duration;

use jumio_auth::AuthError;
use jumio_model::endpoint::RetryAfter;
use jumio_transport::{CallError, TransportErrorKind};

use crate::machine::{Certainty, Done, Failure, Op, Received};

/// How much of an answer that cannot be read is kept in the state, in bytes.
const MOST_KEPT: usize = 64 * 1024;

/// A call of Jumio's that gave no reply.
pub(super) fn of_call(op: Op, error: &CallError) -> Done {
    let failure = |certainty| {
        Failure {
            status: error.status().map(|status| status.as_u16()),
            ..Failure::new(certainty, op.name(), error.to_string())
        }
        .with_retry_after(error.retry_after().map(seconds))
    };
    match error {
        CallError::Unreadable(unreadable) => {
            let kept = unreadable.body.get(..MOST_KEPT).unwrap_or(&unreadable.body);
            let received = Some(Received::new(String::from_utf8_lossy(kept)));
            Done::Unknown { failure: failure(Certainty::Unknown), received }
        }
        error if error.may_have_been_processed() => {
            Done::Unknown { failure: failure(Certainty::Unknown), received: None }
        }
        CallError::Refused(_) => Done::Failed(failure(Certainty::Refused)),
        CallError::Transport(error) if error.kind() != TransportErrorKind::Body => {
            Done::Failed(failure(Certainty::NotSent))
        }
        _ => Done::Failed(failure(Certainty::NotSent).finally()),
    }
}

/// No access token. `retry_in` is how long the provider will say the same without asking the service.
pub(super) fn of_token(error: &AuthError, retry_in: Option<Duration>) -> Failure {
    let (status, retry_after) = match error {
        AuthError::Refused(refused) => (Some(refused.status), None),
        AuthError::Unavailable(error) => (error.status(), error.retry_after()),
        AuthError::Unreadable(unreadable) => (Some(unreadable.status), None),
        _ => (None, None),
    };
    let failure = Failure {
        status: status.map(|status| status.as_u16()),
        ..Failure::new(Certainty::NotSent, "token", error.to_string())
    }
    .with_retry_after(retry_after.map(seconds).max(retry_in.map(whole_seconds)));
    if error.is_permanent() { failure.finally() } else { failure }
}

fn seconds(after: RetryAfter) -> u64 {
    whole_seconds(after.wait_from(chrono::Utc::now()))
}

fn whole_seconds(wait: Duration) -> u64 {
    // A fraction of a second is a second: calling early only earns another refusal.
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0))
}
