//! Reading a response under a ceiling.

use std::error::Error;

use bytes::Bytes;
use http::Response;
use http_body::Body as HttpBody;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::TransportError;
use crate::call_error::leaves_open;

/// How many bytes of a reply are read unless the call says otherwise: 1 MiB.
pub const DEFAULT_REPLY_CEILING: u64 = 1024 * 1024;

/// Reads a response's body, at most `ceiling` bytes: for transports over any stack whose bodies are [`http_body::Body`].
///
/// # Errors
///
/// [`TransportError`] of the kind `TooLarge` as soon as the ceiling is passed, before reading where the response states its
/// length; `Interrupted` where the body breaks off.
pub async fn read_reply<B>(response: Response<B>, ceiling: u64) -> Result<Response<Bytes>, TransportError>
where
    B: HttpBody,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let (head, body) = response.into_parts();
    let read = if body.size_hint().lower() > ceiling {
        Err(TransportError::too_large(ceiling))
    } else {
        let limit = usize::try_from(ceiling).unwrap_or(usize::MAX);
        Limited::new(body, limit).collect().await.map_err(|error| match error.downcast_ref::<LengthLimitError>() {
            Some(_) => TransportError::too_large(ceiling),
            None => TransportError::interrupted(error),
        })
    };
    match read {
        Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
        Err(error) if leaves_open(head.status) => Err(error),
        Err(error) => Err(error.unprocessed()),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use bytes::Bytes;
    use http::Response;
    use http_body::Frame;
    use http_body_util::{Full, StreamBody};

    use super::read_reply;
    use crate::TransportErrorKind as Kind;

    type Chunk = Result<Frame<Bytes>, io::Error>;

    fn stream(
        status: u16,
        chunks: Vec<Result<&'static str, io::Error>>,
    ) -> Response<impl http_body::Body<Data = Bytes, Error = io::Error>> {
        let chunks: Vec<Chunk> = chunks.into_iter().map(|chunk| chunk.map(|text| Frame::data(text.into()))).collect();
        Response::builder().status(status).body(StreamBody::new(futures_util::stream::iter(chunks))).unwrap()
    }

    #[tokio::test]
    async fn the_ceiling_holds_whether_the_length_is_stated_or_not() {
        let stated = |text: &'static str| Response::new(Full::new(Bytes::from(text)));
        assert_eq!(read_reply(stated("12345"), 5).await.unwrap().body(), "12345");
        assert_eq!(read_reply(stream(200, vec![Ok("123"), Ok("45")]), 5).await.unwrap().body(), "12345");

        let error = read_reply(stated("123456"), 5).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::TooLarge, true));
        assert!(error.to_string().contains("5 bytes"), "{error}");
        let error = read_reply(stream(200, vec![Ok("123"), Ok("456")]), 5).await.unwrap_err();
        assert_eq!(error.kind(), Kind::TooLarge);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_an_error_and_a_refusal_stays_one() {
        let broken = || io::Error::from(io::ErrorKind::UnexpectedEof);
        for (status, open) in [(200, true), (503, true), (408, true), (404, false)] {
            let error = read_reply(stream(status, vec![Ok("12"), Err(broken())]), 5).await.unwrap_err();
            assert_eq!((error.kind(), error.may_have_been_processed()), (Kind::Interrupted, open), "{status}");
        }
    }
}
