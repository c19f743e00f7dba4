//! Reading a response: under a ceiling, and to a file where the call is a download.

use std::error::Error;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use http::{Request, Response, StatusCode};
use http_body::Body as HttpBody;
use http_body_util::BodyExt as _;
use jumio_model::endpoint::{Access, Body, Meta, Role};
use zeroize::Zeroizing;

use crate::download::Sink;
use crate::{MinimumSpeed, ReplyCeiling, TransportError};

/// How many bytes of a reply are read unless the call says otherwise: 1 MiB.
pub const DEFAULT_REPLY_CEILING: u64 = 1024 * 1024;

/// How many bytes a reply may have that holds a token, or the links of an account: 64 KiB are ten times of all that was seen.
const SMALL_REPLY_CEILING: u64 = 64 * 1024;

/// How long the body of a refusal may hardly move. Status and headers are there, and who has to act on them is waiting.
const PATIENCE_WITH_A_REFUSAL: Duration = Duration::from_secs(5);

/// Where nobody states the length, room is made for so many times what has come, beside what has come.
const SELDOM: usize = 7;
/// The most room that is made so.
const MOST_ROOM: usize = 1024 * 1024;

/// How the reply to a request is to be read: for transports over any stack whose bodies are [`http_body::Body`].
///
/// What it keeps of a reply to which a token belongs is wiped from memory when it is dropped.
///
/// Ask the request before it is sent, and read the response with the answer. A successful reply to a download goes to its file
/// as it comes; the response then has no bytes.
///
/// ```
/// use http_body_util::Full;
/// use jumio_model::endpoint::Body;
/// use jumio_transport::ReplyReader;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jumio_transport::TransportError> {
/// let request = http::Request::new(Body::empty());
/// let reader = ReplyReader::of(&request).with_ceiling(64 * 1024); // unless the call says otherwise
/// let response = http::Response::new(Full::new(bytes::Bytes::from("hello"))); // from your HTTP stack
/// assert_eq!(reader.read(response).await?.body(), "hello");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ReplyReader {
    asked: Option<ReplyCeiling>,
    /// Whether it is to be wiped, since a token may stand in it.
    has_token: bool,
    is_small: bool,
    ceiling: u64,
    speed: MinimumSpeed,
    sink: Option<Sink>,
}

impl ReplyReader {
    /// What this request wants of its reply.
    pub fn of(request: &Request<Body>) -> Self {
        let extensions = request.extensions();
        let is_small = |meta: &Meta| matches!(meta.role, Role::Auth | Role::Account);
        // An upload is answered with the transaction token once more.
        let has_token = |meta: &Meta| is_small(meta) || meta.access == Access::TransactionToken;
        Self {
            asked: extensions.get().copied(),
            has_token: request.body().meta().is_some_and(has_token),
            is_small: request.body().meta().is_some_and(is_small),
            ceiling: DEFAULT_REPLY_CEILING,
            speed: MinimumSpeed::default(),
            sink: extensions.get().cloned(),
        }
    }

    /// Sets how many bytes are read where the call does not say: 1 MiB. Of a token and of an account's links never more than
    /// 64 KiB, unless the call says so.
    #[must_use]
    pub fn with_ceiling(mut self, bytes: u64) -> Self {
        self.ceiling = bytes;
        self
    }

    /// Sets how slowly a body may come: 1 kB a second, over 20 s.
    #[must_use]
    pub fn with_minimum_speed(mut self, speed: MinimumSpeed) -> Self {
        self.speed = speed;
        self
    }

    /// Whether the reply goes to a file.
    #[cfg(feature = "reqwest-0-13")]
    pub(crate) fn is_download(&self) -> bool {
        self.sink.is_some()
    }

    /// Reads the response.
    ///
    /// Of any status but 2xx the head is what counts: where the body of such a response breaks off, stalls for 5 s or is over the
    /// ceiling, the response has what came of it.
    ///
    /// # Errors
    ///
    /// Of a successful response: [`TransportError`] of the kind `TooLarge` as soon as the ceiling is passed, before reading where the response states
    /// its length; `Interrupted` where the body breaks off; `Timeout` where it comes too slowly; `Destination` where a download
    /// cannot be written.
    pub async fn read<B>(self, response: Response<B>) -> Result<Response<Bytes>, TransportError>
    where
        B: HttpBody,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let ceiling = self.ceiling();
        match self.sink {
            // In a box of its own, so that all other calls are smaller.
            Some(sink) if response.status().is_success() => Box::pin(sink.fill(response, self.speed)).await,
            _ => {
                let (head, body) = response.into_parts();
                let body = in_memory(head.status, &mut Frames(pin!(body)), ceiling, self.speed, self.has_token).await?;
                Ok(Response::from_parts(head, body))
            }
        }
    }

    /// [`read`](Self::read) the body of what is no download, for an adapter whose HTTP stack gives it piece by piece.
    #[cfg(feature = "reqwest-0-13")]
    pub(crate) fn read_pieces(
        &self,
        status: StatusCode,
        body: &mut impl Pieces,
    ) -> impl Future<Output = Result<Bytes, TransportError>> {
        in_memory(status, body, self.ceiling(), self.speed, self.has_token)
    }

    fn ceiling(&self) -> u64 {
        let most = if self.is_small { SMALL_REPLY_CEILING } else { u64::MAX };
        self.asked.map_or(self.ceiling.min(most), |asked| asked.0)
    }
}

