//! How the person's part ends, for the person and for the site: redirects, messages of a frame, links that expire. What
//! the site gets is read with the project's own types, which the simulator does not use.

use std::time::Duration;

use jumio_browser_tests::{Browser, Site, Started, doc_proof, with_browser};
use jumio_model::vocabulary::IframeEvent;
use jumio_model::{IframeMessage, WebRedirect};
use jumio_simulator::{Simulator, WebClient};
use serde_json::{Value, json};

use crate::{FILE, pdf, start};

const HOUR: Duration = Duration::from_secs(3600);

fn order(site: &Site) -> Value {
    let mut order = doc_proof("BS");
    order["web"] = json!({ "successUrl": site.success_url(), "errorUrl": site.error_url() });
    order
}

async fn hand_in(browser: &Browser) {
    browser.choose(FILE, &[&pdf()]).await;
    browser.until("document.querySelectorAll('.page').length", 1).await;
    browser.click("#submit").await;
}

/// What the site was told, with the names in their order.
fn told(site: &Site) -> (WebRedirect, Vec<String>) {
    let visits = site.visits();
    assert_eq!(visits.len(), 1, "{visits:?}");
    let names = visits[0].query.split('&').map(|pair| pair.split('=').next().unwrap().to_owned()).collect();
    (WebRedirect::from_query(&visits[0].query), names)
}

#[tokio::test]
async fn success_goes_back_with_the_current_clients_parameters() {
    let site = Site::start().await;
    let (_simulator, tenant) = start(Simulator::builder()).await;
    let started = tenant.start(&order(&site)).await;
    with_browser(async |browser| {
        browser.open(&started.web).await;
        hand_in(&browser).await;
        browser.until_at(&site.success_url()).await;
    })
    .await;
    let (redirect, names) = told(&site);
    assert!(redirect.is_success());
    assert_eq!(redirect.account_id.unwrap().as_str(), started.account);
    assert_eq!(redirect.workflow_execution_id.unwrap().as_str(), started.execution);
    assert_eq!(redirect.customer_internal_reference.as_deref(), Some("order no. 17"));
    assert_eq!(redirect.transaction_reference.unwrap().as_str(), started.execution);
    assert_eq!(redirect.jumio_id_scan_reference.unwrap().as_str(), started.execution);
    assert_eq!(redirect.id_scan_status.unwrap().as_str(), "SUCCESS");
    assert_eq!((redirect.error_code, redirect.public_error_code), (None, None));
    assert_eq!(names.len(), 8, "{names:?}");
    assert!(["ACQUIRED", "PROCESSED"].contains(&tenant.status(&started).await.as_str()));
}

#[tokio::test]
async fn the_documented_parameters_are_a_choice() {
    let site = Site::start().await;
    let (simulator, tenant) = start(Simulator::builder().web_client(WebClient::Documented)).await;
    let success = tenant.start(&order(&site)).await;
    let failure = tenant.start(&order(&site)).await;
    with_browser(async |browser| {
        browser.open(&success.web).await;
        hand_in(&browser).await;
        browser.until_at(&site.success_url()).await;
        let (_, names) = told(&site);
        let expected = ["accountId", "workflowExecutionId", "acquisitionStatus", "customerInternalReference"];
        assert_eq!(names, expected);

        simulator.advance(HOUR).unwrap();
        browser.open(&failure.web).await;
        assert_eq!(browser.text("#failed .reason").await, "This link has expired. Ask for a new one.");
        browser.is_accessible("failed").await;
        browser.click("#failed .next").await;
        browser.until_at(&site.error_url()).await;
    })
    .await;
    let visit = site.visits().pop().unwrap();
    let redirect = WebRedirect::from_query(&visit.query);
    assert!(!redirect.is_success());
    assert_eq!(redirect.error_code.unwrap().as_str(), "9200");
    assert_eq!((redirect.public_error_code, redirect.transaction_reference), (None, None));
}

#[tokio::test]
async fn an_idle_session_ends_and_the_site_learns_why() {
    let site = Site::start().await;
    let (simulator, tenant) = start(Simulator::builder()).await;
    let started = tenant.start(&order(&site)).await;
    with_browser(async |browser| {
        browser.open(&started.web).await;
        browser.choose(FILE, &[&pdf()]).await;
        browser.until("document.querySelectorAll('.page').length", 1).await;
        // The session runs from the first page on, not from the upload.
        until_status(&tenant, &started, "INITIATED", false).await;
        simulator.advance(Duration::from_secs(14 * 60)).unwrap();
        browser.choose(FILE, &[&pdf()]).await;
        browser.until("document.querySelectorAll('.page').length", 2).await;
        browser
            .until("performance.getEntriesByType('resource').filter(({ responseEnd }) => responseEnd > 0).length", 2)
            .await;
        simulator.advance(Duration::from_secs(14 * 60)).unwrap();
        assert_ne!(tenant.status(&started).await, "SESSION_EXPIRED", "the second page began the session anew");
        simulator.advance(Duration::from_secs(2 * 60)).unwrap();
        browser.click("#submit").await;
        assert!(browser.text("#failed .reason").await.contains("nothing happened for too long"));
        browser.is_accessible("session expired").await;
        browser.click("#failed .next").await;
        browser.until_at(&site.error_url()).await;
    })
    .await;
    assert_eq!(tenant.status(&started).await, "SESSION_EXPIRED");
    let (redirect, names) = told(&site);
    assert_eq!(redirect.status().unwrap().as_str(), "ERROR");
    assert!(redirect.public_error_code.unwrap().as_str().starts_with('J'));
    assert!(!names.contains(&"errorCode".to_owned()));
    assert!(names.contains(&"idScanStatus".to_owned()));
}

