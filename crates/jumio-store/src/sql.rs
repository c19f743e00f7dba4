//! The store over SQL, one source for both databases. What differs is in `backend`, `schema/` and the files of the two.

mod backend;
mod claims;
mod clock;
#[cfg(feature = "postgres")]
pub(crate) mod connections;
mod deliver;
mod feed;
mod flows;
mod forget;
mod hint_group;
mod hint_name;
mod inbox;
mod lent;
mod limit;
mod marks;
pub(crate) mod migrate;
pub(crate) mod problem;
mod profiles;
mod row;
mod rows;
mod run;
#[cfg(test)]
pub(crate) mod scans;
#[cfg(test)]
pub(crate) mod seen;
pub(crate) mod session;
mod store;
mod tallies;
mod time;
mod undelivered;
mod unreadable;
mod upkeep;
mod watch;

#[cfg(all(test, feature = "postgres"))]
pub(crate) use backend::Param;
pub(crate) use backend::{Connection, sql};
pub(crate) use flows::SealedFlow;
#[cfg(feature = "sqlite")]
pub(crate) use store::unavailable;
pub use store::{Reseal, SqlStore};
