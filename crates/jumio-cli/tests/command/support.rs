//! What the tests of the command share: the real binary in a folder of its own, with nothing of the caller's environment.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jumio_simulator::{Builder, Simulator, TransactionRecord};
use serde_json::Value;
use tempfile::TempDir;

/// The command with a database of its own.
pub(crate) struct Jumio {
    pub(crate) folder: TempDir,
}

/// What a run left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Jumio {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("flows.db")
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jumio"));
        command
            .args(line.split_whitespace())
            .env_clear()
            .env("HOME", self.folder.path())
            .current_dir(fixtures())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if !line.starts_with("--") {
            command.arg("--db").arg(self.database());
        }
        command
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        finish(self.command(line).spawn().unwrap())
    }

    /// Against a simulator that somebody else runs.
    pub(crate) fn run_at(&self, simulator: &Simulator, line: &str) -> Ran {
        finish(self.command_at(simulator, line).spawn().unwrap())
    }

    pub(crate) fn command_at(&self, simulator: &Simulator, line: &str) -> Command {
        let mut command = self.command(&format!("{line} --base-url {}", simulator.base_url()));
        command.env("JUMIO_CLIENT_ID", simulator.client_id()).env("JUMIO_CLIENT_SECRET", simulator.client_secret());
        command
    }

    /// The built-in simulator of the database, once the command is gone.
    pub(crate) fn simulator(&self) -> Simulator {
        start(Simulator::builder().state_dir(self.folder.path().join("flows.db.simulator")))
    }
}

impl Ran {
    /// The one object of `--json`.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Both streams.
    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    pub(crate) fn ends(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
        self
    }

    pub(crate) fn tells(&self, words: &[&str]) -> &Self {
        for word in words {
            assert!(self.text().contains(word), "`{word}` is missing in {self:#?}");
        }
        self
    }

    /// The id of the flow that `prove` began.
    pub(crate) fn flow(&self) -> String {
        let id = self.stdout.split("flow ").nth(1).and_then(|rest| rest.split(':').next());
        id.unwrap_or_else(|| panic!("no flow in {self:#?}")).to_owned()
    }
}

pub(crate) fn finish(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/documents")
}

/// A simulator in the test's own process.
pub(crate) fn simulator(set_up: impl FnOnce(Builder) -> Builder) -> Simulator {
    start(set_up(Simulator::builder().processing_delay(Duration::from_millis(50))))
}

/// It runs on a thread of its own, so the tests need no runtime.
fn start(builder: Builder) -> Simulator {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(builder.start()).unwrap()
}

/// Waits until the simulator's transactions look so.
pub(crate) fn until(simulator: &Simulator, look: impl Fn(&[TransactionRecord]) -> bool) {
    while !look(&simulator.transactions()) {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until a fault has struck: the call that it holds is under way.
pub(crate) fn until_struck(simulator: &Simulator) {
    while simulator.struck() == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A server that gives every request the same answer; it ends with the test's process.
pub(crate) fn always(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

/// POSTs one file to a hosted page, as a browser does.
pub(crate) fn upload_by_hand(link: &str, file: &Path) -> String {
    let rest = link.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let boundary = "a-boundary-that-is-in-no-file";
    let mut body = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"page.pdf\"\r\n\
         content-type: application/pdf\r\n\r\n"
    )
    .into_bytes();
    body.extend(std::fs::read(file).unwrap());
    body.extend(format!("\r\n--{boundary}--\r\n").bytes());
    let head = format!(
        "POST /{path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: a browser\r\nconnection: close\r\ncontent-length: {}\r\n\
         content-type: multipart/form-data; boundary={boundary}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}
