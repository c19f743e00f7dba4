//! How fast a large document goes out: streamed as ours are, from memory as most people send it, and by the kernel alone.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use jumio_model::api::UploadDocument;
use jumio_model::endpoint::{BaseUrl, Boundary, FilePart, Segment, Site, UserAgent};
use jumio_model::{Media, TransactionToken};
use jumio_transport::{Client, ReqwestTransport};
use tokio::runtime::Runtime;

use super::server::LARGE as LENGTH;
use crate::bench::rounds::{median, show, turn};

const ROUNDS: usize = 21;

/// Prints the speeds; nothing is decided by them.
pub(super) fn measure(base: &str) -> Result<()> {
    let file = tempfile::NamedTempFile::new()?;
    std::io::copy(&mut std::io::repeat(b'%').take(LENGTH), &mut file.as_file())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let site = Site::at(BaseUrl::parse(base)?, UserAgent::new("Acme KYC/1.0")?);
    let client = Client::new(site, ReqwestTransport::new()?);
    let by_hand = reqwest::Client::builder().no_proxy().build()?;
    let (mut ours, mut in_memory, mut kernel) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (done, streamed) = turn(|| stream(&runtime, &client, base, file.path()));
        done?;
        let (done, buffered) = turn(|| buffer(&runtime, &by_hand, base, file.path()));
        done?;
        let (done, sent) = turn(|| sendfile(base, file.path()));
        done?;
        // The first round warms up.
        if round > 0 {
            ours.push(streamed.wall);
            in_memory.push(streamed.wall / buffered.wall);
            kernel.push(streamed.wall / sent.wall);
        }
    }
    println!("  an upload of {LENGTH} bytes: {:.0} MB/s", LENGTH as f64 / 1e6 / median(ours));
    show("T13 speed, in that of an upload from memory", 1.0 / median(in_memory), "1.00 and more");
    show("T13 speed, in that of sendfile", 1.0 / median(kernel), "0.60 and more");
    Ok(())
}

fn stream(runtime: &Runtime, client: &Client, base: &str, file: &Path) -> Result<()> {
    let part = FilePart::new(Segment::file(file, 0, LENGTH), Media::Pdf);
    let call = UploadDocument::new(format!("{base}/parts"), TransactionToken::new("t"), part, Boundary::new([7; 16]));
    runtime.block_on(client.send(&call))?;
    Ok(())
}

fn buffer(runtime: &Runtime, client: &reqwest::Client, base: &str, file: &Path) -> Result<()> {
    runtime.block_on(async {
        let body = tokio::task::spawn_blocking({
            let file = file.to_owned();
            move || std::fs::read(file)
        });
        let reply = client.post(format!("{base}/parts")).body(body.await??).send().await?;
        ensure!(reply.status().is_success());
        reply.bytes().await?;
        Ok(())
    })
}

fn sendfile(base: &str, file: &Path) -> Result<()> {
    let mut stream = TcpStream::connect(base.strip_prefix("http://").context("not http")?)?;
    write!(stream, "POST /parts HTTP/1.1\r\nhost: x\r\ncontent-length: {LENGTH}\r\nconnection: close\r\n\r\n")?;
    let file = File::open(file)?;
    let mut left = usize::try_from(LENGTH)?;
    while left > 0 {
        left -= rustix::fs::sendfile(&stream, &file, None, left)?;
    }
    ensure!(stream.read(&mut [0; 1024])? > 0);
    Ok(())
}