async fn until_status(tenant: &jumio_browser_tests::Tenant, started: &Started, status: &str, wanted: bool) {
    while (tenant.status(started).await == status) != wanted {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_page_that_is_left_open_says_when_it_is_over() {
    let (simulator, tenant) = start(Simulator::builder()).await;
    let started = tenant.start(&doc_proof("BS")).await;
    with_browser(async |browser| {
        // Half a second before the link ends the page is opened, and nobody touches it.
        simulator.advance(Duration::from_millis(30 * 60 * 1000 - 500)).unwrap();
        browser.open(&started.web).await;
        assert!(browser.text("#failed .reason").await.contains("expired"));
    })
    .await;
}

#[tokio::test]
async fn wrong_and_used_links_say_so() {
    let (_simulator, tenant) = start(Simulator::builder()).await;
    let started = tenant.start(&doc_proof("BS")).await;
    with_browser(async |browser| {
        browser.open(&started.web.replace("authorizationToken=", "authorizationToken=x")).await;
        assert_eq!(browser.text("#failed .reason").await, "This link is not valid.");
        browser.is_accessible("invalid").await;
        // The older form of the address is the same page.
        let token = started.web.split_once("authorizationToken=").unwrap().1;
        let base = started.web.split_once("/web/").unwrap().0;
        browser.open(&format!("{base}/web/v4/app?authorizationToken={token}")).await;
        hand_in(&browser).await;
        browser.shown("#done").await;
        assert!(browser.text("#done .stay").await.contains("close this window"));
        browser.reload().await;
        assert!(browser.text("#failed .reason").await.contains("handed in already"));
    })
    .await;
}

/// What the embedding page was told so far.
async fn messages(browser: &Browser, origin: &str) -> Vec<IframeMessage> {
    let told = browser.value("window.messages").await;
    let message = |told: &Value| {
        assert_eq!(told["origin"], origin);
        IframeMessage::read(told["data"].as_str().unwrap()).unwrap().into_value()
    };
    told.as_array().unwrap().iter().map(message).collect()
}

#[tokio::test]
async fn a_frame_tells_the_page_around_it() {
    let site = Site::start().await;
    for client in [WebClient::Current, WebClient::Documented] {
        let (simulator, tenant) = start(Simulator::builder().web_client(client)).await;
        let started = tenant.start(&doc_proof("BS")).await;
        with_browser(async |browser| {
            browser.open(&site.embedding(&started.web)).await;
            browser.until("window.messages.length", 1).await;
            browser.enter_frame().await;
            browser.offline(true).await;
            hand_in(&browser).await;
            browser.shown("#problem:not(:empty)").await;
            browser.offline(false).await;
            browser.click("#submit").await;
            browser.shown("#done").await;
            browser.leave_frame().await;
            browser.until("window.messages.length", 3).await;

            let told = messages(&browser, simulator.base_url()).await;
            let events: Vec<_> = told.iter().map(|message| message.event().unwrap().clone()).collect();
            assert_eq!(events, [IframeEvent::Loaded, IframeEvent::Error, IframeEvent::Success]);
            for message in &told {
                assert_eq!(message.event_type, Some(510));
                assert_eq!(message.execution().unwrap().as_str(), started.execution);
                assert_eq!(message.customer_internal_reference.as_deref(), Some("order no. 17"));
                assert!(message.date_time.is_some() && message.authorization_token.is_some());
            }
            let info = |at: usize| told[at].payload.as_ref().unwrap().metainfo.as_ref();
            let error = info(1).unwrap();
            assert_eq!(error.code.as_ref().unwrap().as_str(), "9800");
            if client == WebClient::Current {
                assert_eq!(told[0].account_id.as_deref(), Some(started.execution.as_str()));
                assert_eq!(info(0).unwrap().mode.as_deref(), Some("original"));
                assert_eq!(error.retriable, Some(true));
                assert!(error.public_error_code.is_some());
            } else {
                assert_eq!(told[0].account_id.as_deref(), Some(started.account.as_str()));
                assert!(info(0).is_none() && info(2).is_none() && error.mode.is_none());
            }
        })
        .await;
    }
}
