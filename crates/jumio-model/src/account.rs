//! Opening a transaction: what is asked for and what comes back. Both calls (create, update) share these types.

pub(crate) mod reply;
pub(crate) mod request;
