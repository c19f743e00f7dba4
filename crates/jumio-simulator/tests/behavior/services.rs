//! The five services: on one port, each on a port of its own, or told apart by the Host header.

use jumio_model::endpoint::Role;
use jumio_simulator::{Services, Simulator};
use serde_json::Value;

use crate::client::{JSON, call, exchange, order};

fn token(simulator: &Simulator) -> String {
    let (id, secret) = (simulator.client_id(), simulator.client_secret());
    let body = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let form = "Content-Type: application/x-www-form-urlencoded";
    let reply = call(&simulator.service_url(Role::Auth), "POST", "/oauth2/token", &[form], body.as_bytes());
    format!("Authorization: Bearer {}", reply.json()["access_token"].as_str().unwrap())
}

#[tokio::test]
async fn each_has_its_own_port_and_addresses_follow() {
    let simulator = Simulator::builder().services(Services::PortEach).start().await.unwrap();
    let access = token(&simulator);
    let body = order().to_string();
    let create =
        |role| call(&simulator.service_url(role), "POST", "/api/v1/accounts", &[&access, JSON], body.as_bytes());
    assert_eq!(create(Role::Retrieval).status, 404);
    let account: Value = create(Role::Account).json();
    let execution = account["workflowExecution"]["credentials"][1]["api"]["workflowExecution"].as_str().unwrap();
    assert!(execution.starts_with(&simulator.service_url(Role::Api)), "{execution}");
    let path = execution.strip_prefix(&simulator.service_url(Role::Api)).unwrap();
    // The same path has another verb on another service.
    let wrong = call(&simulator.service_url(Role::Api), "GET", path, &[&access], b"");
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("PUT, OPTIONS")));
    let details = call(&simulator.service_url(Role::Retrieval), "GET", path, &[&access], b"").json();
    let steps = details["steps"]["href"].as_str().unwrap();
    assert!(steps.starts_with(&simulator.service_url(Role::Retrieval)), "{steps}");
    assert_eq!(call(&simulator.service_url(Role::Health), "GET", "/", &[], b"").status, 200);
}

#[tokio::test]
async fn the_ports_are_the_same_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let start = || Simulator::builder().services(Services::PortEach).state_dir(folder.path()).start();
    let first = start().await.unwrap();
    let before = Role::ALL.map(|role| first.service_url(role));
    drop(first);
    let second = start().await.unwrap();
    assert_eq!(Role::ALL.map(|role| second.service_url(role)), before);
}

#[tokio::test]
async fn the_host_header_tells_them_apart() {
    let simulator = Simulator::builder().services(Services::ByHost).start().await.unwrap();
    // Without a service's host everything is here by path.
    let access = token(&simulator);
    let body = order().to_string();
    let create = |host: &str, more: &str| {
        let request = format!(
            "POST /api/v1/accounts HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Acme/1.0\r\n{access}\r\n{JSON}\r\n{more}\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        exchange(simulator.base_url(), request.as_bytes()).unwrap()
    };
    assert_eq!(create("api.emea-1.jumio.ai", "").status, 404);
    for (more, scheme) in [("", "http"), ("X-Forwarded-Proto: https\r\n", "https")] {
        let account = create("account.emea-1.jumio.ai", more).json();
        let execution = account["workflowExecution"]["credentials"][1]["api"]["workflowExecution"].as_str().unwrap();
        assert!(execution.starts_with(&format!("{scheme}://api.emea-1.jumio.ai/api/v1/accounts/")), "{execution}");
    }
}
