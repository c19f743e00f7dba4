//! What an upload or a download takes of memory, in a process of its own: the kernel's account of the peak, above what is there before.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use jumio_model::api::{GetDetails, GetPart, UploadDocument};
use jumio_model::endpoint::{BaseUrl, Boundary, FilePart, Segment, Site, UserAgent};
use jumio_model::{AccountId, CredentialId, Media, TransactionToken, WorkflowExecutionId};
use jumio_transport::{AttemptTimeout, CallError, Client, ReqwestTransport, TransportErrorKind};
use tempfile::NamedTempFile;

const MIB: u64 = 1024 * 1024;
/// The largest document that Jumio takes.
const LARGE: u64 = 15_485_760;
const AT_ONCE: usize = 16;

/// Takes every upload, keeps nothing, and answers; answers a GET with a large picture.
fn drain(mut stream: TcpStream) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let mut head = Vec::new();
        let mut left = loop {
            let read = stream.read(&mut buffer)?;
            if read == 0 {
                return Ok(());
            }
            head.extend_from_slice(&buffer[..read]);
            let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let text = String::from_utf8_lossy(&head[..end]).to_lowercase();
            if text.starts_with("get ") {
                picture(&mut stream)?;
                head.clear();
                continue;
            }
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            break length.parse::<usize>().unwrap() - (head.len() - end - 4);
        };
        while left > 0 {
            let most = left.min(buffer.len());
            left -= stream.read(&mut buffer[..most])?;
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")?;
    }
}

fn picture(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(
        format!("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: {LARGE}\r\n\r\n").as_bytes(),
    )?;
    let piece = [b'x'; 64 * 1024];
    let mut left = usize::try_from(LARGE).unwrap();
    while left > 0 {
        let most = left.min(piece.len());
        stream.write_all(&piece[..most])?;
        left -= most;
    }
    Ok(())
}

fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || drain(stream.unwrap()));
        }
    });
    url
}

/// A line of the kernel's account of this process, in bytes.
fn account(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// How far the peak rose above what was there before.
fn peak(work: impl FnOnce()) -> u64 {
    std::fs::write("/proc/self/clear_refs", "5").unwrap(); // the peak is forgotten
    let before = account("VmRSS");
    work();
    account("VmHWM").saturating_sub(before)
}

async fn uploads(client: &Client, url: &str, file: &Path, length: u64, number: usize) {
    let mut all = tokio::task::JoinSet::new();
    for at in 0..number {
        let part = FilePart::new(Segment::file(file, 0, length), Media::Pdf);
        let boundary = Boundary::new([u8::try_from(at).unwrap(); 16]);
        let call = UploadDocument::new(format!("{url}/parts"), TransactionToken::new("t"), part, boundary);
        let client = client.clone();
        all.spawn(async move { client.send(&call).await.unwrap() });
    }
    assert_eq!(all.join_all().await.len(), number);
}

/// Proves M4, U1.
#[test]
fn an_upload_and_a_download_take_the_same_memory_whatever_their_size() {
    let url = server();
    let site = Site::at(BaseUrl::parse(&url).unwrap(), UserAgent::new("Acme KYC/1.0").unwrap());
    let client = Client::new(site, AttemptTimeout::new(ReqwestTransport::new().unwrap()));
    // One worker: the allocator keeps a heap for each, which is no upload's.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let file = NamedTempFile::new().unwrap();
    let upload = |length: u64, number: usize| {
        file.as_file().set_len(length).unwrap();
        runtime.block_on(uploads(&client, &url, file.path(), length, number));
    };
    upload(1000, 1); // what is read and set up once
    let (one, many) = (peak(|| upload(LARGE, 1)), peak(|| upload(LARGE, AT_ONCE)));
    assert!(one <= 2 * MIB, "one upload took {one} bytes");
    assert!(many <= 24 * MIB, "{AT_ONCE} uploads took {many} bytes");
    let folder = tempfile::tempdir().unwrap();
    let part = GetPart::new(AccountId::from("a"), CredentialId::from("c"), "1");
    let download = peak(|| {
        let path = folder.path().join("picture");
        assert_eq!(runtime.block_on(client.download(&part, path)).unwrap().bytes, LARGE);
    });
    // Pieces of up to 0.4 MiB, and on a busy machine the allocator has a few of them at once.
    assert!(download <= 6 * MIB, "a download took {download} bytes");
    // A reply that is no reply is not taken in before it is refused.
    let details = GetDetails::new(AccountId::from("a"), WorkflowExecutionId::from("w"));
    let oversized = peak(|| {
        let error = runtime.block_on(client.send(&details)).unwrap_err();
        assert!(matches!(error, CallError::Transport(error) if error.kind() == TransportErrorKind::TooLarge));
    });
    assert!(oversized <= 2 * MIB, "an oversized reply took {oversized} bytes");
    // The account is true: what an upload from memory would take is seen, but for what the allocator still had from before.
    let in_memory = peak(|| {
        assert!(vec![1_u8; usize::try_from(LARGE).unwrap()].iter().all(|byte| *byte == 1));
    });
    assert!(in_memory > 8 * MIB, "a document in memory took {in_memory} bytes");
}
