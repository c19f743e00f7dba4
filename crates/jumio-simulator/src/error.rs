//! Why a simulator does not start.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Another running simulator uses the state folder.
    #[error(
        "the state folder {} is in use by another simulator; stop that one or choose another folder",
        .folder.display()
    )]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The state folder cannot be read or written.
    #[error("cannot use {}; check that it can be read and written", .path.display())]
    State {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the state folder has another shape than this version writes.
    #[error(
        "{} was not written by this version of the simulator; remove the state folder to begin anew",
        .path.display()
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The address cannot be listened at.
    #[error("cannot listen at {address}; stop what uses that port or choose another")]
    Listen {
        /// The address; its port is 0 where any would do.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The system gave no random numbers for keys and identifiers.
    #[error("the system gives no random numbers")]
    Random(#[source] getrandom::Error),
    /// The simulator's thread cannot be started, or ended before it was ready.
    #[error("cannot start the simulator's thread")]
    Thread(#[source] io::Error),
}
