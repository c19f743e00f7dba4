//! Calls beyond Doc Proof's own: parts by classifier, steps, rules, the report, deletion, the account, wiping, limits.

use std::time::Duration;

use jumio_simulator::variants::{
    AfterDeletion, AfterWipe, BasicAccess, DeletionReply, LateFinalize, MissingConsent, MissingCredential, MissingPage,
    PartReplacement, PdfPart, RetryAfter, SecondFinalize, SecondPage, UploadAccess, UploadToken,
};
use jumio_simulator::{RateLimits, Simulator};
use serde_json::json;

use crate::client::{FORM, JPEG, PDF, call, form, order};
use crate::run::{Run, asking, document, playing};
use crate::{HOUR, MINUTE, PROCESSING, start};

#[tokio::test]
async fn an_id_is_verified_over_the_api() {
    let run = Run::start(
        Simulator::builder(),
        &asking(
            "10011",
            &json!([{ "category": "ID", "country": { "values":
        ["USA"] }, "type": { "values": ["PASSPORT"] } }]),
        ),
    )
    .await;
    // FRONT, BACK and FACE; a face map cannot be uploaded.
    assert_eq!(run.upload_all().len(), 3);
    assert_eq!(run.finalize().status, 200);
    run.simulator.advance(PROCESSING).unwrap();
    let details = run.details();
    assert_eq!(details["decision"]["type"], "PASSED");
    let names: Vec<_> = details["capabilities"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["dataChecks", "extraction", "imageChecks", "liveness", "similarity", "usability"]);
    assert_eq!(details["capabilities"]["extraction"][0]["data"]["type"], "PASSPORT");
    assert_eq!(details["capabilities"]["usability"].as_array().unwrap().len(), 2);
    let steps = run.get("/steps").json();
    assert_eq!(steps["steps"][0]["name"], "ID_IV");
    assert_eq!(steps["steps"][0]["capabilityIds"].as_array().unwrap().len(), 7);
    let front = details["credentials"][0]["parts"][0]["href"].as_str().unwrap();
    assert_eq!(run.client.get(front).body, JPEG);
}

#[tokio::test]
async fn what_was_not_uploaded_is_said_in_the_result_or_refused() {
    let run = Run::start(Simulator::builder(), &asking("10011", &json!([]))).await;
    assert_eq!(run.finalize().status, 200);
    run.simulator.advance(PROCESSING).unwrap();
    let details = run.details();
    assert_eq!(details["decision"]["type"], "NOT_EXECUTED");
    assert_eq!(details["capabilities"]["usability"][0]["decision"]["details"]["label"], "NOT_UPLOADED");
    let blocked = &details["capabilities"]["similarity"][0];
    assert_eq!(blocked["decision"]["details"]["label"], "PRECONDITION_NOT_FULFILLED");
    assert_eq!(blocked["data"], json!({}));

    let refusing = Simulator::builder().variant(MissingCredential::Refused).variant(MissingPage::PreconditionFailed);
    let run = Run::start(refusing, &asking("10011", &json!([]))).await;
    assert_eq!(run.finalize().status, 400);
    let run = Run::start(Simulator::builder().variant(MissingPage::Accepted), &order()).await;
    assert_eq!(run.finalize().status, 200);
    run.simulator.advance(PROCESSING).unwrap();
    assert_eq!(run.details()["decision"]["type"], "NOT_EXECUTED");
}

