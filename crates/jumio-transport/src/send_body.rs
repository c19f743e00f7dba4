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
use std::task::{Context, Poll};

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

/// A body as an [`http_body::Body`] of known length, so that `Content-Length` is sent and nothing is chunked.
///
/// Files are read 384 KiB at a time on tokio's threads for blocking work, the next while the last goes out (on the caller's own,
/// when they are asked for, where there is no runtime).
/// One that is cut short, grows or is written to meanwhile ends the body with a [`BodyError`] before its last byte, so that
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
        match (Handle::try_current(), reader.room()) {
            (Ok(runtime), Some(room)) => Self::Reading(Running::start(&runtime, move || {
                let chunk = reader.next_from_file(room);
                (reader, chunk)
            })),
            _ => Self::Ready(reader),
        }
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
        Ok(Self { state: State::Ready(reader), total, sent: 0, progress: None, pulse })
    }

    /// Watches the body go out.
    #[must_use]
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = Some(progress);
        self
    }

    fn deliver(&mut self, chunk: Result<Bytes, BodyError>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match chunk {
            Ok(bytes) => {
                self.sent += bytes.len() as u64;
                if let Some(pulse) = &self.pulse {
                    pulse.beat(self.sent, self.total);
                }
                if let Some(progress) = &self.progress {
                    progress.report(self.sent, self.total);
                }
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Err(error) => {
                self.state = State::Done;
                if let Some(pulse) = &self.pulse {
                    let _ = pulse.failure.set(error.clone()); // it fails once
                }
                Poll::Ready(Some(Err(error)))
            }
        }
    }
}

impl HttpBody for SendBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        loop {
            match std::mem::replace(&mut this.state, State::Done) {
                State::Done => return Poll::Ready(None),
                State::Ready(mut reader) => {
                    if reader.is_done() {
                        return Poll::Ready(None);
                    }
                    if let Some(bytes) = reader.next_in_memory() {
                        this.state = State::read_on(reader);
                        return this.deliver(Ok(bytes));
                    }
                    match State::read_on(reader) {
                        State::Ready(mut reader) => {
                            let chunk = reader.next_from_file(Vec::new());
                            this.state = State::Ready(reader);
                            return this.deliver(chunk);
                        }
                        reading => this.state = reading,
                    }
                }
                State::Reading(mut reading) => {
                    let Poll::Ready(read) = Pin::new(&mut reading).poll(cx) else {
                        this.state = State::Reading(reading);
                        return Poll::Pending;
                    };
                    let chunk = match read {
                        Ok((reader, chunk)) => {
                            this.state = State::read_on(reader);
                            chunk
                        }
                        Err(error) => Err(BodyError::from_stopped(error)),
                    };
                    return this.deliver(chunk);
                }
            }
        }
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
