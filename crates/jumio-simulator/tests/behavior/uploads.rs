//! Uploads: several pages, what is refused and when, prepared data, finalize.

use jumio_simulator::Simulator;
use jumio_simulator::variants::PartReplacement;
use serde_json::json;

use crate::client::{FORM, JPEG, JSON, PDF, PNG, call, form, order, pdf_of};
use crate::{PROCESSING, start};

#[tokio::test]
async fn pages_are_numbered_and_come_back_as_they_were() {
    let (simulator, client) = start(Simulator::builder()).await;
    let started = client.create(&order());
    for content in [PDF, PNG, JPEG] {
        assert_eq!(started.upload(content).status, 200);
    }
    assert_eq!(started.finalize().status, 200);
    simulator.advance(PROCESSING).unwrap();
    let details = client.get(&started.execution_url).json();
    let parts = details["credentials"][1]["parts"].as_array().unwrap();
    let kinds = [(PDF, "application/pdf"), (PNG, "image/png"), (JPEG, "image/jpeg")];
    assert_eq!(parts.len(), kinds.len());
    for (index, (part, (content, kind))) in parts.iter().zip(kinds).enumerate() {
        assert_eq!(part["classifier"], (index + 1).to_string());
        let reply = client.get(part["href"].as_str().unwrap());
        assert_eq!((reply.status, reply.header("content-type")), (200, Some(kind)));
        assert_eq!(reply.body, content);
    }
    assert_eq!(simulator.transactions()[0].succeeded("upload_document"), 3);
}

/// A JPEG with so many pixels on each side, whose size stands behind 100 KiB of metadata, as in a phone's photo.
fn photo(side: u16) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8];
    for _ in 0..2 {
        bytes.extend_from_slice(&[0xFF, 0xE1, 0xC8, 0x02]);
        bytes.resize(bytes.len() + 0xC800, 0);
    }
    bytes.extend_from_slice(&[0xFF, 0xC0, 0, 17, 8]);
    bytes.extend_from_slice(&side.to_be_bytes());
    bytes.extend_from_slice(&side.to_be_bytes());
    bytes
}

#[tokio::test]
async fn the_size_of_a_photo_is_found_behind_its_metadata() {
    let (_simulator, client) = start(Simulator::builder()).await;
    assert_eq!(client.create(&order()).upload(&photo(3000)).status, 200);
}

#[tokio::test]
async fn bad_files_are_refused_and_leave_nothing() {
    let (simulator, client) = start(Simulator::builder()).await;
    let base = simulator.base_url();
    let started = client.create(&order());
    let transaction = started.transaction.as_str();
    let mut two = form("file", PDF);
    two.truncate(two.len() - 4);
    two.extend_from_slice(&[b"\r\n".as_slice(), &form("file", PDF)].concat());
    let cut = &form("file", PDF)[..120];
    for (content_type, body, status) in [
        (FORM, form("page", PDF), 400),
        (FORM, form("file", b""), 400),
        (FORM, form("file", b"GIF89a, not a document"), 415),
        (FORM, form("file", &photo(9000)), 400),
        (FORM, form("file", &photo(200)), 400),
        (FORM, b"--XX--\r\n".to_vec(), 400),
        (FORM, cut.to_vec(), 400),
        (FORM, two, 400),
        ("Content-Type: multipart/form-data", form("file", PDF), 400),
        (JSON, b"{}".to_vec(), 400),
    ] {
        let reply = call(base, "POST", &started.document_url, &[transaction, content_type], &body);
        assert_eq!(reply.status, status, "{}", reply.text());
        assert_eq!(reply.json()["status"], status);
    }
    let record = &simulator.transactions()[0];
    assert_eq!((record.status.as_str(), record.succeeded("upload_document")), ("INITIATED", 0));
}

#[tokio::test]
async fn fifteen_megabytes_in_total() {
    let folder = tempfile::tempdir().unwrap();
    let (simulator, client) = start(Simulator::builder().state_dir(folder.path())).await;
    let started = client.create(&order());
    let page = |size: usize| pdf_of(1, size);
    let mib = 1024 * 1024;
    assert_eq!(started.upload(&page(15 * mib + 1)).status, 413);
    assert_eq!(started.upload(&page(14 * mib)).status, 200);
    assert_eq!(started.upload(&page(mib + 1)).status, 413);
    assert_eq!(started.upload(&page(mib)).status, 200);
    assert_eq!(simulator.transactions()[0].succeeded("upload_document"), 2);
    // What was refused is not on the disk either.
    assert_eq!(std::fs::read_dir(folder.path().join("uploads")).unwrap().count(), 2);
}

#[tokio::test]
async fn a_credit_card_has_two_pages() {
    let (_simulator, client) = start(Simulator::builder()).await;
    let mut card = order();
    card["workflowDefinition"]["credentials"][0]["type"]["values"] = json!(["CC"]);
    let started = client.create(&card);
    let statuses = [PDF, PDF, PDF].map(|page| started.upload(page).status);
    assert_eq!(statuses, [200, 200, 400]);
}

