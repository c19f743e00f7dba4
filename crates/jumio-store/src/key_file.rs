//! The file that holds the keys with which states are sealed: made on first use, readable by its owner alone.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::Generate;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::private;

/// How a line of the file begins. After it stand the key's number, a colon, and the key in base64. The last line is the key
/// that seals; those before it only open.
const MAGIC: &str = "jumio-state-key:";
const FIRST_NUMBER: u8 = 1;
/// What stands before the purpose of a secret.
const PURPOSE: &[u8] = b"jumio-store secret 1\n";
/// More than a file with every number has.
const LONGEST: u64 = 32 * 1024;

/// A key for [`Sealed`](crate::Sealed), from a file. Keep the file beside the database or apart from it, and keep a copy:
/// without it no unfinished flow can go on. Silent in `Debug`, wiped from memory when dropped.
///
/// ```
/// use jumio_store::KeyFile;
///
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("flows.key");
/// let made = KeyFile::open_or_create(&path)?;
/// let found = KeyFile::open(&path)?;
/// assert_eq!(format!("{found:?}"), "KeyFile(…)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct KeyFile {
    pub(crate) number: u8,
    pub(crate) key: Zeroizing<[u8; 32]>,
    pub(crate) older: Vec<(u8, Zeroizing<[u8; 32]>)>,
}

