//! The thin layer over the two databases: a statement with its values, a row, a connection. It knows no table.
//!
//! Both take `$1` for a value and give an id back with `RETURNING`, so nearly every statement is one text for both.

use std::sync::Arc;

#[cfg(feature = "postgres")]
use sqlx::PgConnection;
#[cfg(feature = "sqlite")]
use sqlx::SqliteConnection;
use sqlx::{Database, Row as _};

use super::rows::Rows;
#[cfg(feature = "sqlite")]
use super::rows::Texts;

/// A value of a statement. A text is made once, and shared with the driver's thread.
#[derive(Clone)]
pub(crate) enum Param {
    Int(Option<i64>),
    Text(Option<Arc<str>>),
    Bytes(Option<Vec<u8>>),
}

impl From<i64> for Param {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<Option<i64>> for Param {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Param {
    fn from(value: bool) -> Self {
        Self::Int(Some(value.into()))
    }
}

impl From<&str> for Param {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.into()))
    }
}

impl From<Option<&str>> for Param {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(Arc::from))
    }
}

impl From<Vec<u8>> for Param {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(Some(value))
    }
}

impl<const LENGTH: usize> From<[u8; LENGTH]> for Param {
    fn from(value: [u8; LENGTH]) -> Self {
        Self::Bytes(Some(value.to_vec()))
    }
}

impl From<Option<Vec<u8>>> for Param {
    fn from(value: Option<Vec<u8>>) -> Self {
        Self::Bytes(value)
    }
}

/// A statement with its values, in the words of each database that is built in.
#[derive(Clone)]
pub(crate) struct Statement {
    #[cfg(feature = "sqlite")]
    sqlite: &'static str,
    #[cfg(feature = "postgres")]
    postgres: &'static str,
    params: Vec<Param>,
}

/// A statement whose values are a list of rows.
#[derive(Clone)]
pub(crate) struct ListStatement {
    #[cfg(feature = "sqlite")]
    pub(crate) sqlite: &'static Texts,
    /// The list is `$1`.
    #[cfg(feature = "postgres")]
    pub(crate) postgres: &'static str,
    pub(crate) rows: Rows,
}

/// A statement that is the same on both.
pub(crate) fn sql(text: &'static str) -> Statement {
    sql_for(text, text)
}

/// A statement that takes a lock on PostgreSQL. SQLite has one writer at a time and needs none.
pub(crate) fn sql_for(sqlite: &'static str, postgres: &'static str) -> Statement {
    // One of the two is not used where its database is not built in.
    let _ = (sqlite, postgres);
    Statement {
        #[cfg(feature = "sqlite")]
        sqlite,
        #[cfg(feature = "postgres")]
        postgres,
        params: Vec::new(),
    }
}

type Query<D> = sqlx::query::Query<'static, D, <D as Database>::Arguments>;

/// The query for one database: the same for both but for its text and its type.
macro_rules! into_query {
    ( $( $feature:literal $name:ident: $text:ident, $database:ty; )+ ) => { $(
        #[cfg(feature = $feature)]
        fn $name(self) -> Query<$database> {
            #[cfg(test)]
            super::seen::note(self.$text, &self.params);
            self.params.into_iter().fold(sqlx::query(self.$text), |query, param| match param {
                Param::Int(value) => query.bind(value),
                Param::Text(value) => query.bind(value),
                Param::Bytes(value) => query.bind(value),
            })
        }
    )+ };
}

impl Statement {
    pub(crate) fn bind(mut self, value: impl Into<Param>) -> Self {
        self.params.push(value.into());
        self
    }

    into_query! {
        "sqlite" into_sqlite: sqlite, sqlx::Sqlite;
        "postgres" into_postgres: postgres, sqlx::Postgres;
    }
}

