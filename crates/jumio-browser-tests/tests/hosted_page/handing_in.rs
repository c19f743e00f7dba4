//! Choosing, ordering, removing and sending pages, by mouse, by keyboard and without a script; and what is refused.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use jumio_browser_tests::{doc_proof, with_browser};
use jumio_simulator::Simulator;
use serde_json::json;
use thirtyfour::Key;

use crate::{FILE, NAMES, jpeg, pdf, png, start};

#[tokio::test]
async fn pages_arrive_in_the_order_that_is_shown() {
    let (_simulator, tenant) = start(Simulator::builder()).await;
    let started = tenant.start(&doc_proof("UB")).await;
    with_browser(async |browser| {
        browser.open(&started.web).await;
        assert!(browser.text(".banner").await.contains("Do not upload real documents"));
        browser.is_accessible("open").await;

        browser.choose(FILE, &[&pdf(), &png(), &jpeg()]).await;
        browser.until_texts(NAMES, &["bank-statement.pdf", "utility-bill.png", "utility-bill-page-2.jpg"]).await;
        assert_eq!(browser.texts(".picture").await[0], "PDF");
        browser.until("document.querySelectorAll('.picture img')[1].naturalWidth > 0", true).await;
        assert!(browser.text(".summary").await.starts_with("Pages: 3 of 30."));
        browser.is_accessible("with pages").await;
        // The person is at it now, so the session runs.
        browser.until("document.querySelector('#open') !== null", true).await;

        browser.click(".page:nth-child(1) .down").await;
        browser.until_texts(NAMES, &["utility-bill.png", "bank-statement.pdf", "utility-bill-page-2.jpg"]).await;
        browser.drag(".page:nth-child(3)", ".page:nth-child(1)").await;
        browser.until_texts(NAMES, &["utility-bill-page-2.jpg", "utility-bill.png", "bank-statement.pdf"]).await;
        browser.click(".page:nth-child(2) .remove").await;
        browser.until_texts(NAMES, &["utility-bill-page-2.jpg", "bank-statement.pdf"]).await;

        browser.click("#submit").await;
        assert_eq!(browser.text("#done h1").await, "Your document was handed in");
        browser.is_accessible("done").await;
    })
    .await;
    let first = tenant.part(&started, "DOCUMENT", "1").await;
    assert_eq!(first, ("image/jpeg".to_owned(), std::fs::read(jpeg()).unwrap()));
    let second = tenant.part(&started, "DOCUMENT", "2").await;
    assert_eq!(second, ("application/pdf".to_owned(), std::fs::read(pdf()).unwrap()));
}

#[tokio::test]
async fn files_can_be_dropped() {
    let (_simulator, tenant) = start(Simulator::builder()).await;
    let started = tenant.start(&doc_proof("BS")).await;
    with_browser(async |browser| {
        browser.open(&started.web).await;
        let drop = "
            const files = new DataTransfer();
            files.items.add(new File(['%PDF-1.7 dropped'], 'dropped.pdf'));
            const event = new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true });
            return document.querySelector('.drop').dispatchEvent(event);";
        assert_eq!(browser.script(drop, Vec::new()).await, false, "the browser would open the file itself");
        browser.until_texts(NAMES, &["dropped.pdf"]).await;
        browser.click("#submit").await;
        browser.shown("#done").await;
    })
    .await;
    assert_eq!(tenant.part(&started, "DOCUMENT", "1").await.1, b"%PDF-1.7 dropped");
}

