//! The kill suite: real worker processes over one store, killed again and again at moments of a seed, taken over by others;
//! asserted on the simulator's own log.

mod outside;

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use chrono::{DateTime, Utc};
use jumio_auth::Credentials;
use jumio_flow::machine::{Flow, Keep, Op, Page, Policy, Spec, read_version_to_come, write_version_to_come};
use jumio_flow::{Filter, FlowKey, FlowRecord, FlowStore, Flows, NewFlow, Progress, connect};
use jumio_model::api::{CreateAccount, PreparedData};
use jumio_model::endpoint::{BaseUrl, Site, UserAgent};
use jumio_model::{AccountId, AccountRequest, Country, CustomerInternalReference, DocumentType, Media};
use jumio_simulator::Simulator;
use sha2::{Digest as _, Sha256};

use super::kinds::{self, Collected, Expires, Kind};

const PROFILE: &str = "kills";
const PAGES: usize = 2;
const FLOWS: usize = 2;
/// As short as a host allows: after each kill the next one waits for it.
const LEASE: Duration = Duration::from_secs(1);
/// How often the receiver looks whether there is something to report, while no worker moves.
const LOOK: Duration = Duration::from_millis(200);
/// After so many looks without a move a victim is killed at rest: it may have nothing that it can read.
const AT_REST: usize = 15;
/// So many looks without a move are far more than any flow needs.
const MOST_SILENCES: usize = 900;
const BYTES: &[u8] = b"%PDF-1.4\n% a page\n";

/// How many kinds are under way at once: most of the time of each is waiting for a lease to run out.
const LANES: usize = 4;

/// How many kills there are in all: `cargo xtask soak` says so, and otherwise it is a moment's worth.
pub(crate) fn kills_in_all(else_so_many: usize) -> usize {
    std::env::var("JUMIO_KILLS").ok().and_then(|number| number.parse().ok()).unwrap_or(else_so_many)
}

/// Has a worker process play the version to come: it writes states that today's workers leave alone.
const NEXT: &str = "JUMIO_STORE_TEST_NEXT";

/// Runs flows for ever; the other half of [`survive`], in a process of its own.
pub(crate) async fn work(store: impl FlowStore + 'static, simulator: &str) {
    if std::env::var_os(NEXT).is_some() {
        write_version_to_come();
    }
    let [url, id, secret] = simulator.split(' ').collect::<Vec<_>>()[..] else { panic!("{simulator}") };
    let site = Site::at(BaseUrl::parse(url).unwrap(), UserAgent::new("Acme KYC/1.0").unwrap());
    let credentials = Credentials::new(id, secret.to_owned()).unwrap();
    let effects = connect(site, credentials).unwrap().effects();
    let flows = Flows::builder(effects).profile(PROFILE).lease(LEASE).store(store).build().unwrap();
    let mut progress = flows.progress();
    tokio::spawn(async move {
        loop {
            if let Ok(Progress::Moved { .. }) = progress.recv().await {
                // On a line of its own, whatever the test's own output has begun. Where nobody listens, the test is over.
                let mut out = std::io::stdout().lock();
                if writeln!(out, "\nmoved").and_then(|()| out.flush()).is_err() {
                    std::process::exit(0);
                }
            }
        }
    });
    flows.run(std::future::pending()).await.unwrap();
}

/// A worker process, and the moves that it tells of.
struct Worker {
    child: Child,
    moves: Receiver<()>,
}

impl Worker {
    /// One of the version to come.
    fn start_next(mut command: Command) -> Self {
        command.env(NEXT, "1");
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, moves) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if line == "moved" && sender.send(()).is_err() {
                    return;
                }
            }
        });
        Self { child, moves }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // SIGKILL: nothing of it runs any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Numbers that look random and are the same for the same seed (SplitMix64).
struct Seed(u64);

impl Seed {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(bound).unwrap()).unwrap()
    }
}

/// Runs every kind of flow under kills, on the store that `open` gives for a name and that the processes of `worker` open by
/// the same name. After the first kill of each, while others work on, `upgrade` brings the tables to those of a version to
/// come. Workers of that version and of today's take turns and work side by side: what the one has written in its own form the
/// other leaves alone, and what today's wrote goes on in either's hands.
#[allow(clippy::print_stdout, reason = "a long run says what it did")]
pub(crate) fn survive<S: FlowStore + 'static>(
    open: impl AsyncFn(&str) -> Arc<S> + Sync,
    worker: impl Fn(&str, &str) -> Command + Sync,
    upgrade: impl AsyncFn(&str) + Sync,
) {
    read_version_to_come(); // looking on
    let seed = std::env::var("JUMIO_KILLS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let kinds = kinds::all();
    let kills = kills_in_all(kinds.len()).div_ceil(kinds.len());
    let (next, flows) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let lane = || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(kind) = kinds.get(number) else { return };
            let seed = Seed(u64::wrapping_mul(seed, 1_000).wrapping_add(u64::try_from(number).unwrap()));
            let name = format!("kind_{number}");
            let ended = runtime.block_on(survive_kind(kind, &name, (kills, seed), &open, &worker, &upgrade));
            flows.fetch_add(ended, Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        (0..LANES).for_each(|_| drop(scope.spawn(lane)));
    });
    // For who reads the output of a long run.
    println!("{} kills, {} flows, seed {seed}", kills * kinds.len(), flows.into_inner());
}

