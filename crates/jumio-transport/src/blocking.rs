//! Work on files, which may block: on the runtime's threads for that, or right here where there is no runtime.

use std::io;

use tokio::runtime::Handle;
use tokio::task::JoinError;

/// What may fail because the runtime was shut down under it.
pub(crate) trait FromStopped {
    fn from_stopped(error: JoinError) -> Self;
}

impl FromStopped for io::Error {
    fn from_stopped(error: JoinError) -> Self {
        Self::other(error)
    }
}

pub(crate) async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: FromStopped + Send + 'static,
{
    match Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(work).await.unwrap_or_else(|error| Err(E::from_stopped(error))),
        Err(_) => work(),
    }
}
