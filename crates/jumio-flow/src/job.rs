//! A job beside the flows: what it does again and again, until it is told to stop or its store says that asking again is in vain.

use std::error::Error;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use crate::store::error::StoreError;

/// What becomes of a piece of work that is under way when the job is told to stop.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtTheEnd {
    /// It is finished.
    Finished,
    /// It is dropped where it stands: whoever begins it again loses nothing.
    CutOff,
}

/// Does the work until `shutdown` completes; it says how long to wait before it is done again. Where the store fails, that is
/// logged with `what`, and the work is done again after `pause`.
///
/// # Errors
///
/// The store's, where it [is final](StoreError::is_final).
pub(crate) async fn run<F: Future<Output = Result<Duration, StoreError>>>(
    (what, pause): (&'static str, Duration),
    at_the_end: AtTheEnd,
    shutdown: impl Future<Output = ()>,
    mut work: impl FnMut() -> F,
) -> Result<(), StoreError> {
    let mut shutdown = pin!(shutdown);
    loop {
        let done = tokio::select! {
            biased;
            () = &mut shutdown, if at_the_end == AtTheEnd::CutOff => return Ok(()),
            done = work() => done,
        };
        let wait = match done {
            Ok(wait) => wait,
            Err(error) => {
                unless_final(error, what)?;
                pause
            }
        };
        tokio::select! {
            biased;
            () = &mut shutdown => return Ok(()),
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Logs a failure of the store that passes, and hands back one that does not.
pub(crate) fn unless_final(error: StoreError, what: &'static str) -> Result<(), StoreError> {
    if error.is_final() {
        return Err(error);
    }
    tracing::error!(error = &error as &dyn Error, "{what}");
    Ok(())
}
