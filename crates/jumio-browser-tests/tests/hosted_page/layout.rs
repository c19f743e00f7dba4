//! Sizes and directions: a phone's width, languages, a language that is written from right to left.

use jumio_browser_tests::{doc_proof, with_browser};
use jumio_simulator::Simulator;
use serde_json::json;

use crate::{FILE, jpeg, pdf, png, start};

#[tokio::test]
async fn a_phone_is_wide_enough() {
    let (_simulator, tenant) = start(Simulator::builder()).await;
    for locale in ["en", "de", "ar"] {
        let mut order = doc_proof("WWCC");
        order["web"] = json!({ "locale": locale });
        let started = tenant.start(&order).await;
        with_browser(async |browser| {
            browser.screen(360, 740, 1.0).await;
            browser.open(&started.web).await;
            assert_eq!(browser.value("innerWidth").await, 360);
            browser.fits().await;
            let folder = tempfile::tempdir().unwrap();
            let long = folder.path().join(format!("{}.pdf", "statement_of_the_account".repeat(6)));
            std::fs::copy(pdf(), &long).unwrap();
            browser.choose(FILE, &[&png(), &jpeg(), &long]).await;
            browser.until("document.querySelectorAll('.page').length", 3).await;
            browser.fits().await;
            browser.is_accessible(locale).await;
            let small = "[...document.querySelectorAll('button, .choose')]\
                .map((button) => button.getBoundingClientRect())\
                .filter(({ width, height }) => width < 44 || height < 44).length";
            assert_eq!(browser.value(small).await, 0, "a finger needs 44 pixels");
            browser.click("#submit").await;
            browser.shown("#done").await;
            browser.fits().await;
        })
        .await;
    }
}

#[tokio::test]
async fn arabic_is_written_from_the_right() {
    let (_simulator, tenant) = start(Simulator::builder()).await;
    let mut order = doc_proof("BS");
    order["web"] = json!({ "locale": "ar-EG" });
    let started = tenant.start(&order).await;
    with_browser(async |browser| {
        browser.open(&started.web).await;
        assert_eq!(browser.value("document.documentElement.lang").await, "ar");
        assert_eq!(browser.value("getComputedStyle(document.body).direction").await, "rtl");
        assert_eq!(browser.text("h1").await, "ارفع مستندك");
        assert_eq!(browser.text(".wanted").await, "كشف حساب مصرفي · الولايات المتحدة");
        browser.choose(FILE, &[&png()]).await;
        browser.until("document.querySelectorAll('.page').length", 1).await;
        let mirrored = "document.querySelector('.number').getBoundingClientRect().left \
            > document.querySelector('.actions').getBoundingClientRect().left";
        assert_eq!(browser.value(mirrored).await, true);
        browser.click("#submit").await;
        assert_eq!(browser.text("#done h1").await, "تم تسليم مستندك");
        browser.is_accessible("done").await;
    })
    .await;
}

#[tokio::test]
async fn other_locales_get_english() {
    let (_simulator, tenant) = start(Simulator::builder()).await;
    let started = tenant.start(&doc_proof("BS")).await;
    with_browser(async |browser| {
        for (locale, language) in [("locale=fr", "en"), ("locale=de_AT", "de"), ("x=y", "en")] {
            browser.open(&started.web.replace("locale=en", locale)).await;
            assert_eq!(browser.value("document.documentElement.lang").await, language, "{locale}");
        }
    })
    .await;
}
