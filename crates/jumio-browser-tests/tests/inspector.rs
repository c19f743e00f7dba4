//! The inspector in Chromium: what it shows of an integration, and that its buttons do what they say.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use jumio_browser_tests::{Browser, Site, Tenant, doc_proof, document, with_browser};
use jumio_simulator::Simulator;
use serde_json::json;
use thirtyfour::Key;

const STEPS: &str = "#steps .how";

async fn start() -> (Simulator, Tenant) {
    let simulator = Simulator::start().await.unwrap();
    let tenant = Tenant::of(&simulator).await;
    (simulator, tenant)
}

fn page(simulator: &Simulator) -> String {
    format!("{}/_sim/", simulator.base_url())
}

/// Waits until one of these elements says this.
async fn says(browser: &Browser, css: &str, text: &str) {
    let found = format!(
        "[...document.querySelectorAll({})].some((found) => found.textContent.includes({}))",
        json!(css),
        json!(text)
    );
    browser.until(&found, true).await;
}

#[tokio::test]
async fn one_look_shows_where_it_stands() {
    let (simulator, tenant) = start().await;
    with_browser(async |browser| {
        browser.open(&page(&simulator)).await;
        browser.shown("#none").await;
        // A token was fetched already.
        says(&browser, "#timeline .what", "token").await;
        browser.is_accessible("nothing yet").await;

        let started = tenant.start(&doc_proof("UB")).await;
        says(&browser, "#transactions", "order no. 17").await;
        browser.click("#transactions li:nth-child(2) a").await;
        browser.until_texts(STEPS, &["started", "not yet", "not yet", "not yet", "none sent", "not yet"]).await;
        says(&browser, "#facts dd", "min").await;
        browser.is_accessible("started").await;

        browser.open(&started.web).await;
        browser.choose("#file-file", &[&document("utility-bill.png")]).await;
        browser.until("document.querySelectorAll('.page').length", 1).await;
        browser.click("#submit").await;
        browser.shown("#done").await;
        browser.open(&format!("{}#{}", page(&simulator), started.execution)).await;
        browser.until_texts(STEPS, &["started", "done", "done", "done", "none sent", "not yet"]).await;
        browser.until_texts("#status", &["PROCESSED"]).await;
        says(&browser, "#credentials td", "image/png").await;
        assert_eq!(tenant.part(&started, "DOCUMENT", "1").await.0, "image/png");
        says(&browser, "#timeline .what", "get_part").await;

        // The account call, opened: everything is there but the secrets.
        browser.click("#timeline > li:last-child summary").await;
        let shown = browser.text("#timeline > li:last-child .messages").await;
        for expected in ["customerInternalReference", "order no. 17", "Bearer ***", "application/json"] {
            assert!(shown.contains(expected), "{expected}: {shown}");
        }
        let whole = browser.value("document.documentElement.outerHTML").await.to_string();
        let token = started.web.split_once("authorizationToken=").unwrap().1.split('&').next().unwrap();
        assert!(token.len() > 100 && !whole.contains(token), "the transaction token is shown");
        browser.is_accessible("processed").await;
    })
    .await;
}