impl ListStatement {
    /// In the words of the database at the other end.
    fn on(self, connection: &Connection<'_>) -> Statement {
        match connection {
            #[cfg(feature = "sqlite")]
            Connection::Sqlite(_) => {
                let (text, params) = self.rows.one_by_one(self.sqlite);
                Statement { params, ..sql(text) }
            }
            #[cfg(feature = "postgres")]
            Connection::Postgres(_) => sql(self.postgres).bind(self.rows.into_json().as_str()),
        }
    }
}

/// A row of either.
pub(crate) enum Row {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlx::sqlite::SqliteRow),
    #[cfg(feature = "postgres")]
    Postgres(sqlx::postgres::PgRow),
}

#[cfg(feature = "sqlite")]
pub(crate) trait OnSqlite: for<'r> sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite> {}
#[cfg(feature = "sqlite")]
impl<T: for<'r> sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>> OnSqlite for T {}
#[cfg(not(feature = "sqlite"))]
pub(crate) trait OnSqlite {}
#[cfg(not(feature = "sqlite"))]
impl<T> OnSqlite for T {}

#[cfg(feature = "postgres")]
pub(crate) trait OnPostgres: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> {}
#[cfg(feature = "postgres")]
impl<T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>> OnPostgres for T {}
#[cfg(not(feature = "postgres"))]
pub(crate) trait OnPostgres {}
#[cfg(not(feature = "postgres"))]
impl<T> OnPostgres for T {}

impl Row {
    pub(crate) fn get<T: OnSqlite + OnPostgres>(&self, column: &'static str) -> Result<T, sqlx::Error> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(row) => row.try_get(column),
            #[cfg(feature = "postgres")]
            Self::Postgres(row) => row.try_get(column),
        }
    }
}

/// A connection to either.
pub(crate) enum Connection<'a> {
    #[cfg(feature = "sqlite")]
    Sqlite(&'a mut SqliteConnection),
    #[cfg(feature = "postgres")]
    Postgres(&'a mut PgConnection),
}

impl Connection<'_> {
    /// Runs a statement; how many rows it changed.
    pub(crate) async fn execute(&mut self, statement: Statement) -> Result<u64, sqlx::Error> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(connection) => Ok(statement.into_sqlite().execute(&mut **connection).await?.rows_affected()),
            #[cfg(feature = "postgres")]
            Self::Postgres(connection) => {
                Ok(statement.into_postgres().execute(&mut **connection).await?.rows_affected())
            }
        }
    }

    /// Runs a statement; the rows that it gives.
    pub(crate) async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(connection) => {
                let rows = statement.into_sqlite().fetch_all(&mut **connection).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(connection) => {
                let rows = statement.into_postgres().fetch_all(&mut **connection).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// Runs a statement with a list of rows; the rows that it gives.
    pub(crate) async fn rows_for(&mut self, statement: ListStatement) -> Result<Vec<Row>, sqlx::Error> {
        let statement = statement.on(self);
        self.rows(statement).await
    }

    /// Runs a statement that adds a list of rows; the number of the last one, which PostgreSQL does not tell.
    pub(crate) async fn add(&mut self, statement: ListStatement) -> Result<Option<i64>, sqlx::Error> {
        let statement = statement.on(self);
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(connection) => {
                Ok(Some(statement.into_sqlite().execute(&mut **connection).await?.last_insert_rowid()))
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(connection) => statement.into_postgres().execute(&mut **connection).await.map(|_| None),
        }
    }

    /// Runs a text of several statements without values.
    pub(crate) async fn script(&mut self, sqlite: &'static str, postgres: &'static str) -> Result<(), sqlx::Error> {
        // One of the two is not used where its database is not built in.
        let _ = (sqlite, postgres);
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(connection) => sqlx::raw_sql(sqlite).execute(&mut **connection).await.map(drop),
            #[cfg(feature = "postgres")]
            Self::Postgres(connection) => sqlx::raw_sql(postgres).execute(&mut **connection).await.map(drop),
        }
    }
}
