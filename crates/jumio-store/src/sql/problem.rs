//! What can be wrong with a database, in words that say what to do.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// The source of a [`StoreError::Unavailable`](jumio_flow::StoreError::Unavailable) that a store of this crate gave.
#[derive(Debug, Clone)]
pub struct DatabaseError {
    problem: Problem,
    source: Option<Arc<dyn Error + Send + Sync>>,
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
    /// The disk did not keep what it was given. The store does no more: what was acknowledged could be lost.
    SyncFailed,
    /// The database server cannot be reached, or went away.
    Unreachable,
    /// The database server refused the login.
    LoginRefused,
    /// The file system cannot share memory between processes, which the write-ahead log needs.
    NoSharedMemory,
    /// Something else; the source says what.
    Other,
}

impl DatabaseError {
    pub(crate) fn new(problem: Problem) -> Self {
        Self { problem, source: None }
    }

    #[cfg(feature = "sqlite")]
    pub(crate) fn cannot_open(source: std::io::Error) -> Self {
        let problem = match source.kind() {
            std::io::ErrorKind::StorageFull => Problem::Full,
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => Problem::ReadOnly,
            _ => Problem::CannotOpen,
        };
        Self { problem, source: Some(Arc::new(source)) }
    }

    /// What is wrong.
    pub fn problem(&self) -> Problem {
        self.problem
    }
}

/// SQLite's primary result codes (`sqlite3.h`); the extended ones add to the upper bits.
#[cfg(feature = "sqlite")]
fn sqlite_problem(code: u32) -> Problem {
    // SQLITE_IOERR_FSYNC and SQLITE_IOERR_DIR_FSYNC.
    if matches!(code, 1034 | 1290) {
        return Problem::SyncFailed;
    }
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

/// PostgreSQL's SQLSTATE codes (its manual, appendix A).
#[cfg(feature = "postgres")]
fn postgres_problem(code: &str) -> Problem {
    match code {
        "53100" => Problem::Full,
        "40001" | "40P01" | "55P03" | "57014" | "53300" => Problem::Busy,
        "25006" | "42501" => Problem::ReadOnly,
        "58030" => Problem::Disk,
        "XX001" | "XX002" => Problem::Damaged,
        "3D000" => Problem::CannotOpen,
        _ if code.starts_with("28") => Problem::LoginRefused,
        _ if code.starts_with("08") || code.starts_with("57P") => Problem::Unreachable,
        _ => Problem::Other,
    }
}

/// Whether the connection is gone. A server that gives no answer may still be at it.
#[cfg(feature = "postgres")]
pub(super) fn is_gone(error: &sqlx::Error) -> bool {
    let has_no_answer = matches!(error, sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut);
    problem_of(error) == Problem::Unreachable && !has_no_answer
}

fn problem_of(error: &sqlx::Error) -> Problem {
    if let sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Tls(_) = error {
        return Problem::Unreachable;
    }
    let Some(error) = error.as_database_error() else { return Problem::Other };
    #[cfg(feature = "postgres")]
    if let Some(error) = error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>() {
        return postgres_problem(error.code());
    }
    #[cfg(feature = "sqlite")]
    if let Some(code) = error.code().and_then(|code| code.parse().ok()) {
        return sqlite_problem(code);
    }
    Problem::Other
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        Self { problem: problem_of(&error), source: Some(Arc::new(error)) }
    }
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.problem {
            Problem::Busy => "another process is writing to the database; try again when it is done",
            Problem::Full => "the disk is full; free some space and try again, nothing is lost",
            Problem::Damaged => "the database is damaged; put it back from a backup, together with its -wal file",
            Problem::NotADatabase => "the file is no database; name another one",
            Problem::Foreign => "the file is a database of another program; name another one, or call `open_beside` if it is your application's",
            Problem::ReadOnly => "the database or its folder may not be written; give its owner the right to",
            Problem::CannotOpen => {
                "the database cannot be opened; look at its path or name, and at the rights of its folder"
            }
            Problem::Disk => "reading from or writing to the disk failed; look at the disk",
            Problem::SyncFailed => {
                "the disk did not keep what was written, so this process writes no more; look at the disk, then start \
                 the program again"
            }
            Problem::Unreachable => "the database server cannot be reached; look whether it runs, and at the address",
            Problem::LoginRefused => "the database server refused the login; look at the user and the password",
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

#[cfg(test)]
mod tests {
    use super::Problem;

    #[cfg(feature = "sqlite")]
    #[test]
    fn sqlite_codes_are_told_apart() {
        use super::sqlite_problem;
        let cases = [
            (5, Problem::Busy),
            (517, Problem::Busy),
            (13, Problem::Full),
            (10, Problem::Disk),
            (778, Problem::Disk),
            (1034, Problem::SyncFailed),
            (1290, Problem::SyncFailed),
            (11, Problem::Damaged),
            (26, Problem::NotADatabase),
            (14, Problem::CannotOpen),
            (1, Problem::Other),
        ];
        for (code, problem) in cases {
            assert_eq!(sqlite_problem(code), problem, "{code}");
        }
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn postgres_codes_are_told_apart() {
        use super::postgres_problem;
        let cases = [
            ("53100", Problem::Full),
            ("40P01", Problem::Busy),
            ("28P01", Problem::LoginRefused),
            ("57P01", Problem::Unreachable),
            ("XX001", Problem::Damaged),
            ("25006", Problem::ReadOnly),
            ("42P01", Problem::Other),
        ];
        for (code, problem) in cases {
            assert_eq!(postgres_problem(code), problem, "{code}");
        }
    }
}
