//! A database file, opened by the store and by any other program.

use std::path::Path;

use jumio_store::{Sealed, Sqlite};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqliteConnection};

use super::KEY;

pub(crate) async fn open(path: &Path) -> Sqlite {
    Sqlite::open(path, Sealed::with_key(1, &KEY)).await.unwrap()
}

/// The file, as any other program sees it.
pub(crate) async fn raw(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.unwrap()
}
