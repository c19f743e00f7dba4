//! Keeping and erasing over real sockets against the simulator, and what people ask of a flow.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jumio_auth::Credentials;
use jumio_flow::machine::{
    By, Certainty, Done, Ending, Failure, Flow, Keep, MomentKind, Op, Page, Policy, Resolution, Spec, Verdict,
};
use jumio_flow::{
    Admission, DeleteFiles, Effects, FlowKey, FlowRecord, FlowStore, Flows, Hint, HintAddress, LegalHold, MemoryStore,
    NewFlow, Purge, PurgeGuard, Upkeep as _, UploadProgress, connect,
};
use jumio_model::endpoint::{BaseUrl, Site, UserAgent};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Media, TokenLifetime};
use jumio_simulator::Simulator;
use sha2::{Digest as _, Sha256};

const PDF: &[u8] = b"%PDF-1.4\n% a page\n";

fn spec(folder: &Path, keep: Keep) -> Spec {
    let file = folder.join("page.pdf");
    std::fs::write(&file, PDF).unwrap();
    let reference = CustomerInternalReference::new("order-17").unwrap();
    let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let page = Page::new(file, Media::Pdf, PDF.len() as u64, Sha256::digest(PDF).into());
    let mut policy = Policy::default();
    policy.result = vec![0, 0, 0, 0, 1];
    Spec::upload(request, vec![page]).unwrap().with_policy(policy).keeping(keep)
}

/// A hold that somebody lifts.
#[derive(Clone)]
struct Hold(Arc<AtomicBool>);

#[async_trait]
impl LegalHold for Hold {
    async fn is_held(&self, _: &Flow) -> Result<bool, Box<dyn std::error::Error + Send + Sync>> {
        Ok(self.0.load(Ordering::SeqCst))
    }
}

fn effects(simulator: &Simulator, hold: &Hold) -> impl Effects + 'static {
    let base = BaseUrl::parse(simulator.base_url()).unwrap();
    let site = Site::at(base, UserAgent::new("Acme KYC/1.0").unwrap());
    let credentials = Credentials::new(simulator.client_id(), simulator.client_secret().to_owned()).unwrap();
    connect(site, credentials).unwrap().effects().legal_hold(hold.clone())
}

#[tokio::test]
async fn parts_and_report_are_on_the_disk_before_jumio_erases() {
    let simulator = Simulator::builder().processing_delay(Duration::from_millis(5)).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let hold = Hold(Arc::new(AtomicBool::new(false)));
    let flows = Flows::builder(effects(&simulator, &hold)).build().unwrap();
    let key = FlowKey::new("flow-1");
    let keep = Keep::parts(folder.path().join("kept")).and_report().then_erase();
    flows.start(NewFlow::new(key.clone(), "", Flow::new(spec(folder.path(), keep)))).await.unwrap();
    let flow = flows.drive(&key).await.unwrap().flow;
    assert!(matches!(flow.ending(), Some(Ending::Decided { .. })) && flow.is_over(), "{:?}", flow.stalled());
    let kept = flow.kept();
    assert_eq!((kept.files.len(), kept.missing), (2, 0));
    for file in &kept.files {
        let bytes = std::fs::read(&file.path).unwrap();
        assert_eq!((bytes.len() as u64, <[u8; 32]>::from(Sha256::digest(&bytes))), (file.bytes, file.sha256));
    }
    assert_eq!(std::fs::read(&kept.files[0].path).unwrap(), PDF);
    let calls: Vec<_> = simulator.transactions()[0].calls.iter().map(|call| call.endpoint.clone()).collect();
    assert_eq!(calls.last().unwrap(), "delete_execution", "{calls:?}");
    assert!(!format!("{flow:?}").contains("kept/"), "a path may name a person");
}

/// Says whether a flow may go.
struct Says(bool);

#[async_trait]
impl PurgeGuard for Says {
    async fn may_go(&self, _: &FlowRecord) -> Result<bool, Box<dyn std::error::Error + Send + Sync>> {
        Ok(self.0)
    }
}

