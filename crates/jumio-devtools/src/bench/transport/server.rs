//! The other end: a process that answers every GET with the quickstart's retrieval and takes every upload.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::bench::machine::pin;

/// The largest document that Jumio takes.
pub(super) const LARGE: u64 = 15_485_760;
/// What a hostile reply has, or would have.
const HOSTILE: u64 = 64_000_000;
const REPLY: &[u8] = include_bytes!("../../../../../fixtures/documented/get_details/reply.json");
const BUFFER: usize = 256 * 1024;

/// The process. It ends with the benchmark.
pub(super) struct Process {
    child: Child,
    url: String,
}

impl Process {
    /// On any processor, or on this one alone.
    pub(super) fn start(processor: Option<usize>) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "transport", "server"]).args(processor.map(|processor| processor.to_string()));
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut url)?;
        Ok(Self { child, url: url.trim().to_owned() })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the process does.
pub(super) fn serve(processor: Option<&str>) -> Result<bool> {
    if let Some(processor) = processor {
        pin(processor.parse()?)?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("http://{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            // Whoever breaks off has broken off.
            tokio::spawn(async { answer(stream).await.ok() });
        }
    })
}

async fn answer(mut stream: TcpStream) -> Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", REPLY.len());
    let reply = [head.as_bytes(), REPLY].concat();
    let mut buffer = vec![0; BUFFER];
    let mut received = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            let read = stream.read(&mut buffer).await?;
            if read == 0 {
                return Ok(());
            }
            received.extend_from_slice(buffer.get(..read).unwrap_or_default());
        };
        let mut left = length(received.get(..end).unwrap_or_default())?;
        left = left.checked_sub(received.len() - end).context("more than the body")?;
        let wanted = folder(&received);
        received.clear();
        while left > 0 {
            let most = left.min(BUFFER);
            let read = stream.read(buffer.get_mut(..most).unwrap_or_default()).await?;
            if read == 0 {
                bail!("the body broke off");
            }
            left -= read;
        }
        match wanted.as_deref() {
            None => stream.write_all(&reply).await?,
            Some(wanted) => special(&mut stream, wanted).await?,
        }
    }
}

/// The first folder of the URL, where it is one for which there is a reply of its own.
fn folder(request: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(request).ok()?.strip_prefix("GET /")?;
    let (folder, _) = line.split_once('/')?;
    matches!(folder, "stated" | "endless" | "deep" | "packed" | "picture").then(|| folder.to_owned())
}

/// A picture, or what nobody would like to get.
async fn special(stream: &mut TcpStream, wanted: &str) -> Result<()> {
    let head = |more: &str| format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{more}\r\n\r\n");
    match wanted {
        "picture" | "stated" => {
            let length = if wanted == "picture" { LARGE } else { HOSTILE };
            stream.write_all(head(&format!("content-length: {length}")).as_bytes()).await?;
            pieces(stream, length, false).await
        }
        "endless" => {
            stream.write_all(head("transfer-encoding: chunked").as_bytes()).await?;
            pieces(stream, HOSTILE, true).await
        }
        _ => {
            let (body, more) = match wanted {
                "deep" => ("[".repeat(10_000).into_bytes(), ""),
                _ => (packed()?, "content-encoding: gzip\r\n"),
            };
            stream.write_all(head(&format!("{more}content-length: {}", body.len())).as_bytes()).await?;
            Ok(stream.write_all(&body).await?)
        }
    }
}

async fn pieces(stream: &mut TcpStream, length: u64, chunked: bool) -> Result<()> {
    let piece = vec![b' '; BUFFER];
    let mut left = usize::try_from(length)?;
    while left > 0 {
        let most = left.min(BUFFER);
        if chunked {
            stream.write_all(format!("{most:x}\r\n").as_bytes()).await?;
        }
        stream.write_all(piece.get(..most).unwrap_or_default()).await?;
        if chunked {
            stream.write_all(b"\r\n").await?;
        }
        left -= most;
    }
    Ok(())
}

/// So small that every ceiling lets it through.
fn packed() -> Result<Vec<u8>> {
    let mut packed = flate2::read::GzEncoder::new(std::io::repeat(b' ').take(HOSTILE), flate2::Compression::best());
    let mut bytes = Vec::new();
    packed.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn length(head: &[u8]) -> Result<usize> {
    let head = std::str::from_utf8(head)?;
    let stated = head
        .lines()
        .find_map(|line| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length")));
    Ok(stated.map_or(Ok(0), |(_, length)| length.trim().parse())?)
}
