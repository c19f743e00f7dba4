//! Replies that go to a file: parts and reports, which may be large and are nobody else's business.
//!
//! A download rides with its request like every other option: a transport that reads replies with
//! [`ReplyReader`](crate::ReplyReader) writes the bytes to the file as they come, and one that does not hands them over as any
//! reply. So decorators need not know of it.

mod part_file;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Buf as _, Bytes};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Response};
use http_body::Body as HttpBody;
use http_body_util::BodyExt as _;
use jumio_model::endpoint::{Access, Endpoint, Repeat, Role, Target};
use jumio_model::{ReadError, ReportLink};

use self::part_file::PartFile;
use crate::blocking::blocking;
use crate::{MinimumSpeed, Progress, TransportError};

/// How many bytes a download may have unless the call says otherwise: 64 MiB. Jumio takes 15 MB for a document.
pub const DEFAULT_DOWNLOAD_CEILING: u64 = 64 * 1024 * 1024;

/// How much is collected before it is written.
const CHUNK: usize = 256 * 1024;

/// A whole download, under its final name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Downloaded {
    /// How many bytes it has.
    pub bytes: u64,
    /// What it is, as the service says.
    pub content_type: Option<HeaderValue>,
}

/// Where the reply goes, in a request's extensions. Clones are the same download: a second attempt begins the file anew.
#[derive(Clone)]
pub(crate) struct Sink {
    file: Arc<Mutex<PartFile>>,
    ceiling: u64,
    progress: Option<Progress>,
}

/// How many bytes of a reply went to its file, in the response's extensions.
#[derive(Clone, Copy)]
struct Received(u64);

impl Sink {
    fn lock(&self) -> MutexGuard<'_, PartFile> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn create(
        destination: &Path,
        ceiling: u64,
        progress: Option<Progress>,
    ) -> Result<Self, TransportError> {
        let destination = destination.to_owned();
        let file = blocking(move || PartFile::create(&destination)).await.map_err(TransportError::destination)?;
        Ok(Self { file: Arc::new(Mutex::new(file)), ceiling, progress })
    }

    /// Writes a successful reply to the file, from its first byte.
    pub(crate) async fn fill<B>(
        &self,
        response: Response<B>,
        speed: MinimumSpeed,
    ) -> Result<Response<Bytes>, TransportError>
    where
        B: HttpBody,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (mut head, body) = response.into_parts();
        let stated = stated_length(&head.headers);
        if body.size_hint().lower().max(stated.unwrap_or_default()) > self.ceiling {
            return Err(TransportError::too_large(self.ceiling));
        }
        let mut writer = Writer::begin(self).await?;
        let mut body = std::pin::pin!(body);
        let mut watch = speed.watch();
        while let Some(frame) = watch.wait(|| Some(writer.received), body.as_mut().frame()).await? {
            let frame = frame.map_err(TransportError::interrupted)?;
            if let Ok(mut data) = frame.into_data() {
                let length = data.remaining();
                let bytes = data.copy_to_bytes(length);
                writer.take(bytes, stated).await?;
            }
        }
        let received = writer.end(stated).await?;
        head.extensions.insert(Received(received));
        Ok(Response::from_parts(head, Bytes::new()))
    }

    /// Puts the file under its final name: `response` is the successful reply, written already or still in memory.
    pub(crate) async fn finish(self, response: Response<Bytes>) -> Result<Downloaded, TransportError> {
        // The file knows whether it is whole: a decorator may have made the response anew.
        let written = response.body().is_empty().then(|| self.lock().whole()).flatten();
        let (bytes, response) = match written {
            Some(bytes) => (bytes, response),
            None => {
                let filled = self.fill(response.map(http_body_util::Full::new), MinimumSpeed::none()).await?;
                (received(&filled), filled)
            }
        };
        let file = Arc::clone(&self.file);
        let kept = blocking(move || file.lock().unwrap_or_else(PoisonError::into_inner).keep()).await;
        kept.map_err(TransportError::destination)?;
        Ok(Downloaded { bytes, content_type: response.headers().get(CONTENT_TYPE).cloned() })
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sink(…)")
    }
}

