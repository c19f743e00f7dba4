//! The two kinds of token: which call takes which, and how long.

use jumio_simulator::Simulator;
use serde_json::json;

use crate::client::{FORM, JSON, PDF, call, form, order};
use crate::{MINUTE, sign_in, start};

#[tokio::test]
async fn they_are_never_mixed() {
    let (simulator, client) = start(Simulator::builder()).await;
    let base = simulator.base_url();
    let started = client.create(&order());
    let page = form("file", PDF);
    let body = order().to_string();
    let status = format!("{}/status", started.execution_url);
    let account = format!("/api/v1/accounts/{}", started.account);
    let (access, transaction) = (client.access.as_str(), started.transaction.as_str());

    // The access token does not upload or finalize.
    for (method, url, content, sent) in [
        ("POST", &started.document_url, FORM, page.as_slice()),
        ("POST", &started.prepared_url, JSON, b"{}"),
        ("PUT", &started.execution_url, JSON, b"{}"),
    ] {
        let reply = call(base, method, url, &[access, content], sent);
        assert_eq!(reply.status, 401, "{method} {url}");
        assert_eq!(reply.json()["title"], "Unauthorized");
        assert_eq!(call(base, method, url, &[content], sent).status, 401);
    }
    // The transaction token does nothing else.
    for (method, url, sent) in [
        ("POST", "/api/v1/accounts", body.as_bytes()),
        ("PUT", account.as_str(), body.as_bytes()),
        ("GET", started.execution_url.as_str(), b""),
        ("GET", status.as_str(), b""),
    ] {
        let reply = call(base, method, url, &[transaction, JSON], sent);
        assert_eq!(reply.status, 401, "{method} {url}");
    }
    let record = &simulator.transactions()[0];
    assert_eq!(record.status, "INITIATED");
    assert_eq!(record.calls.iter().filter(|call| call.status == 401).count(), 8);
}

#[tokio::test]
async fn a_transaction_token_is_for_its_own_execution() {
    let (simulator, client) = start(Simulator::builder()).await;
    let (one, other) = (client.create(&order()), client.create(&order()));
    let headers = [other.transaction.as_str(), FORM];
    let page = form("file", PDF);
    let reply = call(simulator.base_url(), "POST", &one.document_url, &headers, &page);
    assert_eq!(reply.status, 403);
    let reply = call(simulator.base_url(), "PUT", &one.execution_url, &headers, b"");
    assert_eq!(reply.status, 403);
    // Neither a credential of another execution nor one of another category.
    let strange = one.document_url.replace(&one.document, &other.document);
    let reply = call(simulator.base_url(), "POST", &strange, &[&one.transaction, FORM], &page);
    assert_eq!(reply.status, 404);
}

#[tokio::test]
async fn the_access_token_is_the_same_while_it_is_fresh() {
    let (simulator, first) = start(Simulator::builder()).await;
    assert_eq!(sign_in(&simulator).access, first.access);
    simulator.advance(50 * MINUTE).unwrap();
    assert_eq!(sign_in(&simulator).access, first.access);
    simulator.advance(6 * MINUTE).unwrap();
    let second = sign_in(&simulator);
    assert_ne!(second.access, first.access);
    // The first one is still good for its last minutes, then it is not.
    assert_eq!(first.post_account(&order()).status, 200);
    simulator.advance(5 * MINUTE).unwrap();
    assert_eq!(first.post_account(&order()).status, 401);
    assert_eq!(second.post_account(&order()).status, 200);
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let (simulator, _) = start(Simulator::builder()).await;
    let other = Simulator::start().await.unwrap();
    let stranger = sign_in(&other);
    let headers = [stranger.access.as_str(), JSON];
    let body = json!({}).to_string();
    let reply = call(simulator.base_url(), "POST", "/api/v1/accounts", &headers, body.as_bytes());
    assert_eq!(reply.status, 401);
}
