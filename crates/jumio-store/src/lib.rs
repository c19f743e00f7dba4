//! Keeping flows in a database: `Sqlite`, one file, and `Postgres`, which several workers share. Every state is sealed before
//! it is written.
//!
//! A state holds transaction tokens, links and results, so a store takes a codec that seals it: [`Sealed`], with the key from
//! a [`KeyFile`]. What the flows are and what must hold for a store is `jumio-flow`'s; this crate only keeps.
//!
#![cfg_attr(feature = "sqlite", doc = "```")]
#![cfg_attr(not(feature = "sqlite"), doc = "```ignore")]
//! use jumio_flow::{Filter, FlowStore};
//! use jumio_store::{KeyFile, Sealed, Sqlite};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let key = KeyFile::open_or_create(folder.join("flows.key"))?;
//! let store = Sqlite::open(folder.join("flows.db"), Sealed::new(&key)).await?;
//! assert!(store.list(&Filter::all().unfinished()).await?.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! Opening never changes the tables of an older version: `migrate` of each store does, when it is called.

mod key_file;
#[cfg(feature = "postgres")]
mod postgres;
mod private;
mod sealed;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use key_file::{KeyFile, KeyFileError};
#[cfg(feature = "postgres")]
pub use postgres::{Postgres, PostgresDatabase};
pub use sealed::Sealed;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use sql::problem::{DatabaseError, Problem};
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use sql::{Reseal, SqlStore};
#[cfg(feature = "sqlite")]
pub use sqlite::{Sqlite, SqliteFile};
