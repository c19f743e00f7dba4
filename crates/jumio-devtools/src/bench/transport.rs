//! `bench transport`: what a call costs beside what people write by hand with reqwest (T9, T10), what of it is our own work
//! (T12), and how fast a large upload goes beside one from memory and beside the kernel alone (T13), and what
//! both and hostile replies take of memory (T13, M4). The server is another process, so that only the client counts.

mod calls;
mod memory;
mod own;
mod server;
mod upload;

use anyhow::{Result, bail};

use self::calls::{Call, Caller};
use super::counts::{self, Counts};
use super::machine::pinned;
use super::rounds::{judge, show};

/// T9: beyond what the call by hand allocates.
const EXTRA_ALLOCATIONS: f64 = 6.0;
/// T12.
const OWN_ALLOCATIONS: f64 = 6.0;

/// Runs the benchmark; says whether the promises are kept. With words it is one of its own processes.
pub(super) fn run(words: &[&str]) -> Result<bool> {
    match words {
        [] => all(),
        ["server", rest @ ..] => server::serve(rest.first().copied()),
        ["memory", case, url] => memory::run(case, url),
        ["loop", "own", times] => own::repeat(times.parse()?),
        ["loop", call, url, times] => {
            let caller = Caller::new(Call::named(call)?, url)?;
            caller.repeat(times.parse()?)?;
            Ok(true)
        }
        _ => bail!("`bench transport` takes no more words"),
    }
}

fn all() -> Result<bool> {
    let server = server::Process::start(Some(1))?;
    let counted = Call::ALL.map(|call| {
        Ok::<_, anyhow::Error>((call, counts::measure(&["transport", "loop", call.name(), server.url()])?))
    });
    let counted: Vec<(Call, Counts)> = counted.into_iter().collect::<Result<_>>()?;
    let times = pinned(0, || calls::times(&server))??;
    for ((call, counts), time) in counted.iter().zip(&times) {
        println!(
            "  {:<20}{:>9} instructions {:>4} allocations {:>7.1} µs CPU {:>7.1} µs wall; of 32 at once {:>5.1} µs CPU {:>7.0} calls/s",
            call.name(),
            counts.instructions,
            counts.allocations,
            time.cpu * 1e6,
            time.wall * 1e6,
            time.busy_cpu * 1e6,
            time.per_second,
        );
    }
    let count = |wanted: Call| counted.iter().find(|(call, _)| *call == wanted).map(|(_, counts)| *counts);
    let time = |wanted: Call| Call::ALL.iter().zip(&times).find(|(call, _)| **call == wanted).map(|(_, time)| time);
    let mut kept = true;
    if let (Some(ours), Some(by_hand), Some(value)) = (count(Call::Ours), count(Call::ByHand), count(Call::Value)) {
        let extra = ours.allocations as f64 - by_hand.allocations as f64;
        kept &= judge("T9 allocations beyond those by hand", extra, EXTRA_ALLOCATIONS);
        kept &= judge("T9 instructions, in those by hand", ours.instructions as f64 / by_hand.instructions as f64, 1.0);
        kept &=
            judge("T10 instructions, in those of `Value`", ours.instructions as f64 / value.instructions as f64, 1.0);
    }
    if let (Some(ours), Some(onion), Some(value)) = (time(Call::Ours), time(Call::Onion), time(Call::Value)) {
        // A client that waits for each call pays for waking up, on some virtual machines more than for the call; a busy one does not.
        show("T9 CPU of a call alone and of waking up, in that by hand", ours.cpu_ratio, "1.00");
        show("T9 CPU of 32 calls at once, in that by hand", ours.busy_cpu_ratio, "1.00");
        show("T9 wall, in that by hand", ours.wall_ratio, "1.03");
        show("T9 calls/s, in those by hand", ours.per_second_ratio, "0.97 and more");
        show("T10 calls/s, in those of `Value`", ours.per_second_ratio / value.per_second_ratio, "1.05 and more");
        show("the whole onion: CPU, in that by hand", onion.cpu_ratio, "none");
    }
    kept &= own_work()?;
    // Here the threads of the client need both processors.
    let server = server::Process::start(None)?;
    upload::measure(server.url())?;
    Ok(kept & memory::measure(server.url())?)
}

fn own_work() -> Result<bool> {
    let counts = counts::measure(&["transport", "loop", "own"])?;
    println!("  our own work: {} instructions, {} allocations", counts.instructions, counts.allocations);
    show("T12 our own work, ns", own::nanoseconds()?, "600");
    Ok(judge("T12 allocations of our own work", counts.allocations as f64, OWN_ALLOCATIONS))
}