/// How many bytes of the body came, in memory or to a file.
pub(crate) fn received(response: &Response<Bytes>) -> u64 {
    response.extensions().get::<Received>().map_or(response.body().len() as u64, |received| received.0)
}

fn stated_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

/// One attempt at the file. Bytes of an attempt that was given up never reach the file of the next.
struct Writer<'a> {
    sink: &'a Sink,
    attempt: u64,
    pending: Vec<u8>,
    received: u64,
}

impl<'a> Writer<'a> {
    async fn begin(sink: &'a Sink) -> Result<Self, TransportError> {
        let file = Arc::clone(&sink.file);
        let attempt = blocking(move || file.lock().unwrap_or_else(PoisonError::into_inner).begin())
            .await
            .map_err(TransportError::destination)?;
        Ok(Self { sink, attempt, pending: Vec::new(), received: 0 })
    }

    async fn take(&mut self, bytes: Bytes, stated: Option<u64>) -> Result<(), TransportError> {
        self.received = self.received.saturating_add(bytes.len() as u64);
        if self.received > self.sink.ceiling {
            return Err(TransportError::too_large(self.sink.ceiling));
        }
        if let Some(progress) = &self.sink.progress {
            progress.report(self.received, stated.unwrap_or(self.received));
        }
        let mut left = bytes;
        while !left.is_empty() {
            let fits = left.split_to(left.len().min(CHUNK - self.pending.len()));
            self.pending.reserve_exact(CHUNK - self.pending.len());
            self.pending.extend_from_slice(&fits);
            if self.pending.len() == CHUNK {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// Writes what has come, and keeps its room for what comes next.
    async fn flush(&mut self) -> Result<(), TransportError> {
        let (file, attempt) = (Arc::clone(&self.sink.file), self.attempt);
        let mut pending = std::mem::take(&mut self.pending);
        let write = move || {
            file.lock().unwrap_or_else(PoisonError::into_inner).write(attempt, &pending)?;
            pending.clear();
            Ok(pending)
        };
        self.pending = blocking(write).await.map_err(TransportError::destination)?;
        Ok(())
    }

    async fn end(mut self, stated: Option<u64>) -> Result<u64, TransportError> {
        if let Some(stated) = stated.filter(|stated| *stated != self.received) {
            let text = format!("{} of {stated} bytes came", self.received);
            return Err(TransportError::interrupted(std::io::Error::new(std::io::ErrorKind::UnexpectedEof, text)));
        }
        self.flush().await?;
        // An attempt that was overtaken has written nothing since.
        let is_current = self.sink.lock().end(self.attempt, self.received);
        let overtaken = || TransportError::interrupted(std::io::Error::other("another attempt writes to the file"));
        is_current.then_some(self.received).ok_or_else(overtaken)
    }
}

/// A report at the link that [`GetReport`](jumio_model::api::GetReport) gave. The link is the credential, so no other goes
/// along.
pub(crate) struct FetchReport<'a>(pub(crate) &'a ReportLink);

impl Endpoint for FetchReport<'_> {
    const NAME: &'static str = "fetch_report";
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "{presignedUrl}";
    // Not one of Jumio's own services: no base, no pace and no credential of any role.
    const ROLE: Role = Role::Health;
    const ACCESS: Access = Access::None;
    const REPEAT: Repeat = Repeat::Safe;
    const ACCEPT: &'static str = "*/*";
    type Reply = Bytes;

    fn target(&self) -> Target<'_> {
        Target::Href(self.0.expose())
    }

    fn decode(&self, body: &[u8]) -> Result<Bytes, ReadError> {
        Ok(Bytes::copy_from_slice(body))
    }
}

#[cfg(test)]
mod tests;
