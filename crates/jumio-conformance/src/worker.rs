//! Workers, and how they die: a process by `SIGKILL`, a thread of this process by being dropped where it stands.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use jumio_flow::machine::{read_version_to_come_here, write_version_to_come, write_version_to_come_here};
use jumio_flow::{FlowStore, Flows, Progress, connect};
use tokio::sync::oneshot;

use crate::flows::site_and_credentials;
use crate::place::Place;

pub(crate) const PROFILE: &str = "kills";
/// As short as a host allows: after each kill the next one waits for it.
pub(crate) const SHORT_LEASE: Duration = Duration::from_secs(1);
/// Of those who live on: one whom a busy machine starves for a moment must not lose a call that is under way to the other.
pub(crate) const LONG_LEASE: Duration = Duration::from_secs(15);

/// What a worker process is told, by its environment.
const NAME: &str = "JUMIO_CONFORMANCE_STORE";
const FOLDER: &str = "JUMIO_CONFORMANCE_FOLDER";
const SIMULATOR: &str = "JUMIO_CONFORMANCE_SIMULATOR";
/// In seconds.
const LEASE: &str = "JUMIO_CONFORMANCE_LEASE";
/// Has it play the version to come: it writes states that today's workers leave alone.
const NEXT: &str = "JUMIO_CONFORMANCE_NEXT";

/// What a worker process says, each on a line of its own.
const BEGAN: &str = "jumio-conformance: a worker begins";
const MOVED: &str = "jumio-conformance: a flow moved";

/// Of which version a worker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    Today,
    ToCome,
}

/// A worker, and the moves that it tells of. Dropped, it is killed.
pub(crate) struct Worker {
    life: Life,
    moves: Receiver<()>,
}

enum Life {
    Process(Child),
    Thread { stop: Option<oneshot::Sender<()>>, thread: Option<JoinHandle<()>> },
}

impl Worker {
    /// This same test program again, which runs the named test alone.
    pub(crate) fn process(test: &str, place: &Place, simulator: &str, version: Version, lease: Duration) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", test, "--nocapture"]);
        command.env(NAME, place.name()).env(FOLDER, place.folder()).env(SIMULATOR, simulator);
        command.env(LEASE, lease.as_secs().to_string());
        if version == Version::ToCome {
            command.env(NEXT, "1");
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let began = lines.by_ref().any(|line| line == BEGAN);
        assert!(
            began,
            "no worker began: the test program has no test `{test}`, or it does not come to `survive_kills`"
        );
        let (sender, moves) = channel();
        std::thread::spawn(move || {
            for _ in lines.filter(|line| line == MOVED) {
                if sender.send(()).is_err() {
                    return;
                }
            }
        });
        Self { life: Life::Process(child), moves }
    }

    /// A thread with a runtime of its own.
    pub(crate) fn thread(
        store: Arc<impl FlowStore + 'static>,
        simulator: &str,
        version: Version,
        lease: Duration,
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (sender, moves) = channel();
        let simulator = simulator.to_owned();
        let thread = std::thread::spawn(move || {
            if version == Version::ToCome {
                write_version_to_come_here();
            }
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    biased;
                    _ = stopped => {}
                    () = work(store, &simulator, lease, move || tell(&sender)) => {}
                }
            });
            // Every task of it ends at the await where it stands.
            drop(runtime);
        });
        Self { life: Life::Thread { stop: Some(stop), thread: Some(thread) }, moves }
    }

    /// How many moves it told of since it was asked last, after so long a wait for the first.
    pub(crate) fn moves(&self, wait: Duration) -> usize {
        match self.moves.recv_timeout(wait) {
            Ok(()) => 1 + self.moves.try_iter().count(),
            Err(RecvTimeoutError::Timeout) => 0,
            Err(RecvTimeoutError::Disconnected) => panic!("a worker ended by itself; what it says is above"),
        }
    }
}

/// Where nobody listens, the worker is about to be killed.
fn tell(moves: &Sender<()>) {
    let _ = moves.send(());
}

impl Drop for Worker {
    fn drop(&mut self) {
        match &mut self.life {
            // SIGKILL, where there is such a thing: nothing of it runs any more.
            Life::Process(child) => {
                let _ = child.kill();
                let _ = child.wait();
            }
            Life::Thread { stop, thread } => {
                drop(stop.take());
                if let Some(thread) = thread.take() {
                    let _ = thread.join();
                }
            }
        }
    }
}

/// The looker's part: from here on this thread reads what either version writes.
pub(crate) fn read_all_versions() {
    read_version_to_come_here();
}

/// In a worker process: works on the store until it is killed. Anywhere else, nothing.
pub(crate) fn be_a_worker<S: FlowStore + 'static>(open: &impl AsyncFn(&Place) -> Arc<S>) {
    let Ok(name) = std::env::var(NAME) else { return };
    let place = Place::new(name, PathBuf::from(std::env::var_os(FOLDER).unwrap()));
    let simulator = std::env::var(SIMULATOR).unwrap();
    let lease = Duration::from_secs(std::env::var(LEASE).unwrap().parse().unwrap());
    if std::env::var_os(NEXT).is_some() {
        write_version_to_come();
    }
    say(BEGAN);
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        work(open(&place).await, &simulator, lease, || say(MOVED)).await;
    });
}

fn say(what: &str) {
    // On a line of its own, whatever the test's own output has begun. Where nobody listens, the test is over.
    let mut out = std::io::stdout().lock();
    if writeln!(out, "\n{what}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Runs flows for ever, and tells of each move.
async fn work(
    store: Arc<impl FlowStore + 'static>,
    simulator: &str,
    lease: Duration,
    moved: impl Fn() + Send + 'static,
) {
    let [url, id, secret] = simulator.split(' ').collect::<Vec<_>>()[..] else { panic!("{simulator}") };
    let (site, credentials) = site_and_credentials(url, id, secret);
    let effects = connect(site, credentials).unwrap().effects();
    let flows = Flows::builder(effects).profile(PROFILE).lease(lease).store(store).build().unwrap();
    let mut progress = flows.progress();
    tokio::spawn(async move {
        loop {
            if let Ok(Progress::Moved { .. }) = progress.recv().await {
                moved();
            }
        }
    });
    flows.run(std::future::pending()).await.unwrap();
}
