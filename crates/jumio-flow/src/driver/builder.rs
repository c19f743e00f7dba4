//! Setting up a host of flows.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{Notify, OnceCell, broadcast};

use super::effects::Effects;
use super::error::FlowError;
use super::flows::{Flows, Inner};
use crate::store::FlowStore;
use crate::store::bounds::LONGEST_LEASE;
use crate::store::keys::Owner;
use crate::store::memory::MemoryStore;

/// A lease below this would be renewed more often than a disk can follow.
const SHORTEST_LEASE: Duration = Duration::from_secs(1);

/// Sets up [`Flows`].
pub struct FlowsBuilder {
    effects: Arc<dyn Effects>,
    store: Arc<dyn FlowStore>,
    profile: Option<String>,
    lease: Duration,
    clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

impl FlowsBuilder {
    pub(super) fn new(effects: impl Effects + 'static) -> Self {
        Self {
            effects: Arc::new(effects),
            store: Arc::new(MemoryStore::new()),
            profile: None,
            lease: Duration::from_secs(10),
            clock: Arc::new(Utc::now),
        }
    }

    /// Keeps flows in this store. Without it they live in memory and die with the process.
    #[must_use]
    pub fn store(mut self, store: impl FlowStore + 'static) -> Self {
        self.store = Arc::new(store);
        self
    }

    /// Takes flows of this profile only: a region, a simulator, a set of credentials. The store remembers the site that its
    /// first host works with, and refuses another. Needed with a store that outlives its process; `default` in memory.
    #[must_use]
    pub fn profile(mut self, profile: impl Into<String>) -> Self {
        self.profile = Some(profile.into());
        self
    }

    /// How long a flow stays with a host that gives no sign of life. A lease is renewed three times in its length, so it
    /// may be shorter than a call; after a crash another host waits this long. 10 seconds where it is not set, at least 1, at most
    /// [`LONGEST_LEASE`](crate::LONGEST_LEASE).
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// Takes the time from here: for tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The handle.
    ///
    /// # Errors
    ///
    /// [`FlowError::NoProfile`] where the store is durable and no profile is named, [`FlowError::Randomness`] where the
    /// operating system has none to give.
    pub fn build(self) -> Result<Flows, FlowError> {
        let Self { effects, store, profile, lease, clock } = self;
        let lease = lease.clamp(SHORTEST_LEASE, LONGEST_LEASE);
        let profile = match profile {
            Some(profile) => profile,
            None if store.is_durable() => return Err(FlowError::NoProfile),
            None => "default".to_owned(),
        };
        let (progress, _) = broadcast::channel(1024);
        let owner = Owner::random()?;
        let inner = Inner {
            store,
            effects,
            profile,
            owner,
            lease,
            clock,
            progress,
            wake: Notify::new(),
            bound: OnceCell::new(),
            #[cfg(feature = "test-util")]
            calls: super::killing::Calls::default(),
        };
        Ok(Flows { inner: Arc::new(inner) })
    }
}