#[tokio::test]
async fn the_pages_of_a_pdf_are_counted() {
    let documents = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/documents");
    let statement = std::fs::read(format!("{documents}/bank-statement.pdf")).unwrap();
    let locked = std::fs::read(format!("{documents}/password-protected.pdf")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let replacing = Simulator::builder().state_dir(folder.path()).variant(PartReplacement::Replaces);
    let (simulator, client) = start(replacing).await;
    let base = simulator.base_url();
    let mut card = order();
    card["workflowDefinition"]["credentials"][0]["type"]["values"] = json!(["CCS"]);

    // A card's statement has two pages, in one file or in two.
    let started = client.create(&card);
    let refused = started.upload(&pdf_of(3, 0));
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("may have 2 pages and would have 3"), "{}", refused.text());
    assert_eq!(client.status(&started), "INITIATED");
    assert_eq!([&statement[..], PNG].map(|file| started.upload(file).status), [200, 400]);
    let put = |content: &[u8]| {
        let page = format!("{}/1", started.document_url);
        call(base, "PUT", &page, &[&started.transaction, FORM], &form("file", content)).status
    };
    assert_eq!((put(&pdf_of(3, 0)), put(&pdf_of(1, 0))), (400, 200));
    assert_eq!([PNG, PNG].map(|file| started.upload(file).status), [200, 400]);

    // One that cannot be read is one page.
    let started = client.create(&card);
    assert_eq!([&locked[..], PDF, PNG].map(|file| started.upload(file).status), [200, 200, 400]);

    // Any other document has thirty.
    let started = client.create(&order());
    assert_eq!(started.upload(&pdf_of(31, 0)).status, 400);
    assert_eq!(started.upload(&pdf_of(28, 0)).status, 200);
    assert_eq!([&statement[..], PNG].map(|file| started.upload(file).status), [200, 400]);

    // The hosted page refuses the same, and keeps none of the files.
    let kept = || std::fs::read_dir(folder.path().join("uploads")).unwrap().count();
    let (started, before) = (client.create(&card), kept());
    let mut files = form("file", PNG);
    files.truncate(files.len() - 4);
    files.extend_from_slice(&[b"\r\n".as_slice(), &form("file", &statement)].concat());
    assert_eq!(call(base, "POST", &started.web, &[FORM], &files).status, 400);
    assert_eq!(kept(), before);
    assert_eq!(call(base, "POST", &started.web, &[FORM], &form("file", &statement)).status, 200);
}

#[tokio::test]
async fn prepared_data_goes_to_data_only() {
    let (simulator, client) = start(Simulator::builder()).await;
    let base = simulator.base_url();
    let started = client.create(&order());
    let transaction = started.transaction.as_str();
    let data = json!({ "firstName": "Ann", "lastName": "Example" }).to_string();
    let post = |url: &str, body: &str| call(base, "POST", url, &[transaction, JSON], body.as_bytes());
    let reply = post(&started.prepared_url, &data);
    assert_eq!((reply.status, &reply.json()["api"]["parts"]), (200, &json!({})));
    assert_eq!(client.status(&started), "INITIATED");
    for (url, body, status) in [
        (started.prepared_url.as_str(), "[]", 400),
        (&started.prepared_url, "{", 400),
        (&started.prepared_url.replace("PREPARED_DATA", "FRONT"), &data, 404),
        (&started.prepared_url.replace("/PREPARED_DATA", ""), &data, 404),
        (&format!("{}/PREPARED_DATA", started.document_url), &data, 404),
        (&format!("{}/FRONT", started.document_url), &data, 404),
        (&format!("{}/2", started.document_url), &data, 404),
    ] {
        assert_eq!(post(url, body).status, status, "{url} {body}");
    }
    let details = client.get(&started.execution_url).json();
    let part = &details["credentials"][0]["parts"][0];
    assert_eq!(part["classifier"], "PREPARED_DATA");
    let reply = client.get(part["href"].as_str().unwrap());
    assert_eq!((reply.text(), reply.header("content-type")), (data, Some("application/json")));
}

#[tokio::test]
async fn finalize_wants_a_document_and_closes() {
    let (simulator, client) = start(Simulator::builder()).await;
    let started = client.create(&order());
    assert_eq!(started.finalize().status, 400);
    assert_eq!(client.status(&started), "INITIATED");
    assert_eq!(started.upload(PDF).status, 200);
    assert_eq!(client.status(&started), "ACQUISITION_STARTED");
    assert_eq!(started.finalize().status, 200);
    assert_eq!(client.status(&started), "ACQUIRED");
    assert_eq!(started.finalize().status, 200);
    assert_eq!(started.upload(PDF).status, 409);
    simulator.advance(PROCESSING).unwrap();
    assert_eq!(client.status(&started), "PROCESSED");
    assert_eq!(started.finalize().status, 200);
    assert_eq!(started.upload(PDF).status, 409);
    let details = client.get(&started.execution_url).json();
    assert_eq!(details["credentials"][1]["parts"].as_array().unwrap().len(), 1);
}
