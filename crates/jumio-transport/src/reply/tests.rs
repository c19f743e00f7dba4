//! Replies that are whole, in pieces, too large, too slow or cut short.

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
    let reader = |meta: &'static Meta| Request::new(Body::empty().with_meta(meta));
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
