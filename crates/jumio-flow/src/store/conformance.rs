//! What every [`FlowStore`](crate::FlowStore) must do, as tests that a store's author runs.