#[tokio::test]
async fn an_id_over_the_api_needs_consent() {
    let mut without = asking("10011", &json!([]));
    without.as_object_mut().unwrap().remove("userConsent");
    let run = Run::done(Simulator::builder(), &without).await;
    let details = run.details();
    assert_eq!(
        details["decision"],
        json!({ "type": "REJECTED", "details": { "label": "REJECTED" }, "risk": { "score": 100.0 } })
    );
    for (name, entries) in details["capabilities"].as_object().unwrap() {
        assert_eq!(entries[0]["decision"]["type"], "NOT_EXECUTED", "{name}");
    }
    let run = Run::done(Simulator::builder().variant(MissingConsent::Ignored), &without).await;
    assert_eq!(run.details()["decision"]["type"], "PASSED");
    let run = Run::start(Simulator::builder().variant(MissingConsent::Refused), &without).await;
    run.upload_all();
    let refused = run.finalize();
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("userConsent"), "{}", refused.text());

    // Who is at Jumio's own page is asked there.
    let run = Run::by_person(playing(&["id-and-selfie"]), &without).await;
    assert_eq!(run.details()["decision"]["type"], "PASSED");

    // For the USA a country alone is not enough. Documents need none at all.
    without["userConsent"] = json!({ "userIp": "192.0.2.1", "userLocation": { "country": "USA", "state": "IL" } });
    let run = Run::done(Simulator::builder(), &without).await;
    assert_eq!(run.details()["decision"]["type"], "REJECTED");
    without["userConsent"]["consent"] = json!({ "obtained": "yes", "obtainedAt": "2026-01-02T03:04:05.678Z" });
    let run = Run::done(Simulator::builder(), &without).await;
    assert_eq!(run.details()["decision"]["type"], "PASSED");
    let run = Run::done(Simulator::builder(), &order()).await;
    assert_eq!(run.details()["decision"]["type"], "PASSED");
}

#[tokio::test]
async fn parts_are_replaced_by_put_and_nothing_else_is_taken() {
    let run = Run::start(Simulator::builder(), &asking("10011", &json!([]))).await;
    run.upload_all();
    let credential = &run.account["workflowExecution"]["credentials"][0];
    let front = credential["api"]["parts"]["front"].as_str().unwrap();
    let put = |url: &str, content: &[u8]| {
        call(&run.client.base, "PUT", url, &[&run.bearer(), FORM], &form("file", content)).status
    };
    assert_eq!(put(front, crate::client::PNG), 200);
    assert_eq!(put(front, PDF), 415);
    assert_eq!(put(&front.replace("FRONT", "FACE"), JPEG), 404);
    assert_eq!(put(&front.replace("FRONT", "1"), JPEG), 404);
    let wrong = call(&run.client.base, "DELETE", front, &[&run.bearer()], b"");
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("POST, PUT, OPTIONS")));
    run.finalize();
    run.simulator.advance(PROCESSING).unwrap();
    let parts = run.details()["credentials"][0]["parts"].clone();
    assert_eq!(parts.as_array().unwrap().len(), 2);
    let front = parts.as_array().unwrap().iter().find(|part| part["classifier"] == "FRONT").unwrap();
    assert_eq!(run.client.get(front["href"].as_str().unwrap()).header("content-type"), Some("image/png"));
}

#[tokio::test]
async fn the_report_is_behind_a_link_that_ends() {
    let run = Run::done(Simulator::builder(), &order()).await;
    let link = run.get("/generate").json()["presignedUrl"].as_str().unwrap().to_owned();
    let fetch = |url: &str| call(&run.client.base, "GET", url, &[], b"");
    let report = fetch(&link);
    assert_eq!((report.status, report.header("content-type")), (200, Some("application/pdf")));
    assert!(report.body.starts_with(b"%PDF-1.4") && report.text().contains("SIMULATED report"));
    assert_eq!(fetch(&link.replace("expires=", "expires=9")).status, 403);
    run.simulator.advance(5 * MINUTE).unwrap();
    assert_eq!(fetch(&link).status, 403);
}

