//! The hosted page, as a browser without scripts sees it.

use jumio_simulator::Simulator;

use crate::client::{FORM, PDF, PNG, call, form, order};
use crate::{HOUR, PROCESSING, start};

#[tokio::test]
async fn a_person_can_hand_in_pages() {
    let (simulator, client) = start(Simulator::builder()).await;
    let base = simulator.base_url();
    let started = client.create(&order());
    let shown = call(base, "GET", &started.web, &[], b"");
    assert_eq!((shown.status, shown.header("x-simulated")), (200, Some("SIMULATED")));
    assert!(shown.header("content-security-policy").unwrap().contains("default-src 'none'"));
    let html = shown.text();
    for expected in ["SIMULATED", "type=\"file\"", "name=\"file\"", "multipart/form-data", "Bank statement"] {
        assert!(html.contains(expected), "{expected}: {html}");
    }
    assert_eq!(client.status(&started), "INITIATED");

    let first = form("file", PDF);
    let two = [&first[..first.len() - 6], b"\r\n".as_slice(), &form("file", PNG)].concat();
    let done = call(base, "POST", &started.web, &[FORM], &two);
    assert_eq!(done.status, 200, "{}", done.text());
    assert!(done.text().contains("Your document was handed in"));
    assert_eq!(client.status(&started), "ACQUIRED");
    simulator.advance(PROCESSING).unwrap();
    let details = client.get(&started.execution_url).json();
    assert_eq!(details["credentials"][1]["parts"].as_array().unwrap().len(), 2);
    assert_eq!(simulator.transactions()[0].succeeded("hosted_page"), 1);

    assert_eq!(call(base, "GET", &started.web, &[], b"").status, 409);
    assert_eq!(call(base, "POST", &started.web, &[FORM], &two).status, 409);
}

#[tokio::test]
async fn what_is_wrong_is_said_and_nothing_is_kept() {
    let (simulator, client) = start(Simulator::builder()).await;
    let base = simulator.base_url();
    let started = client.create(&order());
    let none = b"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--XX--\r\n";
    for (body, status) in [(none.to_vec(), 400), (form("file", b"plain text"), 415), (form("file", b""), 400)] {
        let reply = call(base, "POST", &started.web, &[FORM], &body);
        assert_eq!(reply.status, status);
        assert!(reply.text().contains("SIMULATED"), "{}", reply.text());
    }
    assert_eq!(client.status(&started), "INITIATED");
    let forged = started.web.replace("authorizationToken=", "authorizationToken=x");
    assert_eq!(call(base, "GET", &forged, &[], b"").status, 401);
    assert_eq!(call(base, "GET", "/web/client", &[], b"").status, 401);
    simulator.advance(HOUR).unwrap();
    assert_eq!(call(base, "GET", &started.web, &[], b"").status, 410);
    assert_eq!(call(base, "POST", &started.web, &[FORM], &form("file", PDF)).status, 410);
}
