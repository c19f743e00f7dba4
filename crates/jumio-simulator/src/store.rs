//! Where the simulator keeps things: in a folder, so that they outlive a kill at any moment, or in memory. Uploads are files
//! either way, in a temporary folder where there is no other. What the things mean is decided elsewhere.
//!
//! Each file is written beside its place and renamed into it, so it is there whole or not at all. That is enough against a
//! killed process; files are not flushed to the device, so a power cut may lose the last second.

mod spool;

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tempfile::{NamedTempFile, TempDir};

use crate::clock::Moment;
use crate::error::StartError;
use crate::transaction::Transaction;

pub(crate) use spool::Spool;

const LOCK: &str = "lock";
/// How often, and how long apart, a lock that is held is tried again.
const LOCK_TRIES: u32 = 10;
const LOCK_WAIT: Duration = Duration::from_millis(50);
const SERVER: &str = "server.json";
const TRANSACTIONS: &str = "transactions";
const UPLOADS: &str = "uploads";
/// Unfinished files begin so; those of a killed simulator are removed at the next start.
const UNFINISHED: &str = ".unfinished-";

/// What belongs to the simulator and not to one transaction.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ServerState {
    pub(crate) port: u16,
    /// The ports after the first one, where each service has its own.
    #[serde(default)]
    pub(crate) more_ports: Vec<u16>,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) customer_id: String,
    pub(crate) signing_key: Vec<u8>,
    pub(crate) clock_offset_millis: i64,
    pub(crate) access_token: Option<IssuedToken>,
}

impl ServerState {
    /// Every port, the first one first.
    pub(crate) fn ports(&self) -> Vec<u16> {
        std::iter::once(self.port).chain(self.more_ports.iter().copied()).collect()
    }
}

/// The access token that was handed out last.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct IssuedToken {
    pub(crate) token: String,
    pub(crate) expires_at: Moment,
}

/// Keeps state and uploaded content.
pub(crate) struct Store {
    folder: Option<Folder>,
    /// For uploads where there is no folder: made with the first one, removed with the store.
    temporary: Mutex<Option<TempDir>>,
}

struct Folder {
    path: PathBuf,
    /// Held as long as the store lives; the system gives it back when the process ends, however it ends.
    _lock: File,
}

/// What a folder held when it was opened.
pub(crate) struct Kept {
    pub(crate) server: Option<ServerState>,
    pub(crate) transactions: Vec<Transaction>,
}

impl Store {
    /// Keeps everything in memory, uploads aside.
    pub(crate) fn in_memory() -> Self {
        Self { folder: None, temporary: Mutex::default() }
    }

