//! Reading a body's segments one chunk at a time, with every check on the opened file itself. Blocking and without async,
//! so that it can be tested as it stands.

use std::collections::VecDeque;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use jumio_model::endpoint::{Body, Segment};

use super::{BodyError, BodyErrorKind};

/// Small buffers cost a system call and a hop to another thread each, which is dear where threads are slow to wake. One goes out, the
/// next is read meanwhile, the HTTP stack's line may reach back into the one before, and all of it has to stay below 2 MiB (T13).
pub(super) const CHUNK: u64 = 384 * 1024;

pub(super) struct Reader {
    pieces: VecDeque<Piece>,
}

enum Piece {
    Memory(Bytes),
    Stretch { file: Arc<Opened>, offset: u64, left: u64 },
}

struct Opened {
    file: File,
    path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
}

impl Reader {
    pub(super) fn open(body: Body) -> Result<Self, BodyError> {
        let mut files: Vec<Arc<Opened>> = Vec::new();
        let mut pieces = VecDeque::new();
        for segment in body.segments() {
            match segment {
                Segment::Bytes(bytes) => pieces.push_back(Piece::Memory(bytes.clone())),
                Segment::File { path, offset, len } => {
                    let file = match files.iter().find(|file| file.path == *path) {
                        Some(file) => Arc::clone(file),
                        None => {
                            let file = Arc::new(Opened::open(path, needed_length(&body, path))?);
                            files.push(Arc::clone(&file));
                            file
                        }
                    };
                    pieces.push_back(Piece::Stretch { file, offset: *offset, left: *len });
                }
                // A kind of segment that this version does not know must not be left out silently.
                _ => return Err(BodyError::new(BodyErrorKind::NotAFile, Path::new(""))),
            }
        }
        Ok(Self { pieces })
    }

    pub(super) fn is_done(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Room for the next chunk, where it is in a file. Whoever gives it back should make it: each thread has a heap of its own.
    pub(super) fn room(&self) -> Option<Vec<u8>> {
        match self.pieces.front() {
            Some(Piece::Stretch { left, .. }) => {
                Some(Vec::with_capacity(usize::try_from(CHUNK.min(*left)).unwrap_or_default()))
            }
            _ => None,
        }
    }

    /// The next piece, where it is in memory.
    pub(super) fn next_in_memory(&mut self) -> Option<Bytes> {
        match self.pieces.pop_front() {
            Some(Piece::Memory(bytes)) => Some(bytes),
            Some(stretch) => {
                self.pieces.push_front(stretch);
                None
            }
            None => None,
        }
    }

    /// The next chunk of the stretch that is first in line; the last one only once the file has proved unchanged.
    pub(super) fn next_from_file(&mut self, room: Vec<u8>) -> Result<Bytes, BodyError> {
        let Some(Piece::Stretch { file, offset, left }) = self.pieces.front_mut() else {
            return Ok(self.next_in_memory().unwrap_or_default());
        };
        let chunk = file.read(*offset, CHUNK.min(*left), room)?;
        *offset += chunk.len() as u64;
        *left -= chunk.len() as u64;
        if *left == 0 {
            file.check_unchanged()?;
            self.pieces.pop_front();
        }
        Ok(chunk)
    }
}

pub(super) fn read_all(body: Body) -> Result<Bytes, BodyError> {
    let length = usize::try_from(body.content_length()).unwrap_or(usize::MAX);
    // What a body states is true only once its files have been opened, and even then there may be no room for it.
    let mut reader = Reader::open(body)?;
    let mut all = Vec::new();
    all.try_reserve_exact(length).map_err(|_| BodyError::read(Path::new(""), ErrorKind::OutOfMemory.into()))?;
    while !reader.is_done() {
        let chunk = match reader.next_in_memory() {
            Some(bytes) => bytes,
            None => reader.next_from_file(Vec::new())?,
        };
        all.extend_from_slice(&chunk);
    }
    Ok(all.into())
}

/// How long a file must be: exactly as long as its last stretch reaches.
fn needed_length(body: &Body, file: &Path) -> u64 {
    let ends = body.segments().iter().filter_map(|segment| match segment {
        Segment::File { path, offset, len } if path == file => Some(offset.saturating_add(*len)),
        _ => None,
    });
    ends.max().unwrap_or_default()
}

impl Opened {
    fn open(path: &Path, needed: u64) -> Result<Self, BodyError> {
        // Opening a pipe would wait for its other end, so the path is asked first and the opened file again.
        let ask = |metadata: std::io::Result<Metadata>| match metadata {
            Ok(metadata) if metadata.is_file() => Ok(metadata),
            Ok(_) => Err(BodyError::new(BodyErrorKind::NotAFile, path)),
            Err(error) => Err(BodyError::open(path, error)),
        };
        ask(std::fs::metadata(path))?;
        let file = File::open(path).map_err(|error| BodyError::open(path, error))?;
        let metadata = ask(file.metadata())?;
        if metadata.len() != needed {
            let kind = BodyErrorKind::Length { expected: needed, found: metadata.len() };
            return Err(BodyError::new(kind, path));
        }
        Ok(Self { file, path: path.to_owned(), length: needed, modified: metadata.modified().ok() })
    }

    fn read(&self, offset: u64, length: u64, mut chunk: Vec<u8>) -> Result<Bytes, BodyError> {
        let fail = |error| BodyError::read(&self.path, error);
        chunk.reserve_exact(usize::try_from(length).unwrap_or_default());
        let mut file = &self.file;
        file.seek(SeekFrom::Start(offset)).map_err(fail)?;
        file.take(length).read_to_end(&mut chunk).map_err(fail)?;
        if (chunk.len() as u64) < length {
            return Err(BodyError::new(BodyErrorKind::Shrank, &self.path));
        }
        Ok(chunk.into())
    }

    fn check_unchanged(&self) -> Result<(), BodyError> {
        let metadata = self.file.metadata().map_err(|error| BodyError::read(&self.path, error))?;
        if metadata.len() < self.length {
            return Err(BodyError::new(BodyErrorKind::Shrank, &self.path));
        }
        if metadata.len() > self.length || metadata.modified().ok() != self.modified {
            return Err(BodyError::new(BodyErrorKind::Changed, &self.path));
        }
        Ok(())
    }
}
