//! The one task that moves time on: it settles transactions when they are due and starts their callbacks.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::callbacks;
use crate::shared::Shared;

/// The longest sleep: the machine's clock may be set anew meanwhile.
const LONGEST: Duration = Duration::from_secs(60);
/// When the disk refuses a change, it is tried again so much later.
const AGAIN: Duration = Duration::from_secs(1);

pub(crate) async fn run(shared: Arc<Shared>) {
    // Dropped with this task: nothing is sent any more once the simulator has stopped.
    let mut sending = JoinSet::new();
    loop {
        let wait = match shared.settle_due() {
            Ok(()) => shared.next_due().map_or(LONGEST, |next| shared.now().until(next).min(LONGEST)),
            Err(_) => AGAIN,
        };
        for transaction in shared.take_unsent() {
            sending.spawn(callbacks::send(Arc::clone(&shared), transaction));
        }
        tokio::select! {
            () = shared.bell.notified() => {}
            () = tokio::time::sleep(wait) => {}
            Some(_) = sending.join_next() => {}
        }
    }
}
