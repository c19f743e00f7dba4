//! The other end: a process that answers every GET with the quickstart's retrieval and takes every upload.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::bench::machine::pin;

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
        received.clear();
        while left > 0 {
            let most = left.min(BUFFER);
            let read = stream.read(buffer.get_mut(..most).unwrap_or_default()).await?;
            if read == 0 {
                bail!("the body broke off");
            }
            left -= read;
        }
        stream.write_all(&reply).await?;
    }
}

fn length(head: &[u8]) -> Result<usize> {
    let head = std::str::from_utf8(head)?;
    let stated = head
        .lines()
        .find_map(|line| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length")));
    Ok(stated.map_or(Ok(0), |(_, length)| length.trim().parse())?)
}
