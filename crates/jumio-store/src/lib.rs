//! Keeping flows on a disk: [`Sqlite`], with every state sealed before it is written.
//!
//! A state holds transaction tokens, links and results, so [`Sqlite`] takes a codec that seals it: [`Sealed`], with the key
//! from a [`KeyFile`]. What the flows are and what must hold for a store is `jumio-flow`'s; this crate only keeps.
//!
//! ```
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

mod key_file;
mod private;
mod sealed;
mod sqlite;

pub use key_file::{KeyFile, KeyFileError};
pub use sealed::Sealed;
pub use sqlite::Sqlite;
pub use sqlite::problem::{DatabaseError, Problem};