#[tokio::test]
async fn what_is_deleted_is_gone_and_the_rest_stays() {
    for (left, after) in [(AfterDeletion::NotFound, 404), (AfterDeletion::MetadataKept, 200)] {
        let run = Run::done(Simulator::builder().variant(left), &order()).await;
        let part = run.details()["credentials"][1]["parts"][0]["href"].as_str().unwrap().to_owned();
        let delete = |path: &str| call(&run.client.base, "DELETE", path, &[&run.client.access], b"");
        let deleted = delete(&run.execution());
        assert_eq!((deleted.status, deleted.body.len()), (200, 0));
        assert_eq!(delete(&run.execution()).status, 404);
        let details = run.get("");
        assert_eq!(details.status, after);
        if after == 200 {
            assert!(details.json()["wipedOutAt"].is_string() && details.json()["decision"]["type"] == "PASSED");
        }
        assert_eq!(run.client.get(&part).status, 404);
        let account = format!("/api/v1/accounts/{}", run.account_id());
        assert_eq!(run.client.get(&account).status, 404);
    }
    let run = Run::done(Simulator::builder().variant(DeletionReply::NoContent), &order()).await;
    let account = format!("/api/v1/accounts/{}", run.account_id());
    assert_eq!(run.client.get(&account).json()["account"]["id"], run.account_id());
    assert_eq!(call(&run.client.base, "DELETE", &account, &[&run.client.access], b"").status, 204);
    assert_eq!(run.get("/status").status, 404);
    assert_eq!(call(&run.client.base, "DELETE", &account, &[&run.client.access], b"").status, 404);
}

#[tokio::test]
async fn what_is_personal_is_wiped_from_the_disk_too() {
    let folder = tempfile::tempdir().unwrap();
    let builder = playing(&["wiped-early"]).state_dir(folder.path());
    let run = Run::done(builder, &asking("10026", &json!([document("BS")]))).await;
    let uploads = || std::fs::read_dir(folder.path().join("uploads")).unwrap().count();
    assert_eq!(uploads(), 1);
    let part = run.details()["credentials"][0]["parts"][0]["href"].as_str().unwrap().to_owned();
    run.simulator.advance(14 * MINUTE).unwrap();
    let details = run.details();
    assert!(details["wipedOutAt"].is_string());
    assert_eq!(details["credentials"][0].get("parts"), None);
    assert_eq!(details["capabilities"]["extraction"][0]["data"], json!({}));
    assert_eq!(run.client.get(&part).status, 404);
    assert_eq!(uploads(), 0);

    let builder = playing(&["wiped-early"]).variant(AfterWipe::NotFound);
    let run = Run::done(builder, &order()).await;
    run.simulator.advance(14 * MINUTE).unwrap();
    // The scenario's own variants are those of the whole simulator.
    assert_eq!(run.get("").status, 404);
}

#[tokio::test]
async fn the_published_limits_are_kept_where_asked_for() {
    for (variant, form) in
        [(RetryAfter::Absent, None), (RetryAfter::Seconds, Some("5")), (RetryAfter::Date, Some("GMT"))]
    {
        let builder = Simulator::builder().rate_limits(RateLimits::Published).variant(variant);
        let (simulator, client) = start(builder).await;
        let replies: Vec<_> = (0..6).map(|_| client.post_account(&order())).collect();
        assert!(replies[..5].iter().all(|reply| reply.status == 200));
        let refused = &replies[5];
        assert_eq!(refused.status, 429);
        assert_eq!(
            refused.json(),
            json!({ "title": "Too Many Requests", "status": 429, "detail": "Request limit exceeded" })
        );
        let said = refused.header("retry-after");
        assert!(said.is_none() == form.is_none() && said.unwrap_or_default().ends_with(form.unwrap_or_default()));
        simulator.advance(Duration::from_secs(5)).unwrap();
        assert_eq!(client.post_account(&order()).status, 200);
    }
}

