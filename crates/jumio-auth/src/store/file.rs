//! Tokens shared by processes on one host: a file for each key, readable by its owner alone, and a lock beside it.

use std::error::Error;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use fs4::{FileExt, TryLockError};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};
use zeroize::Zeroizing;

use super::{StoredToken, TokenKey, TokenSlot, TokenStore};

/// What a file name may hold as it is.
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');
/// Far more than a token has.
const LARGEST: u64 = 64 * 1024;
/// How long another process may take to fetch a token before this one fetches its own.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
const VERSION: u32 = 1;

/// A [`TokenStore`] in a folder: for command lines, and for several processes on one host.
///
/// Each key has a file with the token, which only its owner may read (0600, where the system knows owners), and a lock file.
/// The operating system lets go of the lock when a process ends in whatever way. A file that is broken, belongs to another
/// key or can be read by others is taken for none.
///
/// The folder should be the program's own, on a local disk. Waiting for the lock needs a tokio runtime with its timer.
#[derive(Debug, Clone)]
pub struct FileTokenStore {
    folder: PathBuf,
}

impl FileTokenStore {
    /// In this folder, which is made when it is first needed.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }
}

/// What a file holds.
#[derive(Serialize, Deserialize)]
struct Entry<'a> {
    version: u32,
    auth: String,
    client_id: String,
    // Borrowed where it holds nothing that JSON escapes, which is always so for a token.
    #[serde(borrow)]
    token: &'a str,
    lifetime_seconds: u64,
    fetched_at_unix_seconds: u64,
}

struct Slot {
    path: PathBuf,
    key: TokenKey,
    // Dropping it lets go of the lock.
    _lock: File,
}

#[async_trait]
impl TokenStore for FileTokenStore {
    async fn open(&self, key: &TokenKey) -> Result<Box<dyn TokenSlot>, Box<dyn Error + Send + Sync>> {
        make_folder(&self.folder)?;
        let name = format!("{}@{}", utf8_percent_encode(&key.client_id, NAME), utf8_percent_encode(&key.auth, NAME));
        let lock = private().write(true).create(true).truncate(false).open(self.folder.join(format!("{name}.lock")))?;
        acquire(&lock).await?;
        Ok(Box::new(Slot { path: self.folder.join(format!("{name}.json")), key: key.clone(), _lock: lock }))
    }
}

/// By asking again and again: a thread that waits in the system for another process cannot be called off.
async fn acquire(lock: &File) -> io::Result<()> {
    let start = Instant::now();
    loop {
        // By its path: newer standard libraries have a method of the same name.
        match FileExt::try_lock(lock) {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if start.elapsed() > PATIENCE => {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "another process holds the lock for too long"));
            }
            Err(TryLockError::WouldBlock) => sleep(LOOK_AGAIN).await,
        }
    }
}

#[async_trait]
impl TokenSlot for Slot {
    async fn load(&mut self) -> Result<Option<StoredToken>, Box<dyn Error + Send + Sync>> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if !is_private(&file)? {
            tracing::warn!(
                "the file of a shared token can be read by others, so it is not used: {}",
                self.path.display()
            );
            return Ok(None);
        }
        let mut text = Zeroizing::new(Vec::new());
        file.take(LARGEST).read_to_end(&mut text)?;
        Ok(serde_json::from_slice::<Entry<'_>>(&text).ok().and_then(|entry| entry.token_for(&self.key)))
    }

    async fn save(&mut self, token: &StoredToken) -> Result<(), Box<dyn Error + Send + Sync>> {
        let entry = Entry {
            version: VERSION,
            auth: self.key.auth.clone(),
            client_id: self.key.client_id.clone(),
            token: token.expose(),
            lifetime_seconds: token.lifetime().as_secs(),
            fetched_at_unix_seconds: token.fetched_at().duration_since(UNIX_EPOCH)?.as_secs(),
        };
        let text = Zeroizing::new(serde_json::to_vec(&entry)?);
        // A whole file appears under its name or none; only the holder of the lock writes this one.
        let new = self.path.with_extension("new");
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        private().write(true).create_new(true).open(&new)?.write_all(&text)?;
        fs::rename(&new, &self.path)?;
        Ok(())
    }
}

impl Entry<'_> {
    fn token_for(self, key: &TokenKey) -> Option<StoredToken> {
        let ours = self.version == VERSION && self.auth == key.auth && self.client_id == key.client_id;
        let fetched_at = UNIX_EPOCH.checked_add(Duration::from_secs(self.fetched_at_unix_seconds))?;
        ours.then(|| StoredToken::new(self.token, Duration::from_secs(self.lifetime_seconds), fetched_at))
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("path", &self.path).finish_non_exhaustive()
    }
}

#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;

    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn private() -> OpenOptions {
    OpenOptions::new()
}

#[cfg(unix)]
fn is_private(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;

    let about = file.metadata()?;
    Ok(about.is_file() && about.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(file: &File) -> io::Result<bool> {
    Ok(file.metadata()?.is_file())
}

fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;

        builder.mode(0o700);
    }
    builder.create(folder)
}