impl KeyFile {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`] where it does not exist, cannot be read, is open to others, or holds no key.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, KeyFileError> {
        let path = path.as_ref();
        let file = File::open(path).map_err(|source| KeyFileError::unreadable(path, source))?;
        check_mode(path, &file)?;
        let mut text = Zeroizing::new(String::new());
        match file.take(LONGEST).read_to_string(&mut text) {
            Ok(_) => Self::parse(&text).ok_or_else(|| KeyFileError::Malformed { path: path.to_owned() }),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Err(KeyFileError::Malformed { path: path.to_owned() })
            }
            Err(source) => Err(KeyFileError::unreadable(path, source)),
        }
    }

    /// Reads the file, or draws a key and makes the file, with its folder, where it does not exist. The file appears whole
    /// or not at all, and of several processes that come at once all use the key of the first.
    ///
    /// Where the database exists already, use [`open`](Self::open): a new key opens no old state.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and where the file cannot be written.
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<Self, KeyFileError> {
        let path = path.as_ref();
        match Self::open(path) {
            Err(KeyFileError::Unreadable { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                create(path)?;
                Self::open(path)
            }
            found => found,
        }
    }

    /// Draws a new key and adds it to the file: from then on it seals, and the older ones only open. Give every worker the
    /// new file before one of them seals with it, or the others meet states that they cannot open yet; then call `reseal` of
    /// the store. Keep a copy of the new file.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), [`KeyFileError::Unwritable`], and [`KeyFileError::NoMoreNumbers`] after 255 keys.
    pub fn rotate(path: impl AsRef<Path>) -> Result<Self, KeyFileError> {
        let path = path.as_ref();
        let old = Self::open(path)?;
        let newest = old.older.iter().map(|(number, _)| *number).fold(old.number, u8::max);
        let number = newest.checked_add(1).ok_or_else(|| KeyFileError::NoMoreNumbers { path: path.to_owned() })?;
        let mut text = Zeroizing::new(String::new());
        for (number, key) in old.older.iter().chain([&(old.number, old.key.clone())]) {
            text.push_str(&line(*number, key));
        }
        let key = draw()?;
        text.push_str(&line(number, &key));
        write(path, &text, true)?;
        Self::open(path)
    }

    /// Secrets for another use, which this text names: one from each key, that of the key that seals first, each with its key's
    /// number. Nobody who learns one learns a key, or the secret of another use. They stay the same for as long as their keys
    /// are in the file: `SignedKeys::of` of `jumio-callback` signs callback URLs with the first and knows all of them.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("flows.key");
    /// let before = jumio_store::KeyFile::open_or_create(&path)?.secrets("callback urls");
    /// let after = jumio_store::KeyFile::rotate(&path)?.secrets("callback urls");
    /// assert_eq!((before[0].0.as_str(), after[0].0.as_str()), ("1", "2"));
    /// assert_eq!(after[1], before[0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn secrets(&self, purpose: &str) -> Vec<(String, [u8; 32])> {
        let older = self.older.iter().rev().map(|(number, key)| (number, key));
        let keys = std::iter::once((&self.number, &self.key)).chain(older);
        keys.map(|(number, key)| (number.to_string(), derive(key, purpose))).collect()
    }

    fn parse(text: &str) -> Option<Self> {
        let lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
        let mut keys = lines.map(parse_line).collect::<Option<Vec<_>>>()?;
        let (number, key) = keys.pop()?;
        let mut numbers = std::collections::HashSet::from([number]);
        if !keys.iter().all(|(older, _)| numbers.insert(*older)) {
            return None; // which of two keys of one number is meant, nobody can say
        }
        Some(Self { number, key, older: keys })
    }
}

/// HMAC-SHA256 under the key, of what the secret is for.
#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn derive(key: &[u8; 32], purpose: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of 32 bytes");
    mac.update(PURPOSE);
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().into()
}

fn parse_line(line: &str) -> Option<(u8, Zeroizing<[u8; 32]>)> {
    let (number, encoded) = line.strip_prefix(MAGIC)?.split_once(':')?;
    let number = number.parse().ok()?;
    let decoded = Zeroizing::new(STANDARD.decode(encoded).ok()?);
    Some((number, Zeroizing::new(<[u8; 32]>::try_from(decoded.as_slice()).ok()?)))
}

fn draw() -> Result<Zeroizing<[u8; 32]>, KeyFileError> {
    let key: [u8; 32] = Generate::try_generate().map_err(|_| KeyFileError::NoRandomness)?;
    Ok(Zeroizing::new(key))
}

fn line(number: u8, key: &[u8; 32]) -> Zeroizing<String> {
    let encoded = Zeroizing::new(STANDARD.encode(key));
    Zeroizing::new(format!("{MAGIC}{number}:{}\n", encoded.as_str()))
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyFile(…)")
    }
}

/// Draws a key and makes the file; does nothing where somebody else made it meanwhile.
fn create(path: &Path) -> Result<(), KeyFileError> {
    let key = draw()?;
    write(path, &line(FIRST_NUMBER, &key), false)
}

fn write(path: &Path, text: &str, replace: bool) -> Result<(), KeyFileError> {
    let write = || -> io::Result<()> {
        private::create_folder_of(path)?;
        // A temporary file is its owner's alone from the start.
        let mut file = tempfile::Builder::new().prefix(".key").tempfile_in(private::folder_of(path))?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        let persisted = if replace { file.persist(path) } else { file.persist_noclobber(path) };
        match persisted {
            Ok(_) => private::sync_folder_of(path),
            Err(lost) if !replace && lost.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(lost) => Err(lost.error),
        }
    };
    write().map_err(|source| KeyFileError::Unwritable { path: path.to_owned(), source })
}

#[cfg(unix)]
fn check_mode(path: &Path, file: &File) -> Result<(), KeyFileError> {
    use std::os::unix::fs::PermissionsExt as _;

    let metadata = file.metadata().map_err(|source| KeyFileError::unreadable(path, source))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(KeyFileError::Exposed { path: path.to_owned(), mode }) }
}

#[cfg(not(unix))]
fn check_mode(_: &Path, _: &File) -> Result<(), KeyFileError> {
    Ok(())
}

/// A key file that cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyFileError {
    /// It cannot be read.
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It cannot be made.
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others than its owner may read or write it.
    Exposed {
        /// Which.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It holds no key: it is cut, of the wrong length, or another file.
    Malformed {
        /// Which.
        path: PathBuf,
    },
    /// The operating system has no randomness to give.
    NoRandomness,
    /// Every number that a key can have was given.
    NoMoreNumbers {
        /// Which.
        path: PathBuf,
    },
}

impl KeyFileError {
    fn unreadable(path: &Path, source: io::Error) -> Self {
        Self::Unreadable { path: path.to_owned(), source }
    }
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, source } if source.kind() == io::ErrorKind::NotFound => {
                write!(f, "the key file {} is missing: put it back from your copy", path.display())
            }
            Self::Unreadable { path, .. } => write!(f, "the key file {} cannot be read", path.display()),
            Self::Unwritable { path, .. } => write!(f, "the key file {} cannot be made", path.display()),
            Self::Exposed { path, mode } => write!(
                f,
                "the key file {path} is open to others (mode {mode:04o}): run `chmod 600 {path}`",
                path = path.display()
            ),
            Self::Malformed { path } => write!(
                f,
                "{} holds no key of this program: name the right file, or put it back from your copy",
                path.display()
            ),
            Self::NoMoreNumbers { path } => write!(
                f,
                "{} has had 255 keys: seal everything anew, then begin a new file without those that nothing needs",
                path.display()
            ),
            Self::NoRandomness => f.write_str("no key can be drawn: the operating system has no randomness to give"),
        }
    }
}

impl std::error::Error for KeyFileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } | Self::Unwritable { source, .. } => Some(source),
            _ => None,
        }
    }
}
