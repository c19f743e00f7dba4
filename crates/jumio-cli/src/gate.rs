//! Holds back new calls while the command is about to stop, so that none is cut off whose outcome would then be unknown.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use jumio_flow::machine::{Done, Failure, Flow, Op};
use jumio_flow::{Admission, ClientEffects, Effects, UploadProgress};

/// Open until it is closed, for good. Clones are the same gate.
#[derive(Clone, Default)]
pub(crate) struct Gate {
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    closed: AtomicBool,
    /// Calls that may be made once only, were let through, and are not recorded as begun yet.
    passing: AtomicUsize,
}

impl Gate {
    /// Lets no new call through. Those under way go on.
    pub(crate) fn close(&self) {
        self.state.closed.store(true, Ordering::SeqCst);
    }

    /// Whether a call may be about to begin without being recorded yet. From `false` on, with the gate closed, the saved
    /// states tell which calls are under way.
    pub(crate) fn is_passed_now(&self) -> bool {
        self.state.passing.load(Ordering::SeqCst) > 0
    }

    /// Stands before these effects.
    pub(crate) fn before(&self, effects: ClientEffects) -> impl Effects + 'static {
        Gated { gate: self.clone(), effects }
    }
}

struct Gated {
    gate: Gate,
    effects: ClientEffects,
}

#[async_trait]
impl Effects for Gated {
    async fn admit(&self, flow: &Flow, op: Op) -> Result<Admission, Failure> {
        let admission = self.effects.admit(flow, op).await?;
        let state = &self.gate.state;
        // Counted before it is looked: whoever closes the gate and then counts sees this one, or it sees the closed gate.
        if op.is_once() {
            state.passing.fetch_add(1, Ordering::SeqCst);
        }
        if state.closed.load(Ordering::SeqCst) {
            if op.is_once() {
                state.passing.fetch_sub(1, Ordering::SeqCst);
            }
            std::future::pending::<()>().await;
        }
        Ok(admission)
    }

    fn site(&self) -> Option<String> {
        self.effects.site()
    }

    async fn run(&self, flow: &Flow, op: Op, progress: UploadProgress) -> Done {
        if op.is_once() {
            // It is recorded: that comes before it is run.
            self.gate.state.passing.fetch_sub(1, Ordering::SeqCst);
        }
        self.effects.run(flow, op, progress).await
    }
}
