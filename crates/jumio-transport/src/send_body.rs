//! A request's body on its way out: files are opened here, once for each sending, and streamed in constant memory.
//!
//! What a body *is* belongs to `jumio-model`. Nothing here depends on an HTTP stack: [`SendBody`] is an [`http_body::Body`]
//! for those that stream, [`read_all`] is for those that take bytes.

mod error;
mod reader;
#[cfg(any(feature = "reqwest-0-13", feature = "tower"))]
mod watch;

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use jumio_model::endpoint::{Body, Segment};
use tokio::runtime::Handle;
use tokio::sync::Notify;

use self::reader::Reader;
#[cfg(feature = "reqwest-0-13")]
pub(crate) use self::watch::{UNWATCHED, first_byte};
use crate::Progress;
use crate::blocking::{FromStopped, Running, blocking};

pub use self::error::{BodyError, BodyErrorKind};

/// How much is handed over in one go, and counts as sent from then on: a step small enough to see a slow line move, and large enough
/// for a fast one.
const SLICE: usize = 16 * 1024;

/// A body as an [`http_body::Body`] of known length, so that `Content-Length` is sent and nothing is chunked.
///
/// Files are read 384 KiB at a time on tokio's threads for blocking work, the next while the last goes out (on the caller's own,
/// when they are asked for, where there is no runtime).
/// One that is cut short, grows or is written to while it is read ends the body with a [`BodyError`] before its last byte, so that
/// no half document is ever taken for a whole one.
///
/// ```
/// use http_body::Body as _;
/// use jumio_model::endpoint::Body;
/// use jumio_transport::SendBody;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jumio_transport::BodyError> {
/// let body = SendBody::open(Body::from("hello")).await?;
/// assert_eq!(body.size_hint().exact(), Some(5));
/// # Ok(())
/// # }
/// ```
pub struct SendBody {
    state: State,
    /// What was read and is still to be handed over.
    chunk: Bytes,
    total: u64,
    sent: u64,
    progress: Option<Progress>,
    pulse: Option<Arc<Pulse>>,
}

enum State {
    Ready(Reader),
    Reading(Running<(Reader, Result<Bytes, BodyError>)>),
    Done,
}

impl State {
    /// Reads the next chunk of a file while the last one goes out: who sends would otherwise fall asleep and be woken for each.
    fn read_on(mut reader: Reader) -> Self {
        let Ok(runtime) = Handle::try_current() else { return Self::Ready(reader) };
        let Some(room) = reader.room() else { return Self::Ready(reader) };
        Self::Reading(Running::start(&runtime, move || {
            let chunk = reader.next_from_file(room);
            (reader, chunk)
        }))
    }
}

/// How much of a body has gone out, that all of it has, or why no more of it will.
#[derive(Default)]
struct Pulse {
    sent: AtomicU64,
    out: Notify,
    failure: OnceLock<BodyError>,
}

impl Pulse {
    fn beat(&self, sent: u64, total: u64) {
        self.sent.store(sent, Ordering::Relaxed);
        if sent == total {
            self.out.notify_one();
        }
    }
}

impl SendBody {
    /// Opens the files that the body names and checks that each is a regular file with exactly the length that the body
    /// gives it.
    ///
    /// # Errors
    ///
    /// [`BodyError`]; nothing was sent then.
    pub async fn open(body: Body) -> Result<Self, BodyError> {
        let total = body.content_length();
        let from_files = has_files(&body);
        let reader = if from_files { blocking(move || Reader::open(body)).await? } else { Reader::open(body)? };
        // What ends a body from files has to be told, and not every HTTP stack hands it on.
        let pulse = from_files.then(Arc::default);
        Ok(Self { state: State::Ready(reader), chunk: Bytes::new(), total, sent: 0, progress: None, pulse })
    }

    /// Watches the body go out.
    #[must_use]
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = Some(progress);
        self
    }

    /// The next chunk, with the one after it under way.
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::Done => return Poll::Ready(None),
                State::Ready(mut reader) => {
                    if reader.is_done() {
                        return Poll::Ready(None);
                    }
                    if let Some(bytes) = reader.next_in_memory() {
                        self.state = State::read_on(reader);
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                    match State::read_on(reader) {
                        State::Ready(mut reader) => {
                            let chunk = reader.next_from_file(Vec::new());
                            self.state = State::Ready(reader);
                            return Poll::Ready(Some(chunk));
                        }
                        reading => self.state = reading,
                    }
                }
                State::Reading(mut reading) => {
                    let Poll::Ready(read) = Pin::new(&mut reading).poll(cx) else {
                        self.state = State::Reading(reading);
                        return Poll::Pending;
                    };
                    let chunk = read.map_err(BodyError::from_stopped).and_then(|(reader, chunk)| {
                        let chunk = chunk?;
                        self.state = State::read_on(reader);
                        Ok(chunk)
                    });
                    return Poll::Ready(Some(chunk));
                }
            }
        }
    }

    /// As much of the chunk as is handed over in one go. From then on it counts as sent.
    fn slice(&mut self) -> Bytes {
        let bytes = self.chunk.split_to(self.chunk.len().min(SLICE));
        self.sent += bytes.len() as u64;
        if let Some(pulse) = &self.pulse {
            pulse.beat(self.sent, self.total);
        }
        if let Some(progress) = &self.progress {
            progress.report(self.sent, self.total);
        }
        bytes
    }

    /// Ends the body.
    fn fail(&mut self, error: BodyError) -> BodyError {
        self.state = State::Done;
        if let Some(pulse) = &self.pulse {
            let _ = pulse.failure.set(error.clone()); // it fails once
        }
        error
    }
}

impl HttpBody for SendBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        if this.chunk.is_empty() {
            match ready!(this.poll_chunk(cx)) {
                Some(Ok(chunk)) => this.chunk = chunk,
                Some(Err(error)) => return Poll::Ready(Some(Err(this.fail(error)))),
                None => return Poll::Ready(None),
            }
        }
        Poll::Ready(Some(Ok(Frame::data(this.slice()))))
    }

    fn is_end_stream(&self) -> bool {
        self.sent == self.total
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.total - self.sent)
    }
}

impl fmt::Debug for SendBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SendBody({} of {} bytes)", self.sent, self.total)
    }
}

/// All bytes of a body, for transports that do not stream. A 15 MB upload takes 15 MB here.
///
/// # Errors
///
/// [`BodyError`] as for [`SendBody`]; nothing was sent then.
pub async fn read_all(body: Body) -> Result<Bytes, BodyError> {
    if has_files(&body) { blocking(move || reader::read_all(body)).await } else { reader::read_all(body) }
}

fn has_files(body: &Body) -> bool {
    body.segments().iter().any(|segment| matches!(segment, Segment::File { .. }))
}

impl FromStopped for BodyError {
    fn from_stopped(error: io::Error) -> Self {
        Self::read(std::path::Path::new(""), error)
    }
}

#[cfg(test)]
mod tests;