#[tokio::test]
async fn a_purge_takes_the_files_with_it() {
    let simulator = Simulator::builder().processing_delay(Duration::from_millis(5)).start().await.unwrap();
    let (folder, store) = (tempfile::tempdir().unwrap(), Arc::new(MemoryStore::new()));
    let hold = Hold(Arc::new(AtomicBool::new(false)));
    let flows = Flows::builder(effects(&simulator, &hold)).store(Arc::clone(&store)).build().unwrap();
    let key = FlowKey::new("flow-1");
    let keep = Keep::parts(folder.path().join("kept")).and_report();
    flows.start(NewFlow::new(key.clone(), "", Flow::new(spec(folder.path(), keep)))).await.unwrap();
    let kept: Vec<_> =
        flows.drive(&key).await.unwrap().flow.kept().files.iter().map(|file| file.path.clone()).collect();
    let page = folder.path().join("page.pdf");
    assert!(kept.len() == 2 && kept.iter().all(|file| file.exists()) && page.exists());

    let year = chrono::TimeDelta::days(365);
    let purge = |guard: DeleteFiles| {
        let purge = Purge::new(Arc::clone(&store) as Arc<dyn FlowStore>, Duration::ZERO).even_unacknowledged();
        purge.clock(move || chrono::Utc::now() + year).guard(guard)
    };
    let held = purge(DeleteFiles::kept().and_uploads().once_allowed_by(Says(false))).pass().await.unwrap();
    assert_eq!((held.flows, held.kept), (0, 1));
    assert!(kept.iter().all(|file| file.exists()) && page.exists(), "nothing of a flow that is held is deleted");

    // A file that cannot be deleted keeps its flow, and so its name.
    std::fs::remove_file(&kept[0]).unwrap();
    std::fs::create_dir(&kept[0]).unwrap();
    let stuck = purge(DeleteFiles::kept()).pass().await.unwrap();
    assert_eq!((stuck.flows, stuck.later), (0, 1));
    std::fs::remove_dir(&kept[0]).unwrap();

    // So a download looks that was killed.
    std::fs::write(kept[1].with_file_name(".report.pdf.0123456789abcdef.part"), "of a person").unwrap();
    let gone = purge(DeleteFiles::kept().once_allowed_by(Says(true))).pass().await.unwrap();
    assert_eq!((gone.flows, gone.later), (1, 0), "what is gone already is no error");
    assert!(kept.iter().all(|file| !file.exists()) && page.exists());
    assert_eq!(std::fs::read_dir(folder.path().join("kept")).unwrap().count(), 0, "its folder is gone");

    let again = FlowKey::new("flow-2");
    let keep = Keep::parts(folder.path().join("kept"));
    flows.start(NewFlow::new(again.clone(), "", Flow::new(spec(folder.path(), keep)))).await.unwrap();
    flows.drive(&again).await.unwrap();
    assert_eq!(purge(DeleteFiles::kept().and_uploads()).pass().await.unwrap().flows, 1);
    assert!(!page.exists(), "nor is the upload left");
}

#[tokio::test]
async fn what_is_held_is_not_erased() {
    let simulator = Simulator::builder().processing_delay(Duration::from_millis(5)).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let hold = Hold(Arc::new(AtomicBool::new(true)));
    let flows = Flows::builder(effects(&simulator, &hold)).build().unwrap();
    let key = FlowKey::new("flow-1");
    flows
        .start(NewFlow::new(key.clone(), "", Flow::new(spec(folder.path(), Keep::nothing_and_erase()))))
        .await
        .unwrap();
    let mut progress = flows.progress();
    let held = async {
        loop {
            if let Ok(jumio_flow::Progress::Moved { moment, .. }) = progress.recv().await
                && matches!(moment.kind, MomentKind::HeldBack { .. })
            {
                return;
            }
        }
    };
    tokio::select! {
        record = flows.drive(&key) => panic!("{:?}", record.unwrap().flow.phase()),
        () = held => {}
    }
    assert_eq!(simulator.transactions()[0].succeeded("delete_execution"), 0);
}

#[tokio::test]
async fn jumio_erases_what_was_given_up_too() {
    let simulator = Simulator::start().await.unwrap();
    let (hold, store) = (Hold(Arc::new(AtomicBool::new(false))), Arc::new(MemoryStore::new()));
    let flows = Flows::builder(effects(&simulator, &hold)).store(Arc::clone(&store)).build().unwrap();
    let key = FlowKey::new("flow-1");
    let reference = CustomerInternalReference::new("order-17").unwrap();
    let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let request = request.with_token_lifetime(TokenLifetime::parse("5m").unwrap());
    let mut spec = Spec::person(request).keeping(Keep::nothing_and_erase());
    spec.policy.restarts = 1;
    flows.start(NewFlow::new(key.clone(), "", Flow::new(spec))).await.unwrap();
    let mut progress = flows.progress();
    let nobody_comes = async {
        for opened in 1..=2 {
            while simulator.transactions().len() < opened {
                progress.recv().await.unwrap();
            }
            simulator.advance(Duration::from_secs(6 * 60)).unwrap();
            let execution = simulator.transactions()[opened - 1].workflow_execution_id.as_str().into();
            flows.deliver(&Hint::new(HintAddress::Execution(execution), None, "1")).await.unwrap();
        }
    };
    let (record, ()) = tokio::join!(flows.drive(&key), nobody_comes);
    let flow = record.unwrap().flow;
    assert!(
        matches!(flow.ending(), Some(Ending::Expired { .. })) && flow.is_over(),
        "{:?} {:?}",
        flow.stalled(),
        flow.timeline()
    );
    assert!(flow.kept().erased_at.is_some() && flow.replaced()[0].kept.erased_at.is_some());
    let erased: Vec<_> = simulator.transactions().iter().map(|one| one.succeeded("delete_execution")).collect();
    assert_eq!(erased, [1, 1]);
    let audit = store.audit(&key).await.unwrap();
    let own: Vec<_> = audit.iter().filter(|entry| entry.actor == "flow").map(|entry| entry.action.as_str()).collect();
    assert_eq!(own, ["restart", "erase", "erase"]);
}

