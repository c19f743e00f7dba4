//! Uploads are never kept in memory: 250 MB of them hardly show in the program's size.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::client::{Client, order, pdf_of};

/// Just below the limit of a document; seventeen of them are 250 MB.
const SIZE: usize = 15_000_000;
const DOCUMENTS: usize = 17;
/// Far less than a quarter of what is sent, and more than the buffers of one connection.
const MOST_KIB: u64 = 48 * 1024;

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The most that the process ever had in memory, in KiB.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn uploads_are_not_kept_in_memory() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_jumio-simulator"))
        .args(["--port", "0", "--json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let running = Running(child);
    let ready: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let text = |name: &str| ready[name].as_str().unwrap().to_owned();
    let client = Client::new(&text("baseUrl"), &text("clientId"), &text("clientSecret"));

    let document = pdf_of(1, SIZE);
    let before = peak(running.0.id());
    for _ in 0..DOCUMENTS {
        let started = client.create(&order());
        assert_eq!(started.upload(&document).status, 200);
    }
    let grown = peak(running.0.id()) - before;
    assert!(grown < MOST_KIB, "{grown} KiB for {} MB of uploads", SIZE * DOCUMENTS / 1_000_000);
}
