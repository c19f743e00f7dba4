//! What every store of `jumio-flow` must survive, as tests that its author runs.
//!
//! Take this crate as a dev-dependency. `jumio_flow::conformance::run_all` (feature `test-util` there) asks a store one question
//! after the other; here whole flows run over it, against a simulated Jumio:
//!
//! * [`survive_kills`]: more than thirty kinds of flows in worker processes that are killed with `SIGKILL`, taken over by others,
//!   and upgraded meanwhile. Asserted on the simulator's own log: no step is lost, no call that may happen only once is made
//!   twice, and every flow ends as without a kill, or parked as unknown where a worker died within such a call.
//! * [`survive_drops`]: the same kinds over a store that lives in one process, whose workers are dropped where they stand.
//! * [`no_flow_is_taken_twice`], [`copies_are_one`], [`what_cannot_be_read_is_passed_over`]: several workers at once.
//! * [`is_as_fast_as_the_limits_allow`]: workers that share the pace of their tenant.
//!
//! All of a store's test, here one that is called `MyStore`:
//!
//! ```no_run
//! # use jumio_flow::MemoryStore as MyStore;
//! # async fn open_my_store(_: &std::path::Path) -> MyStore { MyStore::new() }
//! use std::sync::Arc;
//!
//! // #[test]
//! fn my_store_survives_kills() {
//!     jumio_conformance::survive_kills(
//!         "my_store_survives_kills", // the worker processes are this test, run again
//!         async |place| Arc::new(open_my_store(&place.folder().join("flows.db")).await),
//!         async |_| {}, // or bring the tables to those of a version to come
//!     );
//! }
//! ```

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test suite fails by panicking"
)]

mod crowd;
mod flows;
mod kills;
mod kinds;
mod outside;
mod pace;
mod place;
mod scene;
mod seed;
mod steady;
mod worker;

pub use crowd::{copies_are_one, no_flow_is_taken_twice, what_cannot_be_read_is_passed_over};
pub use kills::{survive_drops, survive_kills};
pub use pace::is_as_fast_as_the_limits_allow;
pub use place::Place;
pub use steady::hold;
