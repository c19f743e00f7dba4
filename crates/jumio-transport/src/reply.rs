//! Reading a response: under a ceiling, and to a file where the call is a download.

use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Buf, Bytes};
use http::{Request, Response};
use http_body::{Body as HttpBody, Frame};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use jumio_model::endpoint::Body;

use crate::call_error::leaves_open;
use crate::download::Sink;
use crate::{MinimumSpeed, ReplyCeiling, TransportError};

/// How many bytes of a reply are read unless the call says otherwise: 1 MiB.
pub const DEFAULT_REPLY_CEILING: u64 = 1024 * 1024;

/// How the reply to a request is to be read: for transports over any stack whose bodies are [`http_body::Body`].
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
    ceiling: u64,
    speed: MinimumSpeed,
    sink: Option<Sink>,
}

impl ReplyReader {
    /// What this request wants of its reply.
    pub fn of(request: &Request<Body>) -> Self {
        let extensions = request.extensions();
        Self {
            asked: extensions.get().copied(),
            ceiling: DEFAULT_REPLY_CEILING,
            speed: MinimumSpeed::default(),
            sink: extensions.get().cloned(),
        }
    }

    /// Sets how many bytes are read where the call does not say: 1 MiB.
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

    /// Reads the response.
    ///
    /// # Errors
    ///
    /// [`TransportError`] of the kind `TooLarge` as soon as the ceiling is passed, before reading where the response states
    /// its length; `Interrupted` where the body breaks off; `Timeout` where it comes too slowly; `Destination` where a download
    /// cannot be written.
    pub async fn read<B>(self, response: Response<B>) -> Result<Response<Bytes>, TransportError>
    where
        B: HttpBody,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        match self.sink {
            Some(sink) if response.status().is_success() => sink.fill(response, self.speed).await,
            _ => in_memory(response, self.asked.map_or(self.ceiling, |asked| asked.0), self.speed).await,
        }
    }
}

async fn in_memory<B>(
    response: Response<B>,
    ceiling: u64,
    speed: MinimumSpeed,
) -> Result<Response<Bytes>, TransportError>
where
    B: HttpBody,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let (head, body) = response.into_parts();
    let read = if body.size_hint().lower() > ceiling {
        Err(TransportError::too_large(ceiling))
    } else {
        let limit = usize::try_from(ceiling).unwrap_or(usize::MAX);
        let moved = AtomicU64::new(0);
        let body = body.map_frame(|frame| counted(frame, &moved));
        let reading = Limited::new(body, limit).collect();
        match speed.watch().wait(|| Some(moved.load(Ordering::Relaxed)), reading).await {
            Ok(Ok(body)) => Ok(body),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(TransportError::too_large(ceiling)),
            Ok(Err(error)) => Err(TransportError::interrupted(error)),
            Err(stalled) => Err(stalled),
        }
    };
    match read {
        Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
        Err(error) if leaves_open(head.status) => Err(error),
        Err(error) => Err(error.unprocessed()),
    }
}

fn counted<D: Buf>(frame: Frame<D>, moved: &AtomicU64) -> Frame<D> {
    let length = frame.data_ref().map_or(0, |data| data.remaining() as u64);
    moved.fetch_add(length, Ordering::Relaxed);
    frame
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    use bytes::Bytes;
    use http::{Request, Response};
    use http_body::Frame;
    use http_body_util::{Full, StreamBody};
    use jumio_model::endpoint::Body;
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
    async fn what_the_call_asks_for_comes_first() {
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(ReplyCeiling(3));
        let reader = || ReplyReader::of(&request).with_ceiling(1000);
        assert!(reader().read(stream(200, vec![Ok("123")])).await.is_ok());
        assert_eq!(reader().read(stream(200, vec![Ok("1234")])).await.unwrap_err().kind(), Kind::TooLarge);
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
        for (status, open) in [(200, true), (503, true), (404, false)] {
            let start = Instant::now();
            let error = reader().read(drip(status)).await.unwrap_err();
            assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Timeout, open), "{status}");
            assert_eq!(start.elapsed().as_secs(), 20);
        }
        let any = five().with_minimum_speed(MinimumSpeed::none()).read(drip(200)).await;
        assert_eq!(any.unwrap_err().kind(), Kind::TooLarge);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_an_error_and_a_refusal_stays_one() {
        let broken = || io::Error::from(io::ErrorKind::UnexpectedEof);
        for (status, open) in [(200, true), (503, true), (408, true), (404, false)] {
            let error = five().read(stream(status, vec![Ok("12"), Err(broken())])).await.unwrap_err();
            assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Interrupted, open), "{status}");
        }
    }
}
