//! A host that runs for long: its memory and its open files do not grow with what it has done. `cargo xtask soak leak` runs a
//! hundred thousand flows and a million calls, CI a moment's worth.
//!
//! What decides is the memory that is in use, counted byte by byte as it is taken and given back. What the kernel counts takes in
//! SQLite's own and whatever gaps the allocator keeps, which grow for a while though nothing is left behind: it has a wide bound.
#![cfg(all(feature = "sqlite", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::alloc::System;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::Bytes;
use cap::Cap;
use http::{Request, Response};
use jumio_auth::Credentials;
use jumio_flow::machine::{Ending, Flow, Policy, Spec};
use jumio_flow::{Connection, FlowKey, Flows, NewFlow, PlainText};
use jumio_model::endpoint::{Body, Region, Site, UserAgent};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType};
use jumio_store::Sqlite;
use jumio_transport::FnTransport;

/// How many flows there are in all: `cargo xtask soak` says so.
const FLOWS: &str = "JUMIO_FLOWS";
const A_MOMENTS_WORTH: usize = 90;
/// So many samples in the time of all flows.
const SAMPLES: usize = 100;
/// So many looks find nothing, so that a flow takes ten calls.
const LOOKS: usize = 7;
/// What may be in use at the end beyond what was when all was warm, in bytes; less than what ten bytes left behind by each flow of
/// a moment's worth would be.
const IN_USE_MORE: usize = 256;
/// The least of so many samples counts, of the first and of the last: at one moment another thread may hold something.
const COMPARED: usize = 10;
/// What the allocator and SQLite may take and not give back; less than what four bytes left behind by each flow of a soak would be.
/// In four soaks it was 8 to 32 KiB.
const RESIDENT_MORE: u64 = 256 * 1024;
/// With fewer flows SQLite is still filling its cache of pages.
const SETTLED: usize = 10_000;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// What the process has at one moment.
struct Sample {
    in_use: usize,
    resident: u64,
    open_files: usize,
}

impl Sample {
    fn take() -> Self {
        Self { in_use: MEMORY.allocated(), resident: resident(), open_files: open_files() }
    }
}

#[derive(Default)]
struct Jumio {
    calls: AtomicUsize,
    opened: AtomicUsize,
    looks: Mutex<HashMap<String, usize>>,
}

impl Jumio {
    fn answer(&self, request: &Request<Body>) -> String {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let path = request.uri().path();
        if path == "/oauth2/token" {
            return r#"{"access_token":"t","expires_in":3600,"token_type":"Bearer"}"#.to_owned();
        }
        if path == "/api/v1/accounts" {
            let number = self.opened.fetch_add(1, Ordering::Relaxed);
            return format!(
                r#"{{"account":{{"id":"a{number}"}},"web":{{"href":"https://web.example/?authorizationToken=t"}},
                "workflowExecution":{{"id":"w{number}","credentials":[]}}}}"#
            );
        }
        let execution = path.split('/').find(|piece| piece.starts_with('w') && piece[1..].parse::<usize>().is_ok());
        let execution = execution.unwrap_or_else(|| panic!("no such call: {path}"));
        if path.ends_with("/status") {
            let mut looks = self.looks.lock().unwrap();
            let looked = looks.entry(execution.to_owned()).or_default();
            *looked += 1;
            let status = if *looked > LOOKS { "PROCESSED" } else { "INITIATED" };
            return format!(
                r#"{{"account":{{"id":"a"}},"workflowExecution":{{"id":"{execution}","status":"{status}"}}}}"#
            );
        }
        self.looks.lock().unwrap().remove(execution);
        format!(
            r#"{{"workflow":{{"id":"{execution}","status":"PROCESSED"}},"account":{{"id":"a"}},"decision":{{"type":"PASSED"}}}}"#
        )
    }
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

fn impatient() -> Policy {
    let mut policy = Policy::default();
    (policy.person, policy.idle, policy.result) = (vec![0], vec![0], vec![0]);
    policy
}

/// Proves B1.
#[tokio::test]
#[allow(clippy::print_stdout, reason = "a long run says what it did")]
async fn nothing_grows_with_what_was_done() {
    let in_all = std::env::var(FLOWS).ok().map_or(A_MOMENTS_WORTH, |number| number.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("flows.db"), PlainText::new()).await.unwrap();
    let jumio = Arc::new(Jumio::default());
    let service = Arc::clone(&jumio);
    let transport = FnTransport(move |request: Request<Body>| {
        let reply = Response::new(Bytes::from(service.answer(&request)));
        async { Ok(reply) }
    });
    let site = Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0").unwrap());
    let connection = Connection::over(transport, site, Credentials::new("id", "secret").unwrap());
    let flows = Flows::builder(connection.effects()).store(store).profile("leak").build().unwrap();

    let mut samples = Vec::with_capacity(2 * SAMPLES);
    let (start, warm) = (Instant::now(), in_all / 3);
    for number in 0..in_all {
        let reference = CustomerInternalReference::new("order-17").unwrap();
        let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
        let key = FlowKey::new(format!("flow-{number}"));
        let spec = Spec::person(request).with_policy(impatient());
        flows.start(NewFlow::new(key.clone(), "leak", Flow::new(spec))).await.unwrap();
        let record = flows.drive(&key).await.unwrap();
        assert!(matches!(record.flow.ending(), Some(Ending::Decided { .. })), "{:?}", record.flow);
        if number >= warm && number % (in_all / SAMPLES).max(1) == 0 {
            samples.push(Sample::take());
        }
    }

    let calls = jumio.calls.load(Ordering::Relaxed);
    assert!(calls > (LOOKS + 2) * in_all, "{calls}");
    let (first, last) = (&samples[0], &samples[samples.len() - 1]);
    assert!(samples.len() >= 2 * COMPARED, "too few flows to compare the first with the last");
    let least = |some: &[Sample]| some.iter().map(|sample| sample.in_use).min().unwrap();
    let (before, after) = (least(&samples[..COMPARED]), least(&samples[samples.len() - COMPARED..]));
    let in_use = after.saturating_sub(before);
    let resident = last.resident.saturating_sub(first.resident);
    println!(
        "{in_all} flows, {calls} calls in {:?}: {} bytes in use, {in_use} more than once it was warm; {} KiB resident, {} more",
        start.elapsed(),
        after,
        last.resident / 1024,
        resident / 1024,
    );
    assert!(in_use <= IN_USE_MORE, "{in_use} bytes in use more than once it was warm");
    assert!(samples.iter().all(|sample| sample.open_files == first.open_files), "open files come and go");
    if in_all >= SETTLED {
        assert!(resident <= RESIDENT_MORE, "{} KiB resident more than once it was warm", resident / 1024);
    }
}
