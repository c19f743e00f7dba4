//! Tokens shared by processes on one host: a file for each key, readable by its owner alone, and a lock beside it.

use std::error::Error;
use std::fmt;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
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
/// key or another user, or can be read by others is taken for none.
///
/// The folder should be the program's own, on a local disk. It needs a tokio runtime with its timer: files are read and
/// written on its threads for blocking work.
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
    // Whose file alone is trusted.
    owner: u32,
    // Dropping the last one lets go of the lock.
    lock: Arc<File>,
}

#[async_trait]
impl TokenStore for FileTokenStore {
    async fn open(&self, key: &TokenKey) -> Result<Box<dyn TokenSlot>, Box<dyn Error + Send + Sync>> {
        let name = format!("{}@{}", utf8_percent_encode(&key.client_id, NAME), utf8_percent_encode(&key.auth, NAME));
        let folder = self.folder.clone();
        let (path, lock) = (folder.join(format!("{name}.json")), folder.join(format!("{name}.lock")));
        let lock = blocking(move || {
            make_folder(&folder)?;
            is_a_file(&lock)?;
            private().write(true).create(true).truncate(false).open(lock)
        })
        .await?;
        acquire(&lock).await?;
        Ok(Box::new(Slot { path, key: key.clone(), owner: me(), lock: Arc::new(lock) }))
    }
}

/// Where it may take its time: the disk may be slow, or no disk of this machine.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    let cut_off = |_| Err(io::Error::other("the work with a shared token's file was cut off"));
    tokio::task::spawn_blocking(work).await.unwrap_or_else(cut_off)
}

/// Whether something stands there; an error where it is no file. Opening a pipe would wait for its other end.
fn is_a_file(path: &Path) -> io::Result<bool> {
    match fs::metadata(path) {
        Ok(about) if about.is_file() => Ok(true),
        Ok(_) => Err(io::Error::other("what stands in the place of a shared token's file is no file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
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
        let (path, owner) = (self.path.clone(), self.owner);
        let text = blocking(move || read(&path, owner)).await?;
        let entry = text.as_ref().and_then(|text| serde_json::from_slice::<Entry<'_>>(text).ok());
        Ok(entry.and_then(|entry| entry.token_for(&self.key)))
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
        // As large as it will be: what a vector outgrows is left behind unwiped.
        let mut text = Zeroizing::new(Vec::with_capacity(usize::try_from(LARGEST)?));
        serde_json::to_writer(&mut *text, &entry)?;
        // Writing goes on where the wait for it is given up, and so long nobody else must.
        let (path, lock) = (self.path.clone(), Arc::clone(&self.lock));
        blocking(move || write(&path, &text).map(|()| drop(lock))).await?;
        Ok(())
    }
}

/// What the file holds; `None` where there is none, or one that is not to be trusted.
fn read(path: &Path, owner: u32) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    if !is_a_file(path)? {
        return Ok(None);
    }
    let file = File::open(path)?;
    if !is_private(&file.metadata()?, owner) {
        let path = path.display();
        tracing::warn!(%path, "the file of a shared token is not its owner's alone, so it is not used");
        return Ok(None);
    }
    let mut text = Zeroizing::new(Vec::with_capacity(usize::try_from(LARGEST).unwrap_or_default()));
    file.take(LARGEST).read_to_end(&mut text)?;
    Ok(Some(text))
}

fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    // A whole file appears under its name or none; only the holder of the lock writes this one.
    let new = path.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    private().write(true).create_new(true).open(&new)?.write_all(text)?;
    fs::rename(&new, path)
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

/// Who runs this process.
#[cfg(unix)]
fn me() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn me() -> u32 {
    0
}

/// Whether nobody but this user can have written it or can read it.
#[cfg(unix)]
fn is_private(about: &Metadata, owner: u32) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    about.is_file() && about.mode() & 0o077 == 0 && about.uid() == owner
}

#[cfg(not(unix))]
fn is_private(about: &Metadata, _: u32) -> bool {
    about.is_file()
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// In a folder that others can write to, anyone can put a private file of their own.
    #[tokio::test]
    async fn a_file_of_another_user_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let key = TokenKey::new("https://auth.emea-1.jumio.ai", "id");
        let lock = private().write(true).create_new(true).open(folder.path().join("lock")).unwrap();
        let mut slot = Slot { path: folder.path().join("token.json"), key, owner: me(), lock: Arc::new(lock) };
        let kept = StoredToken::new("kept", Duration::from_secs(60), UNIX_EPOCH);
        slot.save(&kept).await.unwrap();
        assert_eq!(slot.load().await.unwrap().unwrap().expose(), "kept");
        slot.owner += 1;
        assert!(slot.load().await.unwrap().is_none());
    }
}
