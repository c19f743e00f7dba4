//! Workers that share a database share the pace of their tenant: no call of theirs is one too many.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use jumio_auth::Credentials;
use jumio_flow::machine::{Flow, Page, Policy, Spec};
use jumio_flow::{
    Filter, FlowKey, FlowRecord, FlowStore as _, Flows, NewFlow, PaceRates, PaceStore, SharedPace, connect,
};
use jumio_model::endpoint::{BaseUrl, Site, UserAgent};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Media};
use jumio_simulator::{RateLimits, Simulator};
use sha2::{Digest as _, Sha256};

/// More than the burst that is tolerated, so that workers without a shared pace would be refused.
const FLOWS: usize = 8;
const BYTES: &[u8] = b"%PDF-1.4\n% a page\n";

fn new_flow(number: usize, file: &std::path::Path) -> NewFlow {
    let reference = CustomerInternalReference::new(&format!("order-{number}")).unwrap();
    let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let page = Page::new(file, Media::Pdf, BYTES.len() as u64, Sha256::digest(BYTES).into());
    let mut policy = Policy::default();
    policy.result = vec![1];
    NewFlow::new(
        FlowKey::new(format!("order-{number}")),
        "eu",
        Flow::new(Spec::upload(request, vec![page]).unwrap().with_policy(policy)),
    )
}

async fn batch(workers: usize) -> (usize, Vec<FlowRecord>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.db");
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(BYTES).unwrap();
    let simulator =
        Simulator::builder().rate_limits(RateLimits::Published).processing_delay(Duration::ZERO).start().await.unwrap();
    let mut hosts = Vec::new();
    for _ in 0..workers {
        let store = Arc::new(support::open(&path).await);
        let site = Site::at(BaseUrl::parse(simulator.base_url()).unwrap(), UserAgent::new("Acme KYC/1.0").unwrap());
        let credentials = Credentials::new(simulator.client_id(), simulator.client_secret().to_owned()).unwrap();
        let effects = connect(site, credentials).unwrap().effects();
        let pace: Arc<dyn PaceStore> = Arc::<jumio_store::Sqlite>::clone(&store);
        let effects = SharedPace::new(effects, pace, "eu", PaceRates::published(0.9));
        hosts.push(Flows::builder(effects).profile("eu").store(store).build().unwrap());
    }
    for number in 0..FLOWS {
        hosts[0].start(new_flow(number, file.path())).await.unwrap();
    }
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let running = hosts.iter().cloned().map(|host| {
        let mut stopped = stopped.clone();
        tokio::spawn(
            async move { host.run(async move { stopped.wait_for(|stop| *stop).await.map(drop).unwrap() }).await },
        )
    });
    let running: Vec<_> = running.collect();
    let mut progress: Vec<_> = hosts.iter().map(Flows::progress).collect();
    let store = support::open(&path).await;
    while !store.list(&Filter::all().unfinished()).await.unwrap().is_empty() {
        // Any host's next move; one that listens too slowly misses some, and is told so, which will do as well.
        let moves = progress.iter_mut().map(|progress| Box::pin(progress.recv()));
        let moved = futures_util::future::select_all(moves);
        let _ = tokio::time::timeout(Duration::from_secs(60), moved).await.unwrap();
    }
    stop.send(true).unwrap();
    for host in running {
        host.await.unwrap();
    }
    let refused = simulator.requests().status(429).count();
    (refused, store.list(&Filter::all()).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_meets_no_refusal_on_one_worker_and_on_four() {
    let (one, four) = tokio::join!(batch(1), batch(4));
    for (refused, records) in [one, four] {
        assert_eq!(refused, 0);
        assert_eq!(records.len(), FLOWS);
        for record in records {
            assert_eq!(record.flow.ending().map(|ending| ending.name()), Some("decided"), "{}", record.key);
        }
    }
}
