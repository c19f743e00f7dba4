//! Thousands of flows under a seed: the real host over the in-memory store, a Jumio that exists in memory only, time that
//! passes only when everybody waits, and kills, lost answers, refusals and callbacks wherever the seed puts them.
//!
//! A seed that fails is printed. `JUMIO_SEED=17 cargo test -p jumio-flow --test simulation` runs that one again, and
//! `JUMIO_RUNS=100000` runs more of them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod dice;
mod timers;
mod world;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use jumio_flow::machine::{By, Ending, Flow, Keep, Page, Plan, Resolution, Spec};
use jumio_flow::{CallbackKey, FlowKey, Flows, FlowsBuilder, Hint, HintAddress, MemoryStore, NewFlow};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Media, WorkflowStatus};

use dice::Dice;
use world::{Jumio, World};

/// What CI has time for without optimising; with `--release` thousands take seconds.
const RUNS: u64 = 600;

/// Proves F1
#[test]
fn whatever_dies_nothing_is_lost_or_repeated() {
    let set = |name| std::env::var(name).ok().map(|number| number.parse::<u64>().unwrap());
    let seeds = set("JUMIO_SEED").map_or(0..set("JUMIO_RUNS").unwrap_or(RUNS), |seed| seed..seed + 1);
    for seed in seeds {
        let run = std::panic::catch_unwind(|| {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
            runtime.block_on(run(seed));
        });
        assert!(run.is_ok(), "failed under this seed: JUMIO_SEED={seed} cargo test -p jumio-flow --test simulation");
    }
}

/// Proves C10.
/// Nobody ever calls back: every flow ends, and no transaction is asked for more often than the schedule of a result says.
#[test]
fn without_any_callback_every_flow_ends_by_looking() {
    for seed in 0..60 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let mut dice = Dice::new(seed);
            let mut spec = spec(&mut dice);
            spec.keep = None;
            let is_person = matches!(spec.plan, Plan::Person);
            let world = Arc::new(Mutex::new(World::new(spec.clone(), dice.fork()).on_a_good_day()));
            let began = tokio::time::Instant::now();
            let start = DateTime::from_timestamp(1_750_000_000, 0).unwrap();
            let clock = move || start + TimeDelta::from_std(began.elapsed()).unwrap();
            let flows = Flows::builder(Jumio(Arc::clone(&world))).clock(clock).build().unwrap();
            let key = FlowKey::new("flow");
            flows.start(NewFlow::new(key.clone(), "", Flow::new(spec))).await.unwrap();
            let flow = flows.drive(&key).await.unwrap().flow;
            let world = world.lock().unwrap();
            world.judge(&flow);
            let opened = 1 + flow.replaced().len();
            // A person takes some of them.
            let most = if is_person { 13 } else { 10 };
            assert!(world.looks <= most * opened, "seed {seed}: {} looks at {opened} transactions", world.looks);
        });
    }
}

fn spec(dice: &mut Dice) -> Spec {
    let reference = CustomerInternalReference::new("order-17").unwrap();
    let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let mut spec = if dice.one_in(3) {
        Spec::person(request)
    } else {
        let pages = (0..dice.below(3) + 1).map(|_| Page::new("page.pdf", Media::Pdf, 7, [1; 32]));
        Spec::upload(request, pages.collect()).unwrap()
    };
    spec.policy.restarts = u32::try_from(dice.below(2)).unwrap();
    spec.policy.repeat_unknown_account = dice.one_in(3);
    if dice.one_in(2) {
        spec = spec.keeping(Keep::parts("/kept").then_erase());
    }
    spec
}

async fn run(seed: u64) {
    let mut dice = Dice::new(seed);
    let spec = spec(&mut dice);
    let world = Arc::new(Mutex::new(World::new(spec.clone(), dice.fork())));
    let store = Arc::new(MemoryStore::new());
    let began = tokio::time::Instant::now();
    let start = DateTime::from_timestamp(1_750_000_000, 0).unwrap();
    let clock = move || start + TimeDelta::from_std(began.elapsed()).unwrap();
    let host = || -> Flows {
        let builder: FlowsBuilder = Flows::builder(Jumio(Arc::clone(&world))).store(Arc::clone(&store)).clock(clock);
        builder.build().unwrap()
    };
    let (key, callback_key) = (FlowKey::new("flow"), CallbackKey::from_url("5ecre7"));
    host().start(NewFlow::new(key.clone(), "", Flow::new(spec)).with_callback_key(callback_key.clone())).await.unwrap();

    // At most so many kills, so that every flow gets somewhere.
    let mut kills = dice.below(6);
    loop {
        let flows = host();
        // Somebody resumes what stalled: tries that provably did nothing were spent.
        let driving = async {
            flows.resume(&key, &By::new("clerk", "goes on")).await?;
            flows.drive(&key).await
        };
        let trouble = async {
            if kills == 0 {
                std::future::pending::<()>().await;
            }
            for knock in 0..dice.below(3) {
                tokio::time::sleep(Duration::from_millis(dice.below(40_000))).await;
                let told = world.lock().unwrap().callback(&mut dice);
                if let Some((attempt, account, execution, status)) = told {
                    let address = HintAddress::Key(callback_key.clone());
                    let identity = format!("{kills} {knock}");
                    let hint = Hint::new(address, Some(WorkflowStatus::from(status.as_str())), identity)
                        .naming(Some(account), Some(execution))
                        .by_attempt(attempt);
                    flows.deliver(&hint).await.unwrap();
                }
            }
            tokio::time::sleep(Duration::from_millis(dice.below(90_000))).await;
        };
        tokio::select! {
            record = driving => {
                let flow = record.unwrap().flow;
                match flow.ending() {
                    Some(Ending::AccountUnknown { .. }) if kills > 0 => {
                        kills -= 1;
                        let by = By::new("clerk", "looked it up");
                        let resolution = world.lock().unwrap().looked_up();
                        flows.resolve(&key, resolution, &by).await.unwrap();
                    }
                    Some(Ending::UploadUnknown { .. }) if kills > 0 => {
                        kills -= 1;
                        world.lock().unwrap().allowed += 1;
                        flows.resolve(&key, Resolution::OpenAnother, &By::new("clerk", "pays")).await.unwrap();
                    }
                    _ if flow.stalled().is_some() => {}
                    _ => {
                        world.lock().unwrap().judge(&flow);
                        return;
                    }
                }
            }
            () = trouble => {
                kills -= 1;
                flows.kill_calls(); // the host dies here
            }
        }
    }
}