#[tokio::test]
async fn open_questions_have_other_answers() {
    let run = Run::done(Simulator::builder().variant(SecondFinalize::Conflict), &order()).await;
    assert_eq!(run.finalize().status, 409);

    let run = Run::start(Simulator::builder().variant(LateFinalize::NotFound), &order()).await;
    run.simulator.advance(HOUR).unwrap();
    assert_eq!(run.finalize().status, 404);

    let run = Run::start(Simulator::builder().variant(PartReplacement::Replaces), &order()).await;
    run.upload_all();
    let document = run.account["workflowExecution"]["credentials"][1]["api"]["parts"]["document"].as_str().unwrap();
    let body = form("file", JPEG);
    let put = |page: &str| call(&run.client.base, "PUT", &format!("{document}/{page}"), &[&run.bearer(), FORM], &body);
    assert_eq!((put("1").status, put("2").status), (200, 404));

    for (variant, second, pages) in
        [(SecondPage::Appends, 200, 2), (SecondPage::Replaces, 200, 1), (SecondPage::Refused, 409, 1)]
    {
        let run = Run::start(Simulator::builder().variant(variant), &order()).await;
        run.upload_all();
        let reply = call(&run.client.base, "POST", document_of(&run), &[&run.bearer(), FORM], &form("file", PDF));
        assert_eq!(reply.status, second, "{variant:?}");
        run.finalize();
        run.simulator.advance(PROCESSING).unwrap();
        assert_eq!(run.details()["credentials"][1]["parts"].as_array().unwrap().len(), pages, "{variant:?}");
    }

    for (variant, kind) in [(PdfPart::Image, "image/jpeg"), (PdfPart::OctetStream, "application/octet-stream")] {
        let run = Run::done(Simulator::builder().variant(variant), &order()).await;
        let part = run.details()["credentials"][1]["parts"][0]["href"].as_str().unwrap().to_owned();
        assert_eq!(run.client.get(&part).header("content-type"), Some(kind));
    }

    let run = Run::start(Simulator::builder().variant(UploadToken::Rotated), &order()).await;
    let first = run.upload_all().remove(0).json()["api"]["token"].as_str().unwrap().to_owned();
    assert_ne!(format!("Authorization: Bearer {first}"), run.bearer());
    let rotated = format!("Authorization: Bearer {first}");
    assert_eq!(call(&run.client.base, "PUT", &run.execution(), &[&rotated], b"").status, 200);

    let run = Run::start(Simulator::builder().variant(UploadAccess::EitherToken), &order()).await;
    run.upload_all();
    assert_eq!(call(&run.client.base, "PUT", &run.execution(), &[&run.client.access], b"").status, 200);
}

fn document_of(run: &Run) -> &str {
    run.account["workflowExecution"]["credentials"][1]["api"]["parts"]["document"].as_str().unwrap()
}

#[tokio::test]
async fn basic_access_is_taken_where_asked_for() {
    let simulator = Simulator::builder().variant(BasicAccess::Accepted).credentials("me", "s3cret").start();
    let simulator = simulator.await.unwrap();
    let reply = |basic: &str| {
        let header = format!("Authorization: Basic {basic}");
        call(simulator.base_url(), "POST", "/api/v1/accounts", &[&header, crate::client::JSON], b"{}").status
    };
    // me:s3cret and me:other
    assert_eq!((reply("bWU6czNjcmV0"), reply("bWU6b3RoZXI=")), (400, 401));
}

#[tokio::test]
async fn a_credential_of_the_account_can_be_linked() {
    let run = Run::done(Simulator::builder(), &asking("10011", &json!([]))).await;
    let id = run.account["workflowExecution"]["credentials"][0]["id"].clone();
    let put = |id: &serde_json::Value| {
        let body = asking("10025", &json!([{ "category": "ID", "id": id }])).to_string();
        let path = format!("/api/v1/accounts/{}", run.account_id());
        call(&run.client.base, "PUT", &path, &[&run.client.access, crate::client::JSON], body.as_bytes())
    };
    let linked = put(&id);
    assert_eq!(linked.status, 200, "{}", linked.text());
    assert_eq!(linked.json()["workflowExecution"]["credentials"][0]["id"], id);
    assert_eq!(put(&json!("00000000-0000-4000-8000-000000000000")).status, 400);
}
