//! Opening a transaction: what is asked for and what comes back. Both calls (create, update) share these types.

pub(crate) mod consent;
pub(crate) mod credential;
pub(crate) mod credential_type;
pub(crate) mod reply;
pub(crate) mod reporting_criteria;
pub(crate) mod request;
pub(crate) mod urls;
pub(crate) mod web;
