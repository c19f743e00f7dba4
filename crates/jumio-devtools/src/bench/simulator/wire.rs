//! An HTTP client that costs as little as one can: bytes into one connection, bytes out of it. What is measured is the
//! server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use anyhow::{Context as _, Result, bail};

/// A connection that is kept.
pub(super) struct Wire {
    stream: TcpStream,
    base: String,
    request: Vec<u8>,
    reply: Vec<u8>,
}

impl Wire {
    pub(super) fn connect(base: &str) -> Result<Self> {
        let address = base.strip_prefix("http://").context("the address is not http")?;
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, base: base.to_owned(), request: Vec::new(), reply: Vec::new() })
    }

    /// One call to a path, or to an address of this server; gives the body of a reply that is a success.
    pub(super) fn call(&mut self, verb: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Vec<u8>> {
        let path = url.strip_prefix(self.base.as_str()).unwrap_or(url);
        self.request.clear();
        write!(
            self.request,
            "{verb} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: Bench/1\r\ncontent-length: {}\r\n",
            body.len()
        )?;
        for (name, value) in headers {
            write!(self.request, "{name}: {value}\r\n")?;
        }
        self.request.extend_from_slice(b"\r\n");
        self.request.extend_from_slice(body);
        self.stream.write_all(&self.request)?;
        self.receive(verb, path)
    }

    fn receive(&mut self, verb: &str, path: &str) -> Result<Vec<u8>> {
        self.reply.clear();
        let mut buffer = [0; 16 * 1024];
        loop {
            let read = self.stream.read(&mut buffer)?;
            if read == 0 {
                bail!("{verb} {path}: the connection ended");
            }
            self.reply.extend_from_slice(buffer.get(..read).unwrap_or_default());
            let Some(end) = self.reply.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(self.reply.get(..end).unwrap_or_default())?.to_ascii_lowercase();
            let length: usize = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .map_or(Ok(0), |length| length.trim().parse())?;
            let Some(body) = self.reply.get(end + 4..end + 4 + length) else { continue };
            if !head.starts_with("http/1.1 2") {
                bail!("{verb} {path}: {}: {}", head.lines().next().unwrap_or_default(), String::from_utf8_lossy(body));
            }
            return Ok(body.to_vec());
        }
    }
}
