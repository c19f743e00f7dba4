//! What every [`FlowStore`] must do, as tests that a store's author runs.
//!
//! Time is an argument of every call, so nothing here waits: a lease runs out because a later time is named. What the suite
//! does not see is durability; pull the plug for that.

#![expect(clippy::expect_used, reason = "a test suite fails by panicking")]

mod claims;
mod due;
mod feed;
mod inbox;
mod keeping;
mod lent;
mod missed;
mod pace;
mod profiles;
mod purge;
mod states;
mod subjects;
mod turns;
mod upkeep;

use std::sync::Arc;

use super::FlowStore;

/// Runs the suite; panics where the store does not do what it must.
///
/// `open` opens the store of a name. A name that was not used before must give an empty store. The same name given again
/// must give the same store: after the first handle was dropped, as a process that starts anew, and beside it, as a second
/// process. A store that lives in one process only gives the same handle again.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::{Arc, Mutex};
///
/// use jumio_flow::{MemoryStore, conformance};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let stores = Mutex::new(HashMap::<String, Arc<MemoryStore>>::new());
/// conformance::run_all(async |name: &str| -> Arc<MemoryStore> {
///     stores.lock().unwrap().entry(name.to_owned()).or_default().clone()
/// })
/// .await;
/// # }
/// ```
pub async fn run_all<S: FlowStore + 'static, F: AsyncFn(&str) -> Arc<S>>(open: F) {
    let open = async |name: &str| {
        let store: Arc<dyn FlowStore> = open(name).await;
        store
    };
    Box::pin(keeping::run(&open)).await;
    Box::pin(claims::run(&open)).await;
    Box::pin(turns::run(&open)).await;
    Box::pin(due::run(&open)).await;
    Box::pin(inbox::run(&open)).await;
    Box::pin(feed::run(&open)).await;
    Box::pin(lent::run(&open)).await;
    Box::pin(missed::run(&open)).await;
    Box::pin(pace::run(&open)).await;
    Box::pin(profiles::run(&open)).await;
    Box::pin(upkeep::run(&open)).await;
    Box::pin(subjects::run(&open)).await;
    Box::pin(purge::run(&open)).await;
}
