//! The flows that the suite runs.

use std::path::Path;

use chrono::{DateTime, Utc};
use jumio_auth::Credentials;
use jumio_flow::machine::{Done, Event, Flow, Keep, Page, Policy, Reply, Spec, step};
use jumio_flow::{FlowKey, NewFlow, connect};
use jumio_model::api::{CreateAccount, PreparedData};
use jumio_model::endpoint::{BaseUrl, Site, UserAgent};
use jumio_model::{AccountId, AccountRequest, Country, CustomerInternalReference, DocumentType, Media, Raw};
use jumio_simulator::Simulator;
use sha2::{Digest as _, Sha256};

use crate::kinds::{Collected, Expires, Kind};

pub(crate) const PAGES: usize = 2;
pub(crate) const BYTES: &[u8] = b"%PDF-1.4\n% a page\n";

/// A moment of the suite's own time.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

/// The paved path to what says where it is, and with what one is let in.
pub(crate) fn site_and_credentials(url: &str, id: &str, secret: &str) -> (Site, Credentials) {
    let site = Site::at(BaseUrl::parse(url).unwrap(), UserAgent::new("Acme KYC/1.0").unwrap());
    (site, Credentials::new(id, secret.to_owned()).unwrap())
}

/// An account that there is already, by the transaction that opened it.
pub(crate) async fn account(simulator: &Simulator) -> AccountId {
    let (url, id, secret) = (simulator.base_url(), simulator.client_id(), simulator.client_secret());
    let (site, credentials) = site_and_credentials(url, id, secret);
    let client = connect(site, credentials).unwrap().client;
    client.send(&CreateAccount::new(request("before"))).await.unwrap().account.id.clone()
}

pub(crate) fn request(reference: &str) -> AccountRequest {
    let reference = CustomerInternalReference::new(reference).unwrap();
    AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap()
}

pub(crate) fn page(file: &Path) -> Page {
    Page::new(file, Media::Pdf, BYTES.len() as u64, Sha256::digest(BYTES).into())
}

/// A flow that has not opened its transaction.
pub(crate) fn opening(reference: &str) -> Flow {
    Flow::new(Spec::upload(request(reference), vec![page(Path::new("page.pdf"))]).unwrap())
}

/// A flow whose transaction is this one.
pub(crate) fn opened(execution: &str) -> Flow {
    let mut flow = opening("opened");
    let id = flow.pending().unwrap().id;
    step(&mut flow, Event::Begin { id }, at(0));
    let api = r#"{"token":"t","parts":{"document":"https://upload.example/parts"},"workflowExecution":"https://upload.example/"}"#;
    let reply = format!(
        r#"{{"account":{{"id":"account"}},"workflowExecution":{{"id":"{execution}","credentials":[
               {{"id":"c","category":"DOCUMENT","allowedChannels":["API"],"api":{api}}}]}}}}"#
    );
    let reply = Reply::Opened(Box::new(Raw::read(&reply).unwrap()));
    step(&mut flow, Event::Done { id, done: Done::Succeeded(reply) }, at(0));
    assert!(flow.transaction().is_some());
    flow
}

/// The flow of a kind.
pub(crate) fn new_flow(number: usize, kind: &Kind, folder: &Path, account: Option<AccountId>) -> NewFlow {
    let key = format!("flow-{number}");
    let page = || page(&folder.join("page.pdf"));
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
    NewFlow::new(FlowKey::new(key), crate::worker::PROFILE, Flow::new(spec))
}
