//! Files that are whole, missing, of another length, or changing while they are sent.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use jumio_model::endpoint::{Body, Segment};
use tempfile::NamedTempFile;
use tokio::time::Instant;

use super::reader::CHUNK;
use super::{BodyError, BodyErrorKind as Kind, SLICE, SendBody, State, read_all};
use crate::{MinimumSpeed, Progress};

fn file_of(length: u64) -> (NamedTempFile, Vec<u8>) {
    let bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(&bytes).unwrap();
    (file, bytes)
}

fn part(path: &Path, length: u64) -> Body {
    let bytes = |text: &'static str| Segment::Bytes(text.into());
    Body::from_segments([bytes("--head--"), Segment::file(path, 0, length), bytes("--tail--")])
}

async fn first_frame(body: &mut SendBody) -> Bytes {
    body.frame().await.unwrap().unwrap().into_data().unwrap()
}

async fn end_of(mut body: SendBody) -> BodyError {
    loop {
        match body.frame().await.expect("the body must not end as if it were whole") {
            Ok(_) => {}
            Err(error) => {
                assert!(body.frame().await.is_none());
                return error;
            }
        }
    }
}

#[tokio::test]
async fn a_file_between_two_texts_goes_out_in_order_and_of_known_length() {
    let length = 2 * CHUNK + 17;
    let (file, bytes) = file_of(length);
    let expected = [b"--head--".as_slice(), &bytes, b"--tail--"].concat();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let progress = Progress::new({
        let seen = Arc::clone(&seen);
        move |sent, total| seen.lock().unwrap().push((sent, total))
    });

    let body = SendBody::open(part(file.path(), length)).await.unwrap().with_progress(progress);
    assert_eq!(body.size_hint().exact(), Some(length + 16));
    assert!(!body.is_end_stream());
    assert!(body.collect().await.unwrap().to_bytes() == expected);

    let total = length + 16;
    let slices = (1..=2 * CHUNK / SLICE as u64).map(|slice| 8 + slice * SLICE as u64);
    let steps: Vec<u64> = [8].into_iter().chain(slices).chain([8 + length, total]).collect();
    assert_eq!(*seen.lock().unwrap(), steps.iter().map(|sent| (*sent, total)).collect::<Vec<_>>());
    assert!(read_all(part(file.path(), length)).await.unwrap() == expected);
}

#[tokio::test]
async fn stretches_of_one_file_may_come_in_any_order() {
    let (file, bytes) = file_of(100);
    let stretch = |offset, length| Segment::file(file.path(), offset, length);
    let body = || Body::from_segments([stretch(60, 40), stretch(0, 10), stretch(5, 20)]);
    let expected = [&bytes[60..100], &bytes[0..10], &bytes[5..25]].concat();
    assert_eq!(read_all(body()).await.unwrap(), expected);
    assert_eq!(SendBody::open(body()).await.unwrap().collect().await.unwrap().to_bytes(), expected);
}

#[tokio::test]
async fn an_empty_body_has_ended() {
    let body = SendBody::open(Body::empty()).await.unwrap();
    assert!(body.is_end_stream());
    assert_eq!(body.size_hint().exact(), Some(0));
    assert_eq!(body.collect().await.unwrap().to_bytes(), "");
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_found_before_anything_is_sent() {
    let (file, _) = file_of(100);
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("Jane Doe.pdf");
    let cases = [
        (part(file.path(), 99), Kind::Length { expected: 99, found: 100 }),
        (part(file.path(), 101), Kind::Length { expected: 101, found: 100 }),
        (part(folder.path(), 10), Kind::NotAFile),
        (part(&missing, 10), Kind::Open),
    ];
    for (body, kind) in cases {
        assert_eq!(SendBody::open(body.clone()).await.unwrap_err().kind(), kind);
        assert_eq!(read_all(body).await.unwrap_err().kind(), kind);
    }
    let error = read_all(part(&missing, 10)).await.unwrap_err();
    assert_eq!(error.path(), missing);
    assert!(!format!("{error} {error:?}").contains("Jane"), "{error} {error:?}");
}

#[tokio::test]
async fn a_length_that_no_file_has_reserves_nothing() {
    let file = NamedTempFile::new().unwrap();
    for length in [u64::MAX, u64::MAX / 2, 1 << 46] {
        let body = Body::from_segments([Segment::file(file.path(), 0, length)]);
        let error = read_all(body).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Length { expected: length, found: 0 });
    }
}

#[tokio::test]
async fn a_file_that_changes_midway_never_looks_whole() {
    type Change = fn(&mut std::fs::File);
    let cases: [(Change, Kind); 3] = [
        (|file| file.set_len(CHUNK + 1).unwrap(), Kind::Shrank),
        (|file| file.write_all(b"more").unwrap(), Kind::Changed),
        (|file| file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap(), Kind::Changed),
    ];
    for (change, kind) in cases {
        let (file, _) = file_of(3 * CHUNK);
        let mut body = SendBody::open(part(file.path(), 3 * CHUNK)).await.unwrap();
        assert_eq!(first_frame(&mut body).await, "--head--");
        assert_eq!(first_frame(&mut body).await.len(), SLICE);
        change(&mut OpenOptions::new().append(true).open(file.path()).unwrap());
        assert_eq!(end_of(body).await.kind(), kind);
    }
}