#[tokio::test]
async fn its_buttons_do_what_they_say() {
    let site = Site::start().await;
    let (simulator, tenant) = start().await;
    let mut order = doc_proof("BS");
    order["callbackUrl"] = json!(site.success_url());
    let first = tenant.start(&order).await;
    let second = tenant.start(&order).await;
    with_browser(async |browser| {
        browser.open(&format!("{}#{}", page(&simulator), first.execution)).await;
        browser.shown("#actions").await;
        browser.script("document.querySelector('#force-status').value = 'ACQUIRED';", Vec::new()).await;
        browser.click("#force button").await;
        says(&browser, "#said", "The status is ACQUIRED now").await;
        browser.click("#fire button").await;
        says(&browser, "#said", "A callback with PROCESSED is sent").await;
        // The site takes no POST there.
        says(&browser, "#timeline .chip", "405").await;
        browser.click("#timeline .event button").await;
        says(&browser, "#said", "is sent again").await;

        browser.open(&format!("{}#{}", page(&simulator), second.execution)).await;
        says(&browser, "#facts dd", second.execution.as_str()).await;
        browser.click("#expire button").await;
        browser.until_texts("#status", &["TOKEN_EXPIRED"]).await;
        assert_eq!(tenant.status(&second).await, "TOKEN_EXPIRED");
        says(&browser, "#steps .how", "too late").await;
        browser.click("#expire button").await;
        says(&browser, "#problem", "cannot expire").await;
        browser.is_accessible("refused").await;

        browser.click("#fault button").await;
        says(&browser, "#faults li", "create_account: too_many_requests").await;
        browser.is_accessible("with a fault").await;
        browser.click("#clear-faults").await;
        browser.shown("#no-faults").await;
        let before = browser.text("#now").await;
        browser.click("[data-advance='1d']").await;
        says(&browser, "#offset", "ahead").await;
        assert_ne!(browser.text("#now").await, before);

        browser
            .script(
                "document.querySelector('#filter').value = 'nobody';\
            document.querySelector('#filter').dispatchEvent(new Event('input'));",
                Vec::new(),
            )
            .await;
        says(&browser, "#count", "(0 of 2)").await;
        browser.click("#reset").await;
        browser.until_texts("#count", &["(0)"]).await;
        assert!(simulator.transactions().is_empty());
    })
    .await;
}

#[tokio::test]
async fn it_says_when_the_simulator_is_gone() {
    let (simulator, _tenant) = start().await;
    with_browser(async |browser| {
        browser.open(&page(&simulator)).await;
        browser.shown("#none").await;
        simulator.stop().await;
        says(&browser, "#problem", "Is it still running?").await;
    })
    .await;
}

#[tokio::test]
async fn a_keyboard_and_a_phone_are_enough() {
    let (simulator, tenant) = start().await;
    let started = tenant.start(&doc_proof("BS")).await;
    tenant.status(&started).await;
    with_browser(async |browser| {
        browser.screen(360, 740, 1.0).await;
        browser.open(&page(&simulator)).await;
        says(&browser, "#transactions", "order no. 17").await;
        browser.fits().await;
        browser.shown("#filter").await.focus().await.unwrap();
        browser.press(Key::Tab).await;
        browser.press(Key::Tab).await;
        browser.press(Key::Enter).await;
        browser.shown("#steps").await;
        browser.until("document.activeElement.tagName", "MAIN").await;
        // What is open stays open while the page goes on looking.
        browser.click("#timeline > li:first-child summary").await;
        browser.shown("#timeline > li:first-child pre").await;
        browser.fits().await;
        browser.is_accessible("on a phone").await;
        tenant.status(&started).await;
        browser.until("document.querySelectorAll('#timeline > li').length", 3).await;
        browser.until("document.querySelectorAll('#timeline details[open]').length", 1).await;
    })
    .await;
}

#[tokio::test]
async fn other_sites_cannot_frame_it_or_post() {
    let site = Site::start().await;
    let (simulator, tenant) = start().await;
    let started = tenant.start(&doc_proof("BS")).await;
    with_browser(async |browser| {
        browser.open(&site.embedding(&page(&simulator))).await;
        browser.enter_frame().await;
        browser.until("document.querySelector('#transactions') === null", true).await;
        browser.leave_frame().await;
        let post = format!(
            "return fetch({}, {{ method: 'POST', mode: 'no-cors' }})",
            json!(format!("{}/_sim/transactions/{}/expire", simulator.base_url(), started.execution))
        );
        browser.script(&format!("{post}.then(() => 1, () => 1);"), Vec::new()).await;
    })
    .await;
    assert_eq!(tenant.status(&started).await, "INITIATED");
}
