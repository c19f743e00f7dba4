//! A file that is not there until it is whole. Blocking.

use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, Seek as _, Write as _};
use std::path::{Path, PathBuf};

/// How often another name is tried where one is taken.
const TRIES: usize = 16;

/// A file beside its destination under another name, readable by its owner alone, and removed unless it is kept.
pub(super) struct PartFile {
    file: File,
    path: PathBuf,
    destination: PathBuf,
    attempt: u64,
    /// How many bytes it has, once an attempt has come to its end.
    whole: Option<u64>,
    kept: bool,
}

impl PartFile {
    /// Opens it in the destination's folder, so that renaming it is one step.
    pub(super) fn create(destination: &Path) -> io::Result<Self> {
        let name = destination.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        for _ in 0..TRIES {
            let mut part = std::ffi::OsString::from(".");
            part.push(name);
            part.push(format!(".{:016x}.part", RandomState::new().build_hasher().finish()));
            let path = destination.with_file_name(part);
            match options.open(&path) {
                Ok(file) => {
                    let destination = destination.to_owned();
                    return Ok(Self { file, path, destination, attempt: 0, whole: None, kept: false });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Begins anew, empty; gives the attempt's number.
    pub(super) fn begin(&mut self) -> io::Result<u64> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.whole = None;
        self.attempt += 1;
        Ok(self.attempt)
    }

    /// Adds bytes of this attempt; those of an older one are dropped.
    pub(super) fn write(&mut self, attempt: u64, bytes: &[u8]) -> io::Result<()> {
        if attempt == self.attempt { self.file.write_all(bytes) } else { Ok(()) }
    }

    /// All bytes of this attempt are there; whether it is still the one that writes.
    pub(super) fn end(&mut self, attempt: u64, bytes: u64) -> bool {
        let is_current = attempt == self.attempt;
        if is_current {
            self.whole = Some(bytes);
        }
        is_current
    }

    /// How many bytes it has, where it is whole.
    pub(super) fn whole(&self) -> Option<u64> {
        self.whole
    }

    /// Puts the file under its final name, once its bytes are on the disk. What was there before is replaced.
    pub(super) fn keep(&mut self) -> io::Result<()> {
        self.file.sync_all()?;
        std::fs::rename(&self.path, &self.destination)?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.kept {
            // Nothing more can be done about a file that cannot be removed.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