#[tokio::test]
async fn the_next_chunk_is_read_while_nobody_asks_for_it() {
    let (file, bytes) = file_of(CHUNK);
    let mut body = SendBody::open(part(file.path(), CHUNK)).await.unwrap();
    assert_eq!(first_frame(&mut body).await, "--head--");
    // Whoever runs this sees the read end by itself; that the file is another one afterwards comes too late.
    let State::Reading(reading) = &body.state else { panic!("nobody reads") };
    while !reading.is_finished() {
        tokio::task::yield_now().await;
    }
    file.as_file().set_len(0).unwrap();
    let rest = body.collect().await.unwrap().to_bytes();
    assert!(rest == [bytes.as_slice(), b"--tail--"].concat());
}

#[tokio::test(start_paused = true)]
async fn a_large_body_in_memory_that_goes_out_at_the_slowest_speed_is_not_given_up() {
    let length = 10 * SLICE as u64;
    // At the second speed one step takes three of the stretches.
    for (speed, per_byte) in [(MinimumSpeed::default(), 1), (MinimumSpeed::new(100, Duration::from_secs(60)), 10)] {
        let mut slow = SendBody::open(Body::from(vec![0; 10 * SLICE])).await.unwrap();
        let watch = slow.watched(speed);
        let sending = async {
            let mut sent = 0;
            while let Some(frame) = slow.frame().await {
                sent += frame.unwrap().into_data().unwrap().len() as u64;
                if sent < length {
                    tokio::time::sleep(Duration::from_millis(SLICE as u64 * per_byte)).await;
                }
            }
            sent
        };
        assert_eq!(watch.wait(sending).await.unwrap(), length);
    }
}

#[tokio::test]
async fn a_body_can_be_sent_again_and_reads_its_file_anew() {
    let (file, _) = file_of(10);
    let body = part(file.path(), 10);
    let first = read_all(body.clone()).await.unwrap();
    assert_eq!(read_all(body.clone()).await.unwrap(), first);
    file.as_file().set_len(9).unwrap();
    assert_eq!(read_all(body).await.unwrap_err().kind(), Kind::Length { expected: 10, found: 9 });
}

#[test]
fn without_a_runtime_files_are_read_where_they_are_asked_for() {
    let (file, bytes) = file_of(CHUNK + 1);
    let mut cx = Context::from_waker(Waker::noop());
    let mut opening = std::pin::pin!(SendBody::open(part(file.path(), CHUNK + 1)));
    let Poll::Ready(Ok(mut body)) = opening.as_mut().poll(&mut cx) else { panic!("must be ready") };
    let mut all = Vec::new();
    while let Poll::Ready(Some(frame)) = Pin::new(&mut body).poll_frame(&mut cx) {
        all.extend_from_slice(&frame.unwrap().into_data().unwrap());
    }
    assert!(all == [b"--head--".as_slice(), &bytes, b"--tail--"].concat());
}

/// Proves R7.
#[tokio::test(start_paused = true)]
async fn a_body_that_nobody_takes_is_given_up_and_one_that_was_taken_has_a_minute_for_its_answer() {
    let big = || Body::from(vec![0; 1 << 20]);
    let speed = MinimumSpeed::default();

    let mut stuck = SendBody::open(big()).await.unwrap();
    let watch = stuck.watched(speed);
    let start = Instant::now();
    let error = watch.wait(std::future::pending::<()>()).await.unwrap_err();
    assert!(error.is_timeout() && error.may_have_been_processed());
    assert_eq!(start.elapsed().as_secs(), 20);

    // However slowly it goes where that is allowed, the minute begins when it is out.
    for (speed, sending, answering, comes) in [
        (speed, 0, 59, true),
        (speed, 0, 61, false),
        (MinimumSpeed::none(), 90, 59, true),
        (MinimumSpeed::none(), 90, 61, false),
    ] {
        let mut taken = SendBody::open(big()).await.unwrap();
        let watch = taken.watched(speed);
        let start = Instant::now();
        let answer = async {
            tokio::time::sleep(Duration::from_secs(sending)).await;
            while taken.frame().await.is_some() {}
            tokio::time::sleep(Duration::from_secs(answering)).await;
        };
        match watch.wait(answer).await {
            Ok(()) => assert!(comes, "{sending} {answering}"),
            Err(error) => {
                assert!(
                    !comes && error.is_timeout() && error.may_have_been_processed(),
                    "{sending} {answering} {error}"
                );
                assert_eq!(start.elapsed().as_secs(), sending + 60);
            }
        }
    }
}