    /// Opens or makes a folder, and reads what it holds.
    pub(crate) fn open(path: &Path) -> Result<(Self, Kept), StartError> {
        make_folder(path)?;
        let lock_path = path.join(LOCK);
        let lock = private_file(&lock_path).map_err(failed(&lock_path))?;
        match take(&lock) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StartError::InUse { folder: path.to_owned() });
            }
            Err(TryLockError::Error(source)) => {
                return Err(StartError::State { path: lock_path, source });
            }
        }
        for folder in [TRANSACTIONS, UPLOADS] {
            make_folder(&path.join(folder))?;
        }
        for folder in [path.to_owned(), path.join(TRANSACTIONS), path.join(UPLOADS)] {
            remove_files(&folder, |name| name.starts_with(UNFINISHED)).map_err(failed(&folder))?;
        }
        let server_path = path.join(SERVER);
        let server = if server_path.exists() { Some(read_json(&server_path)?) } else { None };
        let kept = Kept { server, transactions: read_transactions(&path.join(TRANSACTIONS))? };
        let folder = Folder { path: path.to_owned(), _lock: lock };
        Ok((Self { folder: Some(folder), temporary: Mutex::default() }, kept))
    }

    /// Whether anything outlives this process.
    pub(crate) fn is_lasting(&self) -> bool {
        self.folder.is_some()
    }

    pub(crate) fn save_server(&self, server: &ServerState) -> io::Result<()> {
        self.folder.as_ref().map_or(Ok(()), |folder| write_json(&folder.path, SERVER, server))
    }

    pub(crate) fn save(&self, transaction: &Transaction) -> io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let name = format!("{}.json", transaction.execution_id);
        write_json(&folder.path.join(TRANSACTIONS), &name, transaction)
    }

    /// A place for content that is just arriving; it is gone again unless it is [kept](Self::keep).
    pub(crate) fn spool(&self) -> io::Result<Spool> {
        unfinished(&self.uploads()?).map(Spool::new)
    }

    /// Keeps content under a credential's id and a classifier, in place of what was there.
    pub(crate) fn keep(&self, spool: Spool, credential: &str, classifier: &str) -> io::Result<()> {
        let path = self.uploads()?.join(content_name(credential, classifier));
        spool.into_file().persist(path).map(drop).map_err(|error| error.error)
    }

    /// Removes the content kept under a credential's id and a classifier, where there is any.
    pub(crate) fn forget(&self, credential: &str, classifier: &str) -> io::Result<()> {
        let path = self.uploads()?.join(content_name(credential, classifier));
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The content kept under a credential's id and a classifier.
    pub(crate) async fn content(&self, credential: &str, classifier: &str) -> io::Result<Bytes> {
        let path = self.uploads()?.join(content_name(credential, classifier));
        tokio::fs::read(path).await.map(Bytes::from)
    }

    /// Removes every transaction and upload.
    pub(crate) fn clear(&self) -> io::Result<()> {
        if let Some(folder) = &self.folder {
            for name in [TRANSACTIONS, UPLOADS] {
                remove_files(&folder.path.join(name), |_| true)?;
            }
        }
        // Its files go with it.
        self.temporary().take();
        Ok(())
    }

    /// The folder of the uploads.
    fn uploads(&self) -> io::Result<PathBuf> {
        if let Some(folder) = &self.folder {
            return Ok(folder.path.join(UPLOADS));
        }
        let mut temporary = self.temporary();
        let folder = match temporary.take() {
            Some(folder) => folder,
            None => tempfile::Builder::new().prefix("jumio-simulator-").tempdir()?,
        };
        let path = folder.path().to_owned();
        *temporary = Some(folder);
        Ok(path)
    }

    fn temporary(&self) -> MutexGuard<'_, Option<TempDir>> {
        self.temporary.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Both come from the simulator itself, never from a request, so the name cannot leave the folder.
fn content_name(credential: &str, classifier: &str) -> String {
    format!("{credential}.{classifier}")
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> StartError {
    let path = path.to_owned();
    move |source| StartError::State { path, source }
}

/// Makes a folder that only its owner can look into; one that is there stays as it is.
fn make_folder(path: &Path) -> Result<(), StartError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(failed(path))
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A new file that only its owner can read, removed when it is dropped.
fn unfinished(folder: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)
}

fn remove_files(folder: &Path, which: impl Fn(&str) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if which(&entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn write_json<T: Serialize>(folder: &Path, name: &str, value: &T) -> io::Result<()> {
    let mut file = unfinished(folder)?;
    file.write_all(&serde_json::to_vec(value)?)?;
    file.persist(folder.join(name)).map(drop).map_err(|error| error.error)
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, StartError> {
    let bytes = fs::read(path).map_err(failed(path))?;
    serde_json::from_slice(&bytes).map_err(|source| StartError::Unreadable { path: path.to_owned(), source })
}

fn read_transactions(folder: &Path) -> Result<Vec<Transaction>, StartError> {
    let mut transactions = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            transactions.push(read_json(&path)?);
        }
    }
    Ok(transactions)
}

/// Takes the lock. One that was let go a moment ago can seem to be held still: a program that its process is just starting
/// has a copy of it, until it runs.
fn take(lock: &File) -> Result<(), TryLockError> {
    for _ in 0..LOCK_TRIES {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_WAIT),
            taken => return taken,
        }
    }
    lock.try_lock()
}

#[cfg(test)]
mod tests {
    use super::{StartError, Store};

    #[tokio::test]
    async fn content_is_kept_only_on_purpose() {
        let folder = tempfile::tempdir().unwrap();
        let (lasting, _) = Store::open(folder.path()).unwrap();
        for store in [Store::in_memory(), lasting] {
            let mut dropped = store.spool().unwrap();
            dropped.write(b"never seen").unwrap();
            drop(dropped);
            assert!(store.content("c", "1").await.is_err());
            for text in [&b"first"[..], b"second"] {
                let mut spool = store.spool().unwrap();
                spool.write(text).unwrap();
                store.keep(spool, "c", "1").unwrap();
                assert_eq!(store.content("c", "1").await.unwrap(), text);
            }
        }
        let left: Vec<_> = std::fs::read_dir(folder.path().join("uploads")).unwrap().collect();
        assert_eq!(left.len(), 1);
    }

    #[test]
    fn a_folder_has_one_user() {
        let folder = tempfile::tempdir().unwrap();
        let first = Store::open(folder.path()).unwrap();
        assert!(matches!(Store::open(folder.path()), Err(StartError::InUse { .. })));
        drop(first);
        assert!(Store::open(folder.path()).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_look() {
        use std::os::unix::fs::PermissionsExt as _;

        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("state");
        let (store, _) = Store::open(&folder).unwrap();
        let mut spool = store.spool().unwrap();
        spool.write(b"x").unwrap();
        store.keep(spool, "c", "1").unwrap();
        let mode = |name: &str| folder.join(name).metadata().unwrap().permissions().mode() & 0o777;
        for name in ["", "transactions", "uploads"] {
            assert_eq!(mode(name), 0o700, "{name}");
        }
        for name in ["lock", "uploads/c.1"] {
            assert_eq!(mode(name), 0o600, "{name}");
        }
    }

    #[test]
    fn what_a_killed_simulator_left_is_removed_and_a_broken_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        drop(Store::open(folder.path()).unwrap());
        let half = folder.path().join("uploads/.unfinished-abc");
        std::fs::write(&half, "half").unwrap();
        drop(Store::open(folder.path()).unwrap());
        assert!(!half.exists());
        std::fs::write(folder.path().join("server.json"), "{").unwrap();
        let error = Store::open(folder.path()).err().unwrap().to_string();
        assert!(error.contains("server.json"), "{error}");
    }
}
