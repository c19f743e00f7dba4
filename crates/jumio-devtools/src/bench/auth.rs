//! `bench auth`: what it costs to have a token at hand, beside locks around an `Option` (T6, T7), and what a herd of callers
//! without one does to the token service (T8).

mod herd;
mod looks;

use anyhow::{Result, bail};

use self::looks::{Look, Subject};
use super::counts;
use super::rounds::{judge, show};

/// Runs the benchmark; says whether the promises are kept. `loop LOOK TIMES` is what valgrind runs.
pub(super) fn run(words: &[&str]) -> Result<bool> {
    match words {
        [] => all(),
        ["loop", look, times] => {
            let subject = Subject::new()?;
            let look = Look::named(look)?;
            look.repeat(&subject, times.parse()?);
            Ok(true)
        }
        _ => bail!("`bench auth` takes no more words"),
    }
}

fn all() -> Result<bool> {
    println!("ns of processor time for each look, by the number of threads that look");
    let times = looks::times()?;
    for (look, by_threads) in &times {
        let columns: Vec<String> =
            by_threads.iter().map(|(threads, nanoseconds)| format!("{threads}: {nanoseconds:>8.1}")).collect();
        println!("  {:<18}{}", look.name(), columns.join("   "));
    }
    let mut kept = true;
    for look in [Look::Fresh, Look::Peek] {
        let counts = counts::measure(&["auth", "loop", look.name()])?;
        println!("  {:<18}{} instructions, {} allocations", look.name(), counts.instructions, counts.allocations);
        kept &= judge(&format!("{} allocations", look.name()), counts.allocations as f64, 0.0);
    }
    let found = |wanted: Look, threads: usize| {
        let row = times.iter().find(|(look, _)| *look == wanted).map(|(_, row)| row);
        row.and_then(|row| row.iter().find(|(number, _)| *number == threads)).map_or(f64::NAN, |(_, time)| *time)
    };
    for threads in looks::THREADS {
        show(&format!("T6 a look, ns, {threads} threads"), found(Look::Fresh, threads), "10");
    }
    show("T7 a look with the header, ns, 1 thread", found(Look::Peek, 1), "25");
    show("T7 a look with the header, ns, 8 threads", found(Look::Peek, 8), "60");
    for threads in looks::THREADS {
        let floor = found(Look::Fresh, threads) + found(Look::Clone, threads);
        let name = format!("a look with the header, {threads} threads, in a look and a clone of a thread's own header");
        show(&name, found(Look::Peek, threads) / floor, "none");
    }
    show(
        "a look with the header, 8 threads, in looks through std's RwLock",
        found(Look::Peek, 8) / found(Look::RwLock, 8),
        "1.00",
    );
    kept &= herd::measure()?;
    Ok(kept)
}