/// One kind, killed so many times; how many flows that took.
async fn survive_kind<S: FlowStore + 'static>(
    kind: &Kind,
    name: &str,
    (kills, mut seed): (usize, Seed),
    open: &impl AsyncFn(&str) -> Arc<S>,
    worker: &impl Fn(&str, &str) -> Command,
    upgrade: &impl AsyncFn(&str),
) -> usize {
    let (mut left, mut round) = (kills, 0);
    // Flows end before so many kills: then others begin.
    while left > 0 {
        let name = format!("{name}_{round}");
        let mut scene = Scene::set(kind.clone(), open(&name).await).await;
        let told = scene.told();
        let (mut is_settled, mut is_upgraded) = (false, false);
        while left > 0 && !is_settled {
            let start = if seed.below(2) == 0 { Worker::start } else { Worker::start_next };
            let victim = start(worker(&name, &told));
            if scene.killed_at.is_some() && !is_upgraded {
                upgrade(&name).await;
                is_upgraded = true;
            }
            is_settled = scene.watch(&[&victim], (1 + seed.below(5), AT_REST)).await;
            drop(victim);
            scene.killed_at = Some(Utc::now());
            left -= 1;
        }
        // Two at once take over what is left, one of each version.
        let heirs = [Worker::start(worker(&name, &told)), Worker::start_next(worker(&name, &told))];
        if !is_upgraded {
            upgrade(&name).await;
        }
        assert!(scene.watch(&heirs.each_ref(), (usize::MAX, usize::MAX)).await, "{}: not all flows ended", kind.name);
        scene.check().await;
        round += 1;
    }
    round * FLOWS
}

struct Scene<S> {
    kind: Kind,
    simulator: Simulator,
    store: Arc<S>,
    /// Where the flows' pages are, and what they keep.
    _folder: tempfile::TempDir,
    /// Transactions that no flow opened.
    others: usize,
    silences: usize,
    /// When the last worker was killed.
    killed_at: Option<DateTime<Utc>>,
    /// The once-only calls within which a worker was killed: of these alone nobody may know what became of them.
    cut_off: HashSet<(FlowKey, Op)>,
}