#[tokio::test]
async fn a_keyboard_is_enough() {
    let (_simulator, tenant) = start(Simulator::builder()).await;
    let started = tenant.start(&doc_proof("UB")).await;
    with_browser(async |browser| {
        let focus = "document.activeElement.className || document.activeElement.id";
        browser.open(&started.web).await;
        browser.press(Key::Tab).await;
        browser.until(focus, "file").await;
        browser.choose(FILE, &[&png(), &jpeg()]).await;
        browser.until_texts(NAMES, &["utility-bill.png", "utility-bill-page-2.jpg"]).await;
        browser.until("document.querySelector('#said').textContent.includes('page 2')", true).await;

        for expected in ["up", "down", "remove", "up"] {
            browser.press(Key::Tab).await;
            browser.until(focus, expected).await;
        }
        browser.press(Key::Enter).await;
        browser.until_texts(NAMES, &["utility-bill-page-2.jpg", "utility-bill.png"]).await;
        browser.until("document.querySelector('#said').textContent.includes('is now page 1')", true).await;
        // The focus went with the page, to a button that has nothing to do there and says so.
        browser.until(focus, "up").await;
        browser.until("document.activeElement.ariaDisabled", "true").await;
        browser.until("document.activeElement.ariaLabel", "Move page 1 up").await;
        browser.press(Key::Enter).await;
        browser.until_texts(NAMES, &["utility-bill-page-2.jpg", "utility-bill.png"]).await;

        for expected in ["down", "remove", "up", "down", "remove"] {
            browser.press(Key::Tab).await;
            browser.until(focus, expected).await;
        }
        browser.press(Key::Space).await;
        browser.until_texts(NAMES, &["utility-bill-page-2.jpg"]).await;
        browser.until(focus, "remove").await;
        browser.press(Key::Tab).await;
        browser.until("document.activeElement.id", "submit").await;
        browser.press(Key::Enter).await;
        browser.shown("#done").await;
        browser.until("document.activeElement.id", "done").await;
        browser.until("document.title.includes('SIMULATED')", true).await;
    })
    .await;
    assert_eq!(tenant.part(&started, "DOCUMENT", "1").await.1, std::fs::read(jpeg()).unwrap());
}

/// A file of this content and size; what is not said is zeros.
fn file(folder: &Path, name: &str, start: &[u8], size: u64) -> PathBuf {
    let path = folder.join(name);
    let mut file = File::create(&path).unwrap();
    file.write_all(start).unwrap();
    file.set_len(size).unwrap();
    path
}

/// An image of this size, painted by the browser and chosen as a person would.
const PAINT: &str = "
    const done = arguments[arguments.length - 1];
    const [width, height, name] = arguments;
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    canvas.getContext('2d');
    canvas.toBlob((blob) => {
        const files = new DataTransfer();
        files.items.add(new File([blob], name));
        document.querySelector('.drop').dispatchEvent(
            new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));
    });";

#[tokio::test]
async fn what_cannot_be_used_is_said_before_it_is_sent() {
    const MEGABYTE: u64 = 1024 * 1024;
    let (simulator, tenant) = start(Simulator::builder()).await;
    let started = tenant.start(&doc_proof("CC")).await;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    with_browser(async |browser| {
        browser.open(&started.web).await;
        assert!(browser.texts("#limits li").await[1].starts_with("At most 2 pages"));
        browser.click("#submit").await;
        assert!(browser.text("#problem").await.contains("Choose at least one file"));
        browser.until("document.activeElement.id", "file-file").await;
        browser.is_accessible("nothing chosen").await;

        let text = file(folder, "letter.txt", b"Dear Sir or Madam", 100);
        let empty = file(folder, "empty.pdf", b"", 0);
        let large = file(folder, "large.pdf", b"%PDF-1.7", 15 * MEGABYTE + 1);
        let broken = file(folder, "broken.png", b"\x89PNG\r\n\x1a\n", 100);
        browser.choose(FILE, &[&text, &empty, &large, &broken]).await;
        browser.until("document.querySelectorAll('.refused li').length", 4).await;
        let said = browser.texts(".refused li").await;
        for (said, expected) in said.iter().zip(["only JPEG, PNG", "is empty", "more than 15 MB", "cannot be opened"]) {
            assert!(said.contains(expected), "{said}");
        }
        browser.is_accessible("refused").await;
        for (width, height, name, expected) in
            [(300, 20, "small.png", "more than 300"), (8001, 1, "wide.png", "at most 8000")]
        {
            browser.script(PAINT, vec![json!(width), json!(height), json!(name)]).await;
            let reason = format!("document.querySelector('.refused').textContent.includes({})", json!(expected));
            browser.until(&reason, true).await;
        }
        assert!(browser.texts(NAMES).await.is_empty());

        browser.choose(FILE, &[&png(), &jpeg(), &pdf()]).await;
        browser.until_texts(NAMES, &["utility-bill.png", "utility-bill-page-2.jpg"]).await;
        assert!(browser.text(".refused").await.contains("already 2 pages"));
    })
    .await;
    // Only that a person is choosing was told.
    assert_eq!(simulator.transactions()[0].succeeded("hosted_page"), 0);
}

