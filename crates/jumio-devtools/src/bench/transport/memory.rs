//! What a call takes of memory beyond what the process has anyway: of replies that are too large, too deep or packed (M4), of uploads
//! (T13) and of a download. Processes of their own for each, and the kernel's account of their peaks: the middle one, since what an
//! allocator keeps is chance.

use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use jumio_model::api::{GetDetails, GetPart, UploadDocument};
use jumio_model::endpoint::{BaseUrl, Boundary, FilePart, Segment, Site, UserAgent};
use jumio_model::{AccountId, CredentialId, Media, TransactionToken, WorkflowExecutionId};
use jumio_transport::{CallError, Client, ReqwestTransport, TransportErrorKind};
use tokio::runtime::Runtime;

use super::server::LARGE;
use crate::bench::rounds::{judge, median};

/// What is looked at, and the most MiB that it may take.
const CASES: [(&str, f64); 7] = [
    ("stated", 2.0),
    ("endless", 2.0),
    ("deep", 2.0),
    ("packed", 2.0),
    ("upload", 2.0),
    ("uploads", 24.0),
    ("download", 2.0),
];
const AT_ONCE: u8 = 16;
const PROCESSES: usize = 7;

/// Prints what each takes; says whether all keep to it.
pub(super) fn measure(base: &str) -> Result<bool> {
    let mut kept = true;
    for (case, at_most) in CASES {
        let peaks = (0..PROCESSES).map(|_| peak(case, base)).collect::<Result<Vec<f64>>>()?;
        kept &= judge(&format!("{} memory, MiB: {}", promise(case), what(case)), median(peaks), at_most);
    }
    Ok(kept)
}

/// What it takes in one process, in MiB.
fn peak(case: &str, base: &str) -> Result<f64> {
    let mut program = Command::new(std::env::current_exe()?);
    let output = program.args(["bench", "transport", "memory", case, base]).output()?;
    ensure!(output.status.success(), "{case}: {}", String::from_utf8_lossy(&output.stderr));
    let bytes: f64 = String::from_utf8(output.stdout)?.trim().parse()?;
    Ok(bytes / (1024.0 * 1024.0))
}

fn promise(case: &str) -> &'static str {
    match case {
        "upload" | "uploads" => "T13",
        "download" => "U1",
        _ => "M4",
    }
}

fn what(case: &str) -> &'static str {
    match case {
        "stated" => "a reply that states 64 MB",
        "endless" => "a reply of 64 MB that states no length",
        "deep" => "a reply that is nested 10,000 times",
        "packed" => "a reply that would unpack to 64 MB",
        "upload" => "an upload of 15 MB",
        "uploads" => "16 uploads of 15 MB at once",
        _ => "a download of 15 MB",
    }
}

/// What the process does: prints the bytes.
pub(super) fn run(case: &str, base: &str) -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let file = tempfile::NamedTempFile::new()?;
    std::io::copy(&mut std::io::repeat(b'%').take(LARGE), &mut file.as_file())?;
    let all = || -> Result<()> {
        match case {
            "upload" => upload(&runtime, base, file.path(), LARGE, 1),
            "uploads" => upload(&runtime, base, file.path(), LARGE, AT_ONCE),
            "download" => download(&runtime, base),
            _ => hostile(&runtime, base, case),
        }
    };
    // What is read and set up once does not count.
    let small = tempfile::NamedTempFile::new()?;
    small.as_file().set_len(1000)?;
    upload(&runtime, base, small.path(), 1000, 1)?;
    hostile(&runtime, base, "none")?;
    std::fs::write("/proc/self/clear_refs", "5").context("the kernel does not forget the peak")?;
    let before = account("VmRSS")?;
    all()?;
    println!("{}", account("VmHWM")?.saturating_sub(before));
    Ok(true)
}

fn client(base: &str, folder: &str) -> Result<Client> {
    let site = Site::at(BaseUrl::parse(&format!("{base}{folder}"))?, UserAgent::new("Acme KYC/1.0")?);
    // No token: the server asks for none, and the call is what is looked at.
    Ok(Client::new(site, ReqwestTransport::new()?))
}

/// Each ends in an error that says what is wrong.
fn hostile(runtime: &Runtime, base: &str, case: &str) -> Result<()> {
    let client = client(base, &format!("/{case}"))?;
    let call = GetDetails::new(AccountId::from("a"), WorkflowExecutionId::from("w"));
    match (case, runtime.block_on(client.send(&call))) {
        ("none", Ok(_)) => Ok(()),
        ("deep" | "packed", Err(CallError::Unreadable(_))) => Ok(()),
        ("stated" | "endless", Err(CallError::Transport(error))) if error.kind() == TransportErrorKind::TooLarge => {
            Ok(())
        }
        (_, Err(error)) => bail!("another error than it should be: {error}"),
        (_, Ok(_)) => bail!("no error"),
    }
}

fn upload(runtime: &Runtime, base: &str, file: &Path, length: u64, number: u8) -> Result<()> {
    let client = client(base, "")?;
    runtime.block_on(async {
        let mut all = tokio::task::JoinSet::new();
        for at in 0..number {
            let part = FilePart::new(Segment::file(file, 0, length), Media::Pdf);
            let (token, boundary) = (TransactionToken::new("t"), Boundary::new([at; 16]));
            let call = UploadDocument::new(format!("{base}/parts"), token, part, boundary);
            let client = client.clone();
            all.spawn(async move { client.send(&call).await.map(|_| ()) });
        }
        all.join_all().await.into_iter().collect::<Result<Vec<()>, _>>()?;
        Ok(())
    })
}

fn download(runtime: &Runtime, base: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let part = GetPart::new(AccountId::from("a"), CredentialId::from("c"), "1");
    let path = folder.path().join("picture");
    let downloaded = runtime.block_on(client(base, "/picture")?.download(&part, path))?;
    ensure!(downloaded.bytes == LARGE);
    Ok(())
}

/// A line of the kernel's account of this process, in bytes.
fn account(name: &str) -> Result<u64> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name}"))?;
    let kilobytes = line.trim_start_matches(':').trim().trim_end_matches(" kB");
    Ok(kilobytes.parse::<u64>()? * 1024)
}
