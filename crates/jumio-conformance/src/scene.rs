//! One kind of flow under way: the simulated Jumio, the store, and who looks on. What it asserts is the simulator's own log.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use jumio_flow::machine::{Flow, Op};
use jumio_flow::{Filter, FlowKey, FlowRecord, FlowStore};
use jumio_simulator::Simulator;

use crate::flows::{BYTES, PAGES, account, new_flow};
use crate::kinds::{Collected, Kind};
use crate::worker::Worker;

/// How many flows of a kind are under way at once.
pub(crate) const FLOWS: usize = 2;
/// How often the receiver looks whether there is something to report, while no worker moves.
const LOOK: Duration = Duration::from_millis(200);
/// So many looks without a move are far more than any flow needs.
const MOST_SILENCES: usize = 900;

pub(crate) struct Scene<S> {
    pub(crate) kind: Kind,
    pub(crate) simulator: Simulator,
    pub(crate) store: Arc<S>,
    /// Where the flows' pages are, and what they keep.
    _folder: tempfile::TempDir,
    /// Transactions that no flow opened.
    pub(crate) others: usize,
    silences: usize,
    /// When the last worker was killed.
    pub(crate) killed_at: Option<DateTime<Utc>>,
    /// The once-only calls within which a worker was killed: of these alone nobody may know what became of them.
    cut_off: HashSet<(FlowKey, Op)>,
}

impl<S: FlowStore> Scene<S> {
    pub(crate) async fn set(kind: Kind, store: Arc<S>) -> Self {
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
    pub(crate) fn told(&self) -> String {
        let simulator = &self.simulator;
        format!("{} {} {}", simulator.base_url(), simulator.client_id(), simulator.client_secret())
    }

    /// Looks on until the workers made so many moves, or none in so many looks, or every flow has ended or waits for somebody;
    /// whether that is so.
    pub(crate) async fn watch(&mut self, workers: &[&Worker], (moves, looks): (usize, usize)) -> bool {
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
            let waits = std::iter::once(LOOK).chain(std::iter::repeat(Duration::ZERO));
            let moved: usize = workers.iter().zip(waits).map(|(worker, wait)| worker.moves(wait)).sum();
            self.silences = if moved == 0 { self.silences + 1 } else { 0 };
            assert!(self.silences < MOST_SILENCES, "{}: nothing moves any more", self.kind.name);
            seen += moved;
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

    pub(crate) async fn check(&self) {
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