#[tokio::test]
async fn the_servers_refusal_and_a_lost_connection_can_be_mended() {
    let (simulator, tenant) = start(Simulator::builder()).await;
    let started = tenant.start(&doc_proof("BS")).await;
    with_browser(async |browser| {
        browser.open(&started.web).await;
        browser.choose(FILE, &[&pdf()]).await;
        browser.until_texts(NAMES, &["bank-statement.pdf"]).await;
        browser.offline(true).await;
        browser.click("#submit").await;
        assert!(browser.text("#problem").await.contains("cannot be reached"));
        browser.is_accessible("offline").await;
        browser.offline(false).await;
        browser.click("#submit").await;
        browser.shown("#done").await;
    })
    .await;
    assert_eq!(simulator.transactions()[0].succeeded("hosted_page"), 1);
}

#[tokio::test]
async fn it_works_without_a_script() {
    let (_simulator, tenant) = start(Simulator::builder()).await;
    let mut order = doc_proof("UB");
    order["web"] = json!({ "locale": "de" });
    let started = tenant.start(&order).await;
    with_browser(async |browser| {
        browser.scripts(false).await;
        browser.open(&started.web).await;
        browser.choose(FILE, &[&png(), &jpeg()]).await;
        browser.click("#submit").await;
        assert_eq!(browser.text("#done h1").await, "Ihr Dokument wurde eingereicht");
        browser.open(&started.web).await;
        assert_eq!(browser.text("#failed .reason").await, "Das Dokument wurde bereits eingereicht.");
    })
    .await;
    assert_eq!(tenant.part(&started, "DOCUMENT", "2").await.0, "image/jpeg");
}

#[tokio::test]
async fn an_id_and_a_face_are_parts_of_their_own() {
    let (_simulator, tenant) = start(Simulator::builder()).await;
    let order = json!({
        "customerInternalReference": "order-18",
        "workflowDefinition": { "key": 10011 },
        "userConsent": {
            "userIp": "203.0.113.7",
            "userLocation": { "country": "AUT" },
            "consent": { "obtained": "na", "obtainedAt": "2025-06-17T16:00:05.456Z" },
        },
    });
    let started = tenant.start(&order).await;
    with_browser(async |browser| {
        browser.open(&started.web).await;
        browser.choose("#file-BACK", &[&jpeg()]).await;
        browser.click("#submit").await;
        assert!(browser.text("#problem").await.contains("Choose at least one file"));
        browser.until("document.activeElement.id", "file-FRONT").await;
        browser.choose("#file-FRONT", &[&png()]).await;
        browser.until("document.querySelectorAll('.page').length", 2).await;
        browser.choose("#file-FRONT", &[&jpeg()]).await;
        browser.shown("[data-field=FRONT] .refused li").await;
        browser.choose("#file-FACE", &[&pdf()]).await;
        browser.shown("[data-field=FACE] .refused li").await;
        browser.choose("#file-FACE", &[&jpeg()]).await;
        browser.until("document.querySelectorAll('.page').length", 3).await;
        browser.is_accessible("an ID and a face").await;
        browser.click("#submit").await;
        browser.shown("#done").await;
    })
    .await;
    assert_eq!(tenant.part(&started, "ID", "FRONT").await.1, std::fs::read(png()).unwrap());
    assert_eq!(tenant.part(&started, "ID", "BACK").await.1, std::fs::read(jpeg()).unwrap());
    assert_eq!(tenant.part(&started, "SELFIE", "FACE").await.0, "image/jpeg");
}