impl<S: FlowStore> Scene<S> {
    async fn set(kind: Kind, store: Arc<S>) -> Self {
        let simulator = kind.simulator().start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("page.pdf"), BYTES).unwrap();
        let account = if kind.collected == Collected::OnAnAccount { Some(account(&simulator).await) } else { None };
        let others = simulator.transactions().len();
        for flow in 0..FLOWS {
            let new = new_flow(flow, &kind, folder.path(), account.clone());
            store.insert(new, Utc::now()).await.unwrap();
        }
        let (killed_at, cut_off) = (None, HashSet::new());
        Self { kind, simulator, store, _folder: folder, others, silences: 0, killed_at, cut_off }
    }

    /// What a worker has to know of the simulator.
    fn told(&self) -> String {
        let simulator = &self.simulator;
        format!("{} {} {}", simulator.base_url(), simulator.client_id(), simulator.client_secret())
    }

    /// Looks on until the workers made so many moves, or none in so many looks, or every flow has ended or waits for somebody;
    /// whether that is so.
    async fn watch(&mut self, workers: &[&Worker], (moves, looks): (usize, usize)) -> bool {
        let mut seen = 0;
        self.silences = 0;
        loop {
            self.hear().await;
            let records = self.store.list(&Filter::all()).await.unwrap();
            self.be_the_person(&records);
            self.note_what_was_cut_off(&records);
            let is_done = |flow: &Flow| flow.is_over() || flow.is_parked() || flow.stalled().is_some();
            if records.iter().all(|record| is_done(&record.flow)) {
                return true;
            }
            if seen >= moves || self.silences >= looks {
                return false;
            }
            let first = workers[0].moves.recv_timeout(LOOK);
            let others = workers.iter().flat_map(|worker| worker.moves.try_iter()).count();
            if first.is_err() && others == 0 {
                self.silences += 1;
                assert!(self.silences < MOST_SILENCES, "{}: nothing moves any more", self.kind.name);
            }
            if first.is_ok() || others > 0 {
                self.silences = 0;
            }
            seen += others + usize::from(first.is_ok());
        }
    }

    /// A call that was begun before the kill, and is neither done nor given up: its worker died in it. Looked at until the next
    /// worker has its lease, since a database may still finish a commit of the one that was killed.
    fn note_what_was_cut_off(&mut self, records: &[FlowRecord]) {
        for record in records.iter().filter(|record| self.killed_at.is_some_and(|at| record.updated_at <= at)) {
            if let Some(pending) = record.flow.pending().filter(|pending| pending.begun && pending.op.is_once()) {
                self.cut_off.insert((record.key.clone(), pending.op));
            }
        }
    }

    async fn check(&self) {
        for record in self.store.list(&Filter::all()).await.unwrap() {
            self.check_flow(&record);
        }
        let transactions = self.simulator.transactions();
        let opened = transactions.len() - self.others;
        assert!(opened <= FLOWS, "{}: {opened} transactions", self.kind.name);
    }

    fn check_flow(&self, record: &FlowRecord) {
        let name = format!("{}, {}", self.kind.name, record.key);
        let transactions = self.simulator.transactions();
        let ours: Vec<_> =
            transactions.iter().filter(|one| one.customer_internal_reference == record.key.as_str()).collect();
        assert!(ours.len() <= 1, "{name}: opened {} times", ours.len());
        let count = |endpoint| ours.iter().map(|one| one.succeeded(endpoint)).sum::<usize>();
        let (uploads, finalized) = (count("upload_document"), count("finalize"));
        assert!(uploads <= PAGES, "{name}: {uploads} pages");
        assert!(finalized == 0 || uploads == PAGES, "{name}: finalized with {uploads} pages");
        assert!(count("upload_prepared_data") <= 1, "{name}: the data was sent twice");
        let ending = record.flow.ending().map_or("stalled", |ending| ending.name());
        // Killed within a call that must not be repeated, a flow is parked as unknown. No other may be, and nothing else may
        // differ.
        let was_cut_off = |is_it: fn(Op) -> bool| self.cut_off.iter().any(|(key, op)| *key == record.key && is_it(*op));
        let parked = match ending {
            "account_unknown" => was_cut_off(Op::is_opening),
            "upload_unknown" => was_cut_off(Op::is_upload),
            _ => false,
        };
        assert!(ending == self.kind.ends || parked, "{name}: {ending} {:?}", record.flow.stalled());
        if ending == "decided" && self.kind.collected == Collected::OnThePage {
            assert_eq!((ours.len(), uploads, finalized), (1, 0, 0), "{name}: the page does it all");
        } else if ending == "decided" {
            assert_eq!((ours.len(), uploads), (1, PAGES), "{name}");
            // Finalize may be repeated: a kill in the middle of it has it sent once more.
            assert!(finalized >= 1, "{name}: decided and never finalized");
        }
        if ending == "decided" && self.kind.collected == Collected::AfterPreparedData {
            assert_eq!(count("upload_prepared_data"), 1, "{name}");
        }
        if ending == "decided" && self.kind.keeps {
            let kept = record.flow.kept();
            assert!(kept.erased_at.is_some() && count("delete_execution") >= 1, "{name}: not erased");
            assert!(!kept.files.is_empty(), "{name}: nothing is kept");
            for file in &kept.files {
                assert_eq!(
                    std::fs::read(&file.path).unwrap().len() as u64,
                    file.bytes,
                    "{name}: kept before it is erased"
                );
            }
        }
    }
}

/// An account that there is already, by the transaction that opened it.
async fn account(simulator: &Simulator) -> AccountId {
    let base = BaseUrl::parse(simulator.base_url()).unwrap();
    let site = Site::at(base, UserAgent::new("Acme KYC/1.0").unwrap());
    let credentials = Credentials::new(simulator.client_id(), simulator.client_secret().to_owned()).unwrap();
    let client = connect(site, credentials).unwrap().client;
    client.send(&CreateAccount::new(request("before"))).await.unwrap().account.id.clone()
}

fn request(reference: &str) -> AccountRequest {
    let reference = CustomerInternalReference::new(reference).unwrap();
    AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap()
}

fn new_flow(number: usize, kind: &Kind, folder: &Path, account: Option<AccountId>) -> NewFlow {
    let key = format!("flow-{number}");
    let page = || Page::new(folder.join("page.pdf"), Media::Pdf, BYTES.len() as u64, Sha256::digest(BYTES).into());
    // Waits of no time, so that a flow is as fast as its calls.
    let mut policy = Policy::default();
    policy.retry = if kind.expires == Expires::Never { vec![0; 8] } else { vec![1; 100] };
    policy.result = vec![0, 0, 1];
    (policy.person, policy.idle) = (vec![1; 100], vec![1; 100]);
    policy.longest_retry_after = 0;
    let mut spec = match kind.collected {
        Collected::OnThePage => Spec::person(request(&key)),
        _ => Spec::upload(request(&key), (0..PAGES).map(|_| page()).collect()).unwrap(),
    };
    if kind.collected == Collected::AfterPreparedData {
        spec = spec.with_prepared_data(PreparedData::read(br#"{"firstName":"Jane"}"#).unwrap());
    }
    if let Some(account) = account {
        spec = spec.on_account(account);
    }
    if kind.keeps {
        spec = spec.keeping(Keep::parts(folder.join("kept").join(&key)).then_erase());
    }
    let spec = spec.with_policy(policy);
    NewFlow::new(FlowKey::new(key), PROFILE, Flow::new(spec))
}