#[tokio::test]
async fn orders_are_in_the_audit_and_a_verdict_is_another_outcome() {
    let simulator = Simulator::builder().processing_delay(Duration::from_millis(5)).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (hold, store) = (Hold(Arc::new(AtomicBool::new(false))), Arc::new(MemoryStore::new()));
    let flows = Flows::builder(effects(&simulator, &hold)).store(Arc::clone(&store)).build().unwrap();
    let key = FlowKey::new("flow-1");
    let spec = spec(folder.path(), Keep::parts(folder.path().join("kept")));
    flows.start(NewFlow::new(key.clone(), "", Flow::new(spec))).await.unwrap();
    flows.drive(&key).await.unwrap();
    let by = By::new("clerk", "looked at it");
    flows.refresh(&key, &by).await.unwrap();
    assert_eq!(flows.drive(&key).await.unwrap().flow.outcome_count(), 1, "nothing changed");
    let judged = flows.judge(&key, Verdict::Refused, &by).await.unwrap().flow;
    assert_eq!(judged.outcome().map(|outcome| (outcome.version, outcome.verdict)), Some((2, Some(Verdict::Refused))));
    flows.cancel(&key, true, &by).await.unwrap();
    let flow = flows.drive(&key).await.unwrap().flow;
    assert!(matches!(flow.ending(), Some(Ending::Decided { .. })), "what is final stays");
    assert!(flow.kept().erased_at.is_some(), "and is erased");
    let audit = store.audit(&key).await.unwrap();
    let actions: Vec<_> =
        audit.iter().filter(|entry| entry.actor == "clerk").map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["refresh", "resolve", "cancel"]);
    let own: Vec<_> = audit.iter().filter(|entry| entry.actor == "flow").map(|entry| entry.action.as_str()).collect();
    assert_eq!(own, ["erase"]);
    let changed = flows.get(&key).await.unwrap().updated_at;
    flows.resolve(&key, Resolution::NotOpened, &by).await.unwrap();
    assert_eq!(store.audit(&key).await.unwrap().len(), audit.len(), "an order that does nothing is none");
    assert_eq!(flows.get(&key).await.unwrap().updated_at, changed);
}

/// Panics in every call of one flow, and has no luck with the others.
struct Poison(Arc<AtomicU32>);

#[async_trait]
impl Effects for Poison {
    async fn admit(&self, flow: &Flow, _: Op) -> Result<Admission, Failure> {
        if flow.spec().keep.is_some() {
            self.0.fetch_add(1, Ordering::SeqCst);
            panic!("poison");
        }
        Ok(Admission::Ready)
    }

    async fn run(&self, _: &Flow, op: Op, _: UploadProgress) -> Done {
        Done::Failed(Failure::new(Certainty::Refused, op.name(), "no").with_status(400))
    }
}

#[tokio::test(start_paused = true)]
async fn a_flow_that_panics_again_and_again_is_set_aside_and_the_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let panics = Arc::new(AtomicU32::new(0));
    let flows = Flows::builder(Poison(Arc::clone(&panics))).build().unwrap();
    let (key, other) = (FlowKey::new("flow-1"), FlowKey::new("flow-2"));
    let poisoned = spec(folder.path(), Keep::nothing_and_erase());
    let mut sound = poisoned.clone();
    sound.keep = None;
    for (key, spec) in [(&key, poisoned), (&other, sound)] {
        flows.start(NewFlow::new(key.clone(), "", Flow::new(spec))).await.unwrap();
    }
    let is_aside = async {
        while flows.get(&key).await.unwrap().flow.stalled().is_none() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    flows.run(is_aside).await.unwrap();
    assert_eq!(panics.load(Ordering::SeqCst), 3);
    assert!(flows.get(&key).await.unwrap().flow.stalled().unwrap().message.contains("panicked"));
    assert_eq!(flows.get(&other).await.unwrap().flow.phase().name(), "not_opened");
}
