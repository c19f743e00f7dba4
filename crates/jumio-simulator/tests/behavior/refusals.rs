//! Refusals: which status, which body, for which call.

use jumio_simulator::Simulator;
use serde_json::json;

use crate::client::{FORM, JSON, PDF, call, exchange, form, order};
use crate::start;

#[tokio::test]
async fn every_call_wants_a_user_agent() {
    let (simulator, client) = start(Simulator::builder()).await;
    let base = simulator.base_url();
    let started = client.create(&order());
    let paths = [
        ("POST", "/oauth2/token".to_owned()),
        ("POST", "/api/v1/accounts".to_owned()),
        ("PUT", format!("/api/v1/accounts/{}", started.account)),
        ("POST", started.document_url.replace(base, "")),
        ("POST", started.prepared_url.replace(base, "")),
        ("PUT", started.execution_url.replace(base, "")),
        ("GET", started.execution_url.replace(base, "")),
        ("GET", format!("{}/status", started.execution_url.replace(base, ""))),
        ("GET", "/".to_owned()),
    ];
    for (method, path) in paths {
        for agent in ["", "User-Agent: \r\n", "User-Agent:    \r\n"] {
            let request = format!(
                "{method} {path} HTTP/1.1\r\nHost: x\r\n{agent}Connection: close\r\n\
                 Content-Length: 0\r\n\r\n"
            );
            let reply = exchange(base, request.as_bytes()).unwrap();
            assert_eq!(reply.status, 403, "{method} {path} {agent:?}");
            assert_eq!(reply.json()["status"], 403);
            assert_eq!(reply.json()["title"], "Forbidden");
        }
    }
}

#[tokio::test]
async fn the_token_call_has_its_own_form() {
    let simulator = Simulator::start().await.unwrap();
    let (base, id, secret) = (simulator.base_url(), simulator.client_id(), simulator.client_secret());
    let urlencoded = "Content-Type: application/x-www-form-urlencoded";
    let good = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let wrong_secret = format!("grant_type=client_credentials&client_id={id}&client_secret=x");
    let other_grant = good.replace("client_credentials", "password");
    let no_grant = good.replace("grant_type", "grant");
    let bearer = "Authorization: Bearer x";
    let malformed = "Authorization: Basic !!!";
    let cases: [(&[&str], &str, u16, &str); 8] = [
        (&[urlencoded], &good, 200, ""),
        (&[urlencoded], &wrong_secret, 401, "invalid_client"),
        (&[urlencoded], &other_grant, 400, "unsupported_grant_type"),
        (&[urlencoded], &no_grant, 400, "invalid_request"),
        (&[urlencoded], "grant_type=client_credentials", 400, "invalid_request"),
        (&[urlencoded, bearer], &good, 400, "invalid_request"),
        (&[urlencoded, malformed], &good, 400, "invalid_request"),
        (&[JSON], &good, 400, "invalid_request"),
    ];
    for (headers, body, status, error) in cases {
        let reply = call(base, "POST", "/oauth2/token", headers, body.as_bytes());
        assert_eq!(reply.status, status, "{headers:?}");
        if status != 200 {
            assert_eq!(reply.json()["error"], error, "{headers:?}");
            assert!(!reply.text().contains(secret));
        }
    }
}

