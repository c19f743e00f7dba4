//! Writes the pictures of the simulator's pages for the book, as PNG into the folder that is named. `cargo xtask
//! screenshots` starts it.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a task of the repository fails by panicking")]

use std::path::PathBuf;

use jumio_browser_tests::{Browser, Site, Started, Tenant, doc_proof, document, with_browser};
use jumio_simulator::Simulator;
use serde_json::json;

#[tokio::main]
async fn main() {
    let folder = PathBuf::from(std::env::args_os().nth(1).expect("the folder for the pictures"));
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let site = Site::start().await;
    let simulator = Simulator::start().await.expect("the simulator starts");
    let tenant = Tenant::of(&simulator).await;
    with_browser(async |browser| {
        browser.screen(760, 1010, 1.0).await;
        let english = tenant.start(&order("UB", "en", &site)).await;
        choose(&browser, &english).await;
        save(&browser, &folder, "hosted-page").await;
        browser.click("#submit").await;
        browser.shown("#done").await;

        browser.screen(400, 1010, 1.0).await;
        let arabic = tenant.start(&order("BS", "ar", &site)).await;
        choose(&browser, &arabic).await;
        save(&browser, &folder, "hosted-page-arabic").await;

        let expired = tenant.start(&order("CCS", "de", &site)).await;
        tenant.control(&format!("transactions/{}/expire", expired.execution)).await;
        browser.screen(1280, 1300, 1.0).await;
        browser.open(&format!("{}/_sim/#{}", simulator.base_url(), english.execution)).await;
        // The callback was sent and answered, and then the details are asked for.
        browser.shown("#timeline .event .chip.good").await;
        tenant.details(&english).await;
        browser.until("document.querySelectorAll('#steps .good').length", 6).await;
        browser.click("#timeline > li:first-child summary").await;
        browser.shown("#timeline > li:first-child pre").await;
        browser.script("document.activeElement.blur();", Vec::new()).await;
        save(&browser, &folder, "inspector").await;
    })
    .await;
}

fn order(document_type: &str, locale: &str, site: &Site) -> serde_json::Value {
    let mut order = doc_proof(document_type);
    order["customerInternalReference"] = json!(format!("order {document_type}-{locale}"));
    order["web"] = json!({ "locale": locale });
    order["callbackUrl"] = json!(site.callback_url());
    order
}

async fn choose(browser: &Browser, started: &Started) {
    browser.open(&started.web).await;
    let files = ["utility-bill.png", "utility-bill-page-2.jpg", "bank-statement.pdf"].map(document);
    browser.choose("#file-file", &files.each_ref().map(PathBuf::as_path)).await;
    browser.until("document.querySelectorAll('.page').length", 3).await;
    browser
        .until("[...document.images].every(({ complete, naturalWidth }) => complete && naturalWidth > 0)", true)
        .await;
    browser.script("document.activeElement.blur();", Vec::new()).await;
}

async fn save(browser: &Browser, folder: &std::path::Path, name: &str) {
    let path = folder.join(format!("{name}.png"));
    std::fs::write(path, browser.picture().await).expect("the picture is written");
}
