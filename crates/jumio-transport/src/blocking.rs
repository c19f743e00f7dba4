//! Work on files, which may block: on the runtime's threads for that, or right here where there is no runtime.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// What may fail because the runtime was shut down under it.
pub(crate) trait FromStopped {
    fn from_stopped(error: io::Error) -> Self;
}

impl FromStopped for io::Error {
    fn from_stopped(error: io::Error) -> Self {
        error
    }
}

pub(crate) async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: FromStopped + Send + 'static,
{
    match Handle::try_current() {
        Ok(runtime) => Running::start(&runtime, work).await.unwrap_or_else(|error| Err(E::from_stopped(error))),
        Err(_) => work(),
    }
}

/// Work on one of the runtime's threads. To tokio all of it is one kind of task, whatever it makes: a kind of task is a lot of
/// code to compile.
pub(crate) struct Running<T> {
    task: JoinHandle<()>,
    made: Arc<Mutex<Option<T>>>,
}

impl<T: Send + 'static> Running<T> {
    pub(crate) fn start(runtime: &Handle, work: impl FnOnce() -> T + Send + 'static) -> Self {
        let made = Arc::new(Mutex::new(None));
        let place = Arc::clone(&made);
        let work: Box<dyn FnOnce() + Send> = Box::new(move || {
            let made = work();
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
        });
        Self { task: runtime.spawn_blocking(work), made }
    }

    #[cfg(test)]
    pub(crate) fn is_finished(&self) -> bool {
        self.task.is_finished()
    }
}

impl<T> Future for Running<T> {
    type Output = io::Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        ready!(Pin::new(&mut self.task).poll(cx)).map_err(io::Error::other)?;
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner).take();
        Poll::Ready(made.ok_or_else(|| io::Error::other("the work was asked for twice")))
    }
}