/// A body as it comes.
pub(crate) trait Pieces {
    /// The next piece; `None` after the last one.
    async fn next(&mut self) -> Result<Option<Bytes>, TransportError>;

    /// How much is still to come at the least.
    fn more(&self) -> u64;
}

struct Frames<'a, B>(Pin<&'a mut B>);

impl<B> Pieces for Frames<'_, B>
where
    B: HttpBody,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    async fn next(&mut self) -> Result<Option<Bytes>, TransportError> {
        while let Some(frame) = self.0.frame().await {
            if let Ok(mut data) = frame.map_err(TransportError::interrupted)?.into_data() {
                let length = data.remaining();
                return Ok(Some(data.copy_to_bytes(length)));
            }
        }
        Ok(None)
    }

    fn more(&self) -> u64 {
        self.0.size_hint().lower()
    }
}

async fn in_memory(
    status: StatusCode,
    body: &mut impl Pieces,
    ceiling: u64,
    speed: MinimumSpeed,
    wiped: bool,
) -> Result<Bytes, TransportError> {
    let succeeded = status.is_success();
    if succeeded && body.more() > ceiling {
        return Err(TransportError::too_large(ceiling));
    }
    let speed = if succeeded { speed } else { speed.within(PATIENCE_WITH_A_REFUSAL) };
    let moved = AtomicU64::new(0);
    let mut kept = if wiped { Kept::Wiped(Zeroizing::default()) } else { Kept::default() };
    let read = {
        let reading = pin!(collect(body, ceiling, &moved, &mut kept));
        speed.watch().wait(|| Some(moved.load(Ordering::Relaxed)), reading).await
    };
    match read {
        Err(error) | Ok(Err(error)) if succeeded => Err(error),
        _ => Ok(kept.into_bytes()),
    }
}

/// Reads a body as far as it comes and the ceiling allows.
async fn collect(
    body: &mut impl Pieces,
    ceiling: u64,
    moved: &AtomicU64,
    kept: &mut Kept,
) -> Result<(), TransportError> {
    let mut received = 0_u64;
    while let Some(piece) = body.next().await? {
        received = received.saturating_add(piece.len() as u64);
        if received > ceiling {
            return Err(TransportError::too_large(ceiling));
        }
        moved.store(received, Ordering::Relaxed);
        // What is still to come may be stated, and of a refusal with any number.
        let left = ceiling - received;
        kept.add(piece, body.more().min(left), left);
    }
    Ok(())
}

/// What has come of a body, one copy of it at the most: nearly every reply comes in one piece, which is handed on as it is.
enum Kept {
    One(Bytes),
    More(BytesMut),
    /// Of a reply that has a token: a copy of our own, which is wiped when the last clone is dropped. What came is the HTTP stack's.
    Wiped(Zeroizing<Vec<u8>>),
}

impl Default for Kept {
    fn default() -> Self {
        Self::One(Bytes::new())
    }
}

impl Kept {
    /// Adds a piece, with as much to come as is stated and no more than is left.
    fn add(&mut self, piece: Bytes, more: u64, left: u64) {
        let [more, left] = [more, left].map(|bytes| usize::try_from(bytes).unwrap_or_default());
        match self {
            Self::One(first) if first.is_empty() => *first = piece,
            Self::One(first) => {
                let mut all = BytesMut::with_capacity(first.len().saturating_add(piece.len()).saturating_add(more));
                all.put(std::mem::take(first));
                all.put(piece);
                *self = Self::More(all);
            }
            Self::More(all) => {
                if all.capacity() - all.len() < piece.len() {
                    // Seldom, since each time leaves the smaller room behind, and room that is not used takes no memory.
                    let room = all.len().saturating_add(piece.len()).saturating_mul(SELDOM).min(MOST_ROOM).min(left);
                    all.reserve(piece.len().saturating_add(more.max(room)));
                }
                all.put(piece);
            }
            Self::Wiped(all) => {
                let needed = all.len().saturating_add(piece.len());
                if needed > all.capacity() {
                    // A buffer that grows by itself leaves a copy behind.
                    let mut larger = Vec::with_capacity(needed.saturating_add(more).max(2 * all.len()));
                    larger.extend_from_slice(all);
                    *all = Zeroizing::new(larger);
                }
                all.extend_from_slice(&piece);
            }
        }
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::One(only) => only,
            Self::More(all) => all.freeze(),
            Self::Wiped(all) => Bytes::from_owner(all),
        }
    }
}

#[cfg(test)]
mod tests;
