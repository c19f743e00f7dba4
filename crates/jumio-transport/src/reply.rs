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
mod tests {
    use std::io;
    use std::time::Duration;

    use bytes::Bytes;
    use http::{Request, Response};
    use http_body::Frame;
    use http_body_util::{Full, StreamBody};
    use jumio_model::api::{CreateAccount, FetchToken, GetStatus};
    use jumio_model::endpoint::{Body, Meta};
    use tokio::time::Instant;

    use super::ReplyReader;
    use crate::{MinimumSpeed, ReplyCeiling, TransportErrorKind as Kind};

    type Chunk = Result<Frame<Bytes>, io::Error>;

    fn stream(
        status: u16,
        chunks: Vec<Result<&'static str, io::Error>>,
    ) -> Response<impl http_body::Body<Data = Bytes, Error = io::Error>> {
        let chunks: Vec<Chunk> = chunks.into_iter().map(|chunk| chunk.map(|text| Frame::data(text.into()))).collect();
        Response::builder().status(status).body(StreamBody::new(futures_util::stream::iter(chunks))).unwrap()
    }

    fn five() -> ReplyReader {
        ReplyReader::of(&Request::new(Body::empty())).with_ceiling(5)
    }

    /// Proves M4.
    #[tokio::test]
    async fn the_ceiling_holds_whether_the_length_is_stated_or_not() {
        let stated = |text: &'static str| Response::new(Full::new(Bytes::from(text)));
        assert_eq!(five().read(stated("12345")).await.unwrap().body(), "12345");
        assert_eq!(five().read(stream(200, vec![Ok("123"), Ok("45")])).await.unwrap().body(), "12345");

        let error = five().read(stated("123456")).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::TooLarge, true));
        assert!(error.to_string().contains("5 bytes"), "{error}");
        let error = five().read(stream(200, vec![Ok("123"), Ok("456")])).await.unwrap_err();
        assert_eq!(error.kind(), Kind::TooLarge);
    }

    #[tokio::test]
    async fn a_body_in_many_pieces_is_kept_whole() {
        const PIECES: [&str; 6] =
            ["1", "2", "a piece that is longer than all before it", "4", "", "another long one to be kept"];
        for meta in [Meta::of::<GetStatus>(), Meta::of::<FetchToken>()] {
            for times in [1, 50] {
                let pieces: Vec<_> = (0..times).flat_map(|_| PIECES).collect();
                let whole = pieces.concat();
                let request = Request::new(Body::empty().with_meta(meta));
                let read = ReplyReader::of(&request).read(stream(200, pieces.into_iter().map(Ok).collect())).await;
                assert_eq!(read.unwrap().body(), whole.as_bytes(), "{} {times}", meta.name);
            }
        }
    }

    #[tokio::test]
    async fn what_the_call_asks_for_comes_first() {
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(ReplyCeiling(3));
        let reader = || ReplyReader::of(&request).with_ceiling(1000);
        assert!(reader().read(stream(200, vec![Ok("123")])).await.is_ok());
        assert_eq!(reader().read(stream(200, vec![Ok("1234")])).await.unwrap_err().kind(), Kind::TooLarge);
    }

    /// Proves M4.
    #[tokio::test]
    async fn tokens_and_links_are_small() {
        const SMALL: usize = 64 * 1024;
        let reader = |meta: Meta| Request::new(Body::empty().with_meta(meta));
        let reply = |length: usize| Response::new(Full::new(Bytes::from(vec![b' '; length])));
        for (meta, most) in [
            (Meta::of::<FetchToken>(), SMALL),
            (Meta::of::<CreateAccount>(), SMALL),
            (Meta::of::<GetStatus>(), 1024 * 1024),
        ] {
            let mut request = reader(meta);
            assert!(ReplyReader::of(&request).read(reply(most)).await.is_ok(), "{}", meta.name);
            let error = ReplyReader::of(&request).read(reply(most + 1)).await.unwrap_err();
            assert_eq!(error.kind(), Kind::TooLarge, "{}", meta.name);
            request.extensions_mut().insert(ReplyCeiling(most as u64 + 1));
            assert!(ReplyReader::of(&request).read(reply(most + 1)).await.is_ok(), "{}", meta.name);
        }
    }

    /// Proves R7.
    #[tokio::test(start_paused = true)]
    async fn a_body_that_drips_is_given_up_and_a_refusal_stays_one() {
        let drip = |status: u16| {
            let bytes = futures_util::stream::unfold((), |()| async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Some((Ok::<_, io::Error>(Frame::data(Bytes::from_static(b"x"))), ()))
            });
            Response::builder().status(status).body(StreamBody::new(Box::pin(bytes))).unwrap()
        };
        let reader = || ReplyReader::of(&Request::new(Body::empty()));
        let start = Instant::now();
        let error = reader().read(drip(200)).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Timeout, true));
        assert_eq!(start.elapsed().as_secs(), 20);
        // The head of a refusal is the answer, and is not kept from whoever waits for it.
        for status in [401, 404, 429, 503] {
            let start = Instant::now();
            let refusal = reader().read(drip(status)).await.unwrap();
            assert_eq!(refusal.status().as_u16(), status);
            assert!(refusal.body().len() >= 4, "what came is kept");
            assert_eq!(start.elapsed().as_secs(), 5);
        }
        let any = five().with_minimum_speed(MinimumSpeed::none()).read(drip(200)).await;
        assert_eq!(any.unwrap_err().kind(), Kind::TooLarge);
    }

    /// Proves M4.
    #[tokio::test]
    async fn a_body_that_breaks_off_or_is_too_large_is_an_error_and_a_refusal_stays_one() {
        let broken = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let error = five().read(stream(200, vec![Ok("12"), Err(broken())])).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Interrupted, true));
        for status in [302, 401, 404, 408, 429, 503] {
            let mut response = stream(status, vec![Ok("12"), Ok("3"), Err(broken())]);
            response.headers_mut().insert("retry-after", 7.into());
            let refusal = five().read(response).await.unwrap();
            assert_eq!((refusal.status().as_u16(), &**refusal.body()), (status, b"123".as_slice()));
            assert_eq!(refusal.headers()["retry-after"], "7");
            let large = five().read(stream(status, vec![Ok("123"), Ok("456")])).await.unwrap();
            assert_eq!((large.status().as_u16(), &**large.body()), (status, b"123".as_slice()));
            let stated = Response::builder().status(status).body(Full::new(Bytes::from("123456"))).unwrap();
            assert_eq!(five().read(stated).await.unwrap().status().as_u16(), status);
        }
    }
}