#[tokio::test]
async fn account_calls_are_checked() {
    let (simulator, client) = start(Simulator::builder()).await;
    let base = simulator.base_url();
    let order_text = order().to_string();
    let mut bad = order();
    bad["workflowDefinition"]["credentials"][0]["type"]["values"] = json!(["BS", "UB"]);
    let bad = bad.to_string();
    let put = "/api/v1/accounts/00000000-0000-4000-8000-000000000000";
    let cases: [(&str, &str, &[&str], &str, u16); 8] = [
        ("POST", "/api/v1/accounts", &[JSON], &order_text, 401),
        ("POST", "/api/v1/accounts", &["Authorization: Bearer x", JSON], &order_text, 401),
        ("POST", "/api/v1/accounts", &["Authorization: Basic eDp4", JSON], &order_text, 401),
        ("POST", "/api/v1/accounts", &[&client.access, JSON], &bad, 400),
        ("POST", "/api/v1/accounts", &[&client.access, JSON], "{", 400),
        ("POST", "/api/v1/accounts", &[&client.access, "Content-Type: text/plain"], "{}", 400),
        ("PUT", put, &[&client.access, JSON], &order_text, 404),
        ("PUT", put, &[JSON], &order_text, 401),
    ];
    for (method, path, headers, body, status) in cases {
        let reply = call(base, method, path, headers, body.as_bytes());
        assert_eq!(reply.status, status, "{method} {path} {}", reply.text());
        let problem = reply.json();
        assert_eq!(problem["status"], status);
        assert!(problem["title"].is_string() && problem["detail"].is_string());
    }
    assert!(simulator.transactions().is_empty());
}

#[tokio::test]
async fn an_update_adds_an_execution_to_the_account() {
    let (simulator, client) = start(Simulator::builder()).await;
    let first = client.create(&order());
    let path = format!("/api/v1/accounts/{}", first.account);
    let body = order().to_string();
    let reply = call(&client.base, "PUT", &path, &[&client.access, JSON], body.as_bytes());
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["account"]["id"], first.account);
    assert_ne!(reply.json()["workflowExecution"]["id"], first.execution);
    let transactions = simulator.transactions();
    assert_eq!(transactions.len(), 2);
    assert_eq!(transactions[1].succeeded("update_account"), 1);
}

#[tokio::test]
async fn a_wrong_verb_gets_the_right_ones() {
    let (simulator, client) = start(Simulator::builder()).await;
    let base = simulator.base_url();
    let started = client.create(&order());
    let account = format!("{base}/api/v1/accounts");
    let status = format!("{}/status", started.execution_url);
    for (method, url, allow) in [
        ("PUT", &started.document_url, "POST, OPTIONS"),
        ("GET", &started.document_url, "POST, OPTIONS"),
        ("DELETE", &started.prepared_url, "POST, PUT, OPTIONS"),
        ("POST", &started.execution_url, "PUT, GET, DELETE, OPTIONS"),
        ("GET", &account, "POST, OPTIONS"),
        ("POST", &status, "GET, OPTIONS"),
        ("GET", &format!("{base}/oauth2/token"), "POST, OPTIONS"),
    ] {
        let body = form("file", PDF);
        let reply = call(base, method, url, &[&started.transaction, FORM], &body);
        assert_eq!(reply.status, 405, "{method} {url}");
        assert_eq!(reply.header("allow"), Some(allow), "{method} {url}");
        let problem = reply.json();
        assert!(problem["detail"].is_string());
        assert_eq!(problem.as_object().unwrap().len(), 1);
    }
    let reply = call(base, "OPTIONS", &started.document_url, &[], b"");
    assert_eq!((reply.status, reply.header("allow")), (200, Some("POST, OPTIONS")));
    assert_eq!(simulator.transactions()[0].succeeded("upload_document"), 0);
}

#[tokio::test]
async fn unknown_things_are_not_found() {
    let (simulator, client) = start(Simulator::builder()).await;
    let base = simulator.base_url();
    let started = client.create(&order());
    let other = client.create(&order());
    let nobody = "00000000-0000-4000-8000-000000000000";
    let url = &started.execution_url;
    let part = format!("{base}/api/v1/accounts/{}/credentials/{}/parts", started.account, started.document);
    for path in [
        "/nothing".to_owned(),
        format!("{url}x"),
        url.replace(&started.account, nobody),
        url.replace(&started.account, &other.account),
        format!("{}/status", url.replace(&started.execution, nobody)),
        format!("/api/v1/workflow-executions/{nobody}"),
        format!("{part}/1"),
        format!("{}/1", part.replace(&started.account, &other.account)),
    ] {
        let reply = client.get(&path);
        assert_eq!((reply.status, &reply.json()["status"]), (404, &json!(404)), "{path}");
        assert_eq!(reply.header("x-simulated"), Some("SIMULATED"));
    }
}
