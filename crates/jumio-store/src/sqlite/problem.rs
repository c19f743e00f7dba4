//! What can be wrong with a database, in words that say what to do.

use std::error::Error;
use std::fmt;

/// The source of a [`StoreError::Unavailable`](jumio_flow::StoreError::Unavailable) that [`Sqlite`](crate::Sqlite) gave.
#[derive(Debug)]
pub struct DatabaseError {
    problem: Problem,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// Another process writes and does not come to an end.
    Busy,
    /// The disk is full.
    Full,
    /// The file is damaged.
    Damaged,
    /// The file is no SQLite database.
    NotADatabase,
    /// The file is a database of another program.
    Foreign,
    /// The file or its folder may not be written.
    ReadOnly,
    /// The file cannot be opened, or its folder cannot be made.
    CannotOpen,
    /// The disk failed.
    Disk,
    /// The file system cannot share memory between processes, which the write-ahead log needs.
    NoSharedMemory,
    /// Something else; the source says what.
    Other,
}

impl DatabaseError {
    pub(crate) fn new(problem: Problem) -> Self {
        Self { problem, source: None }
    }

    pub(crate) fn cannot_open(source: std::io::Error) -> Self {
        let problem = match source.kind() {
            std::io::ErrorKind::StorageFull => Problem::Full,
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => Problem::ReadOnly,
            _ => Problem::CannotOpen,
        };
        Self { problem, source: Some(source.into()) }
    }

    /// What is wrong.
    pub fn problem(&self) -> Problem {
        self.problem
    }
}

/// SQLite's primary result codes (`sqlite3.h`); the extended ones add to the upper bits.
fn problem_of(code: u32) -> Problem {
    match code & 0xff {
        5 | 6 => Problem::Busy,
        8 | 3 => Problem::ReadOnly,
        10 => Problem::Disk,
        11 => Problem::Damaged,
        13 => Problem::Full,
        14 => Problem::CannotOpen,
        26 => Problem::NotADatabase,
        _ => Problem::Other,
    }
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(|error| error.code()?.parse().ok());
        Self { problem: code.map_or(Problem::Other, problem_of), source: Some(error.into()) }
    }
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.problem {
            Problem::Busy => "another process is writing to the database; try again when it is done",
            Problem::Full => "the disk is full; free some space and try again, nothing is lost",
            Problem::Damaged => "the database is damaged; put it back from a backup, together with its -wal file",
            Problem::NotADatabase => "the file is no database; name another one",
            Problem::Foreign => "the file is a database of another program; name another one",
            Problem::ReadOnly => "the database or its folder may not be written; give its owner the right to",
            Problem::CannotOpen => {
                "the database file cannot be opened; look at its path and at the rights of its folder"
            }
            Problem::Disk => "reading from or writing to the disk failed; look at the disk",
            Problem::NoSharedMemory => "this file system cannot hold the database; put it on a local disk",
            Problem::Other => "the database refused",
        })
    }
}

impl Error for DatabaseError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}
