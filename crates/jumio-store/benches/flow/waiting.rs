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

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
}

/// A flow that waits for its person, with the link that they were given.
fn waiting(number: usize) -> Flow {
    let mut flow = Flow::new(Spec::person(load::request(number)));
    let (link, token) = ("l".repeat(180), "t".repeat(430));
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

/// Fills a database in large transactions, then asks what a host asks.
pub(crate) async fn run(path: &Path) {
    let store = Sqlite::open(path, codec()).await.unwrap();
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
    println!("disk of a waiting flow   {bytes:>9.0} B");

    let start = Instant::now();
    let store = Sqlite::open(path, codec()).await.unwrap();
    let owner = Owner::new("bench");
    let early = store.claim_due("bench", &owner, at(1), Duration::from_secs(60)).await.unwrap();
    assert!(early.is_none(), "nothing is due yet");
    println!("opened and asked         {:>9.1} ms: a host needs no more to go on", start.elapsed().as_secs_f64() * 1e3);
    let start = Instant::now();
    let all = store.list(&Filter::all().unfinished()).await.unwrap().len();
    println!("all {all} states read {:>9.1} ms", start.elapsed().as_secs_f64() * 1e3);
    let start = Instant::now();
    for _ in 0..DUE {
        store.claim_due("bench", &owner, at(100_000), Duration::from_secs(60)).await.unwrap().unwrap();
    }
    println!("1 000 due flows claimed  {:>9.1} ms, each durably", start.elapsed().as_secs_f64() * 1e3);
}
