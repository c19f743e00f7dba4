//! Flows that only wait: how much disk each takes, how long it takes to find all of them after a start, and the due ones.

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use jumio_flow::machine::{Done, Event, Flow, Reply, Spec, step};
use jumio_flow::{Filter, FlowKey, FlowStore as _, NewFlow, Owner};
use jumio_model::Raw;
use jumio_store::Sqlite;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::{codec, load};

const WAITING: usize = 100_000;
const DUE: usize = 1_000;
const LEASE: Duration = Duration::from_secs(60);

const MOST_DISK: f64 = 1_229.0;
const MOST_MEMORY: f64 = 64.0;
const MOST_RECOVERY: f64 = 500.0;
/// Each is taken on its own, by whichever host asks: no batch is read that another host then takes.
const MOST_NEXT: f64 = 5.0;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
}

/// Text that nothing makes smaller than its 6 bits a letter, as a token is.
fn noise(seed: usize, length: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut state = seed as u64;
    let letter = |_| {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        char::from(LETTERS[(mixed >> 58) as usize])
    };
    (0..length).map(letter).collect()
}

/// A flow that waits for its person, with the link that they were given.
fn waiting(number: usize) -> Flow {
    let mut flow = Flow::new(Spec::person(load::request(number)));
    let (link, token) = (noise(number, 180), noise(!number, 430));
    let reply = format!(
        r#"{{"account":{{"id":"a"}},"web":{{"href":"{link}"}},"sdk":{{"token":"{token}"}},
            "workflowExecution":{{"id":"w-{number}","credentials":[]}}}}"#
    );
    let id = flow.pending().unwrap().id;
    step(&mut flow, Event::Begin { id }, at(0));
    let reply = Reply::Opened(Box::new(Raw::read(&reply).unwrap()));
    step(&mut flow, Event::Done { id, done: Done::Succeeded(reply) }, at(0));
    flow
}

/// Fills a database in large transactions, then asks what a host asks; whether the targets are met.
pub(crate) async fn run(path: &Path) -> bool {
    let store = Sqlite::open(path, codec()).await.unwrap();
    store.bind_site("bench", "none").await.unwrap();
    let mut own = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    let start = Instant::now();
    for thousand in 0..WAITING / 1_000 {
        sqlx::query("BEGIN IMMEDIATE").execute(&mut own).await.unwrap();
        for number in thousand * 1_000..(thousand + 1) * 1_000 {
            let new = NewFlow::new(FlowKey::new(number.to_string()), "bench", waiting(number));
            store.start_in(&mut own, new, at(0)).await.unwrap();
        }
        sqlx::query("COMMIT").execute(&mut own).await.unwrap();
    }
    println!(
        "100 000 waiting flows are added by `start_in`, 1 000 in a transaction, in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    own.close().await.unwrap();
    store.close().await.unwrap();
    let bytes = std::fs::metadata(path).unwrap().len() as f64 / WAITING as f64;

    let before = resident();
    let start = Instant::now();
    let store = Sqlite::open(path, codec()).await.unwrap();
    let owner = Owner::new("bench");
    let early = store.claim_due("bench", &owner, at(1), LEASE).await.unwrap();
    assert!(early.is_none(), "nothing is due yet");
    let recovered = start.elapsed().as_secs_f64();
    let memory = (resident() - before).max(0.0) / WAITING as f64;
    let start = Instant::now();
    for _ in 0..DUE {
        store.claim_due("bench", &owner, at(100_000), LEASE).await.unwrap().unwrap();
    }
    let claimed = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let all = store.list(&Filter::all().unfinished()).await.unwrap().len();
    println!("all {all} states read and opened in {:.1} s, which no host needs", start.elapsed().as_secs_f64());
    let met = [
        judge("disk of a waiting flow, in B", bytes, MOST_DISK),
        judge("memory of a waiting flow after a start, in B", memory, MOST_MEMORY),
        judge("from opening 100 000 flows to knowing what is due, in ms", recovered * 1e3, MOST_RECOVERY),
        judge("finding, opening and taking the next due flow, in ms", claimed * 1e3 / DUE as f64, MOST_NEXT),
    ];
    !met.contains(&false)
}

fn judge(what: &str, found: f64, most: f64) -> bool {
    let met = found <= most;
    println!("{} {what}: {found:.2}, at most {most}", if met { "ok    " } else { "MISSED" });
    met
}

/// What the kernel says that this process has in memory, in bytes.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() * 1024.0
}
