//! Reading a body's segments one chunk at a time, with every check on the opened file itself. Blocking and without async,
//! so that it can be tested as it stands.

use std::collections::VecDeque;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use jumio_model::endpoint::{Body, Segment};

use super::{BodyError, BodyErrorKind};

/// Small buffers cost a system call and a hop to another thread each; above this size nothing more is gained.
pub(super) const CHUNK: u64 = 256 * 1024;

pub(super) struct Reader {
    pieces: VecDeque<Piece>,
    buffers: Buffers,
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
        Ok(Self { pieces, buffers: Buffers::default() })
    }

    pub(super) fn is_done(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether the next piece has to be read.
    pub(super) fn is_at_file(&self) -> bool {
        matches!(self.pieces.front(), Some(Piece::Stretch { .. }))
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
    pub(super) fn next_from_file(&mut self) -> Result<Bytes, BodyError> {
        let Some(Piece::Stretch { file, offset, left }) = self.pieces.front_mut() else {
            return Ok(self.next_in_memory().unwrap_or_default());
        };
        let mut chunk = self.buffers.take(CHUNK.min(*left));
        file.read(*offset, &mut chunk)?;
        let chunk = self.buffers.keep(chunk);
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
            None => reader.next_from_file()?,
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

/// The chunks that are under way, so that one that was sent is filled again. A new one each time costs more than the reading,
/// because the system wipes its pages first.
#[derive(Default)]
struct Buffers {
    under_way: VecDeque<Bytes>,
}

impl Buffers {
    /// As many as are sent, wait and are read at the same time; whatever is still held beyond is somebody else's.
    const MOST: usize = 4;

    fn take(&mut self, length: u64) -> BytesMut {
        let length = usize::try_from(length).unwrap_or_default();
        let sent = self.under_way.iter().position(Bytes::is_unique).and_then(|at| self.under_way.remove(at));
        let mut buffer = match sent.map(Bytes::try_into_mut) {
            Some(Ok(buffer)) => buffer,
            _ => BytesMut::zeroed(length),
        };
        // It is full of what was sent, so only what it lacks is written, and that is nothing.
        buffer.resize(length, 0);
        buffer
    }

    fn keep(&mut self, chunk: BytesMut) -> Bytes {
        let chunk = chunk.freeze();
        if self.under_way.len() == Self::MOST {
            self.under_way.pop_front();
        }
        self.under_way.push_back(chunk.clone());
        chunk
    }
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

    fn read(&self, offset: u64, chunk: &mut [u8]) -> Result<(), BodyError> {
        let mut file = &self.file;
        let read = file.seek(SeekFrom::Start(offset)).and_then(|_| file.read_exact(chunk));
        read.map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => BodyError::new(BodyErrorKind::Shrank, &self.path),
            _ => BodyError::read(&self.path, error),
        })
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
