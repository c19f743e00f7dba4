//! Every kind of flow under kills, takeovers and an upgrade, at moments of a seed.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::Utc;
use jumio_flow::FlowStore;
use jumio_flow::machine::read_version_to_come;

use crate::kinds::{self, Kind};
use crate::place::Place;
use crate::scene::{FLOWS, Scene};
use crate::seed::Seed;
use crate::worker::{LONG_LEASE, SHORT_LEASE, Version, Worker, be_a_worker, read_all_versions};

/// How many kinds are under way at once: most of the time of each is waiting for a lease to run out.
const LANES: usize = 6;
/// The same where no processes have to start.
const LANES_OF_THREADS: usize = 12;
/// After so many looks without a move a victim is killed at rest: it may have nothing that it can read.
const AT_REST: usize = 15;

/// How many kills there are in all, and of which seed; a kill for each kind where nothing is said.
const KILLS: &str = "JUMIO_KILLS";
const SEED: &str = "JUMIO_KILLS_SEED";

/// Runs every kind of flow on the store that `open` opens, by worker processes that are killed with `SIGKILL` at moments of a
/// seed and taken over by others. Panics where a step is lost, a call that may happen only once is made twice, or a flow ends in
/// any way but its own; parked as unknown may be who was killed within a call that must not be repeated.
///
/// The workers are the calling test, run again: `test` is its whole name, as `cargo test -- --list` has it, and in such a process
/// this function works until it is killed. So the test must come here at once, whatever process it is in, and keep nothing of
/// its own between them; `open` gives the same store for the same place in all of them, and in one beside another.
///
/// After the first kill of each kind, while others work on, `upgrade` brings the store's tables to those of a version to come that
/// only adds to them; a store without tables does nothing there. From the beginning some workers are of a version to come, which
/// saves states that today's must leave alone, beside others of today.
///
/// `JUMIO_KILLS` is the number of kills in all, `JUMIO_KILLS_SEED` another seed; without them it is a moment's worth. On a system
/// without signals a process is killed as that system does it.
pub fn survive_kills<S: FlowStore + 'static>(
    test: &str,
    open: impl AsyncFn(&Place) -> Arc<S> + Sync,
    upgrade: impl AsyncFn(&Place) + Sync,
) {
    be_a_worker(&open);
    read_version_to_come(); // looking on, on whatever thread the store reads
    let start = |place: &Place, _: &Arc<S>, simulator: &str, version, lease| {
        Worker::process(test, place, simulator, version, lease)
    };
    survive(LANES, &open, &start, &upgrade);
}

/// As [`survive_kills`], for a store that lives in one process, and whose handle is the same for all. Its workers are threads with
/// a runtime of their own, which is dropped: every task of the worker ends at the `await` where it stands, and no lease is given
/// back. That is all of a kill that a process can do to a part of itself. What the store loses with its process it does not show,
/// nor what a call leaves half done that never waits.
///
/// A worker of the version to come is told by its thread: a store that saves states on another one is run by today's workers
/// alone.
pub fn survive_drops<S: FlowStore + 'static>(open: impl AsyncFn(&Place) -> Arc<S> + Sync) {
    let start = |_: &Place, store: &Arc<S>, simulator: &str, version, lease| {
        Worker::thread(Arc::clone(store), simulator, version, lease)
    };
    survive(LANES_OF_THREADS, &open, &start, &async |_: &Place| {});
}

fn number<N: std::str::FromStr>(variable: &str, otherwise: N) -> N {
    std::env::var(variable).ok().and_then(|number| number.parse().ok()).unwrap_or(otherwise)
}

#[allow(clippy::print_stdout, reason = "a long run says what it did")]
fn survive<S: FlowStore + 'static>(
    lanes: usize,
    open: &(impl AsyncFn(&Place) -> Arc<S> + Sync),
    start: &(impl Fn(&Place, &Arc<S>, &str, Version, Duration) -> Worker + Sync),
    upgrade: &(impl AsyncFn(&Place) + Sync),
) {
    let seed = number(SEED, 1);
    let kinds = kinds::all();
    let kills = number(KILLS, kinds.len()).div_ceil(kinds.len());
    let folder = tempfile::tempdir().unwrap();
    let run = format!("run{}_{}", Utc::now().timestamp_millis(), std::process::id());
    let (next, flows) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let lane = || {
        read_all_versions();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(kind) = kinds.get(number) else { return };
            let survival =
                Survival { kind, name: format!("{run}_{number}"), folder: folder.path(), open, start, upgrade };
            let ended = runtime.block_on(survival.run(kills, Seed::of(seed, number)));
            flows.fetch_add(ended, Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
        for lane in lanes {
            lane.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
    // For who reads the output of a long run.
    println!("{} kills, {} flows, seed {seed}", kills * kinds.len(), flows.into_inner());
}

/// One kind of flow, and how its workers come to be.
struct Survival<'a, O, W, U> {
    kind: &'a Kind,
    name: String,
    folder: &'a Path,
    open: &'a O,
    start: &'a W,
    upgrade: &'a U,
}

impl<S: FlowStore + 'static, O, W, U> Survival<'_, O, W, U>
where
    O: AsyncFn(&Place) -> Arc<S>,
    W: Fn(&Place, &Arc<S>, &str, Version, Duration) -> Worker,
    U: AsyncFn(&Place),
{
    /// Killed so many times; how many flows that took.
    async fn run(&self, kills: usize, mut seed: Seed) -> usize {
        let (mut left, mut round) = (kills, 0);
        // Flows end before so many kills: then others begin.
        while left > 0 {
            left -= self.round(round, left, &mut seed).await;
            round += 1;
        }
        round * FLOWS
    }

    /// Flows of this kind from their beginning to their end, killed so many times at most; how often they were.
    async fn round(&self, round: usize, most: usize, seed: &mut Seed) -> usize {
        let name = format!("{}_{round}", self.name);
        let place = Place::new(name.clone(), self.folder.join(name));
        std::fs::create_dir(place.folder()).unwrap();
        let store = (self.open)(&place).await;
        let mut scene = Scene::set(self.kind.clone(), Arc::clone(&store)).await;
        let told = scene.told();
        let worker = |version, lease| (self.start)(&place, &store, &told, version, lease);
        let (mut kills, mut is_settled) = (0, false);
        while kills < most && !is_settled {
            let version = if seed.below(2) == 0 { Version::Today } else { Version::ToCome };
            let victim = worker(version, SHORT_LEASE);
            if kills == 1 {
                (self.upgrade)(&place).await;
            }
            is_settled = scene.watch(&[&victim], (1 + seed.below(5), AT_REST)).await;
            drop(victim);
            scene.killed_at = Some(Utc::now());
            kills += 1;
        }
        // Two at once take over what is left, one of each version.
        let heirs = [worker(Version::Today, LONG_LEASE), worker(Version::ToCome, LONG_LEASE)];
        if kills == 1 {
            (self.upgrade)(&place).await;
        }
        assert!(
            scene.watch(&heirs.each_ref(), (usize::MAX, usize::MAX)).await,
            "{}: not all flows ended",
            self.kind.name
        );
        scene.check().await;
        kills
    }
}
