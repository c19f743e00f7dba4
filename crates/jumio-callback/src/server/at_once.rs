//! A connection that wakes itself goes on at once.
//!
//! hyper hands a body over through a channel to which both ends are the same task, so each request wakes its own connection. A
//! runtime of several threads then wakes a second thread to take the task over, which is more work than the request.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;

/// So many turns a connection takes before others have theirs.
const TURNS: usize = 8;

/// Polls a future again where it woke itself while it was polled.
pub(super) struct AtOnce<F> {
    inner: Pin<Box<F>>,
    told: Arc<Told>,
    waker: Waker,
}

#[derive(Default)]
struct Told {
    outer: AtomicWaker,
    is_polled: AtomicBool,
    is_woken: AtomicBool,
}

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, Ordering::SeqCst);
        // Whoever polls looks at the first after it has let go of the second: one of the two sees it.
        if !self.is_polled.load(Ordering::SeqCst) {
            self.outer.wake();
        }
    }
}

impl<F: Future> AtOnce<F> {
    pub(super) fn new(inner: F) -> Self {
        let told = Arc::<Told>::default();
        Self { inner: Box::pin(inner), waker: Waker::from(Arc::clone(&told)), told }
    }
}

impl<F: Future> Future for AtOnce<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        this.told.outer.register(cx.waker());
        for _ in 0..TURNS {
            this.told.is_polled.store(true, Ordering::SeqCst);
            this.told.is_woken.store(false, Ordering::SeqCst);
            let polled = this.inner.as_mut().poll(&mut Context::from_waker(&this.waker));
            this.told.is_polled.store(false, Ordering::SeqCst);
            if polled.is_ready() || !this.told.is_woken.swap(false, Ordering::SeqCst) {
                return polled;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::atomic::AtomicUsize;
    use std::thread;
    use std::time::Duration;

    use tokio::sync::oneshot;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Is done after so many polls, and wakes itself in each.
    fn waking_itself(polls: usize) -> impl Future<Output = ()> {
        let mut left = polls;
        poll_fn(move |cx| {
            left -= 1;
            cx.waker().wake_by_ref();
            if left == 0 { Poll::Ready(()) } else { Poll::Pending }
        })
    }

    /// How often the future was polled until it was done, and how often it woke whoever polls it.
    fn done_after(polls: usize) -> (usize, usize) {
        let count = Arc::<Count>::default();
        let waker = Waker::from(Arc::clone(&count));
        let mut future = AtOnce::new(waking_itself(polls));
        let mut outer = 1;
        while Pin::new(&mut future).poll(&mut Context::from_waker(&waker)).is_pending() {
            outer += 1;
        }
        (outer, count.0.load(Ordering::SeqCst))
    }

    #[test]
    fn who_wakes_itself_goes_on_and_gives_way_after_some_turns() {
        assert_eq!(done_after(1), (1, 0));
        assert_eq!(done_after(TURNS), (1, 0), "nobody else is woken");
        assert_eq!(done_after(TURNS + 1), (2, 1), "others have their turn");
        assert_eq!(done_after(3 * TURNS), (3, 2));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_wake_from_elsewhere_is_lost() {
        for round in 0..2_000 {
            let (tell, told) = oneshot::channel();
            let teller = thread::spawn(move || {
                if round % 2 == 0 {
                    thread::sleep(Duration::from_micros(round % 50));
                }
                tell.send(round).unwrap();
            });
            let waiting = AtOnce::new(async move {
                waking_itself(3).await;
                told.await
            });
            assert_eq!(tokio::spawn(waiting).await.unwrap(), Ok(round));
            teller.join().unwrap();
        }
    }
}
