//! A store for tests on paused time: while a call is under way, the clock stands still, as if the database took no time. Without
//! that, the runtime would take the wait for the disk for idleness, and let hours go by in it.

use jumio_flow::Interpose;

/// Runs this while paused time stands still: for what a test on paused time does with a store itself, as opening it.
pub async fn hold<F: Future>(work: F) -> F::Output {
    let (release, held) = std::sync::mpsc::channel::<()>();
    // Paused time does not go on by itself while a blocking task runs.
    let holder = tokio::task::spawn_blocking(move || held.recv().is_err());
    let done = work.await;
    drop(release);
    holder.await.unwrap();
    done
}

/// Paused time stands still around every call.
pub(crate) struct Steady;

impl Interpose for Steady {
    async fn around<F: Future<Output: Send> + Send>(&self, _: &'static str, work: F) -> F::Output {
        hold(work).await
    }
}
