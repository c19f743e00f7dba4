//! The quickstart sent as bytes that no type of the project wrote: a mistake that client and simulator share shows here.

#![expect(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod wire;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jumio_simulator::Simulator;
use serde_json::json;

use wire::exchange;

/// Nothing ends by itself: the test moves the clock.
const PROCESSING: Duration = Duration::from_secs(10 * 60);

#[tokio::test]
async fn from_token_to_decision() {
    let simulator = Simulator::builder().processing_delay(PROCESSING).start().await.unwrap();
    let base = simulator.base_url();

    // Step 1: the token.
    let basic = STANDARD.encode(format!("{}:{}", simulator.client_id(), simulator.client_secret()));
    let request = format!(
        "POST /oauth2/token HTTP/1.1\r\nHost: auth.emea-1.jumio.ai\r\nUser-Agent: Acme KYC/1.0\r\n\
         Accept: application/json\r\nAuthorization: Basic {basic}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 29\r\n\
         Connection: close\r\n\r\ngrant_type=client_credentials"
    );
    let reply = exchange(base, request.as_bytes()).unwrap();
    assert_eq!((reply.status, reply.header("x-simulated")), (200, Some("SIMULATED")));
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.json()["expires_in"], 3600);
    assert_eq!(reply.json()["token_type"], "Bearer");
    let access = reply.json()["access_token"].as_str().unwrap().to_owned();

    // Step 2: the account. The body is the printed one, without its trailing comma.
    let order = r#"{
"customerInternalReference":"transaction_1234",
"workflowDefinition":{
"key": 10170,
"credentials": [
{
"category": "DOCUMENT",
"country": {
"predefinedType": "DEFINED",
"values": ["USA"]
},
"type": {
"predefinedType": "DEFINED",
"values": ["BS"]
}
}
]
}
}"#;
    let request = format!(
        "POST /api/v1/accounts HTTP/1.1\r\nHost: account.emea-1.jumio.ai\r\n\
         User-Agent: Acme KYC/1.0\r\nAccept: application/json\r\nAuthorization: Bearer {access}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{order}",
        order.len()
    );
    let reply = exchange(base, request.as_bytes()).unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
    let account = reply.json();
    let account_id = account["account"]["id"].as_str().unwrap();
    let execution_id = account["workflowExecution"]["id"].as_str().unwrap();
    let credentials = account["workflowExecution"]["credentials"].as_array().unwrap();
    let (data_id, document_id) = (credentials[0]["id"].as_str().unwrap(), credentials[1]["id"].as_str().unwrap());
    let token = account["sdk"]["token"].as_str().unwrap();
    let execution_url = format!("{base}/api/v1/accounts/{account_id}/workflow-executions/{execution_id}");
    let document_url = format!("{execution_url}/credentials/{document_id}/parts");
    // Every member of the printed reply, and no other.
    let expected = json!({
        "timestamp": account["timestamp"],
        "account": { "id": account_id },
        "web": { "href": account["web"]["href"] },
        "sdk": { "token": token },
        "workflowExecution": {
            "id": execution_id,
            "credentials": [
                {
                    "id": data_id,
                    "category": "DATA",
                    "allowedChannels": ["API"],
                    "api": {
                        "token": token,
                        "parts": { "prepared_data":
                            format!("{execution_url}/credentials/{data_id}/parts/PREPARED_DATA") },
                        "workflowExecution": execution_url,
                    },
                },
                {
                    "id": document_id,
                    "category": "DOCUMENT",
                    "allowedChannels": ["WEB", "API", "SDK"],
                    "api": {
                        "token": token,
                        "parts": { "document": document_url },
                        "workflowExecution": execution_url,
                    },
                },
            ],
        },
    });
    assert_eq!(account, expected);
    let web = account["web"]["href"].as_str().unwrap();
    assert!(web.starts_with(&format!("{base}/web/client?baseUrl=http%3A%2F%2F127")), "{web}");
    assert!(web.contains(&format!("&authorizationToken={token}&locale=en")), "{web}");

    // Step 3: the page and the end of the uploads.
    let path = document_url.strip_prefix(base).unwrap();
    let mut body = b"------b\r\nContent-Disposition: form-data; name=\"file\"; \
        filename=\"statement.pdf\"\r\nContent-Type: application/pdf\r\n\r\n"
        .to_vec();
    body.extend_from_slice(wire::PDF);
    body.extend_from_slice(b"\r\n------b--\r\n");
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nHost: api.emea-1.jumio.ai\r\nUser-Agent: Acme KYC/1.0\r\n\
         Accept: application/json\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: multipart/form-data; boundary=----b\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(&body);
    let reply = exchange(base, &request).unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
    let uploaded = reply.json();
    assert_eq!(uploaded["account"]["id"], account_id);
    assert_eq!(uploaded["workflowExecution"]["id"], execution_id);
    assert_eq!(uploaded["credential"]["id"], document_id);
    assert_eq!(uploaded["api"]["token"], token);
    assert_eq!(uploaded["api"]["parts"]["document"], document_url);

    let path = execution_url.strip_prefix(base).unwrap();
    let request = format!(
        "PUT {path} HTTP/1.1\r\nHost: api.emea-1.jumio.ai\r\nUser-Agent: Acme KYC/1.0\r\n\
         Accept: application/json\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
    );
    let reply = exchange(base, request.as_bytes()).unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text());
    let finalized = reply.json();
    let expected = json!({
        "timestamp": finalized["timestamp"],
        "account": { "id": account_id },
        "workflowExecution": { "id": execution_id },
    });
    assert_eq!(finalized, expected);

    // Step 5: status and details, before and after processing.
    let get = |path: &str| {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: retrieval.emea-1.jumio.ai\r\nUser-Agent: Acme KYC/1.0\r\n\
             Accept: application/json\r\nAuthorization: Bearer {access}\r\nConnection: close\r\n\r\n"
        );
        let reply = exchange(base, request.as_bytes()).unwrap();
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply
    };
    let status = get(&format!("{path}/status")).json();
    let expected = json!({
        "account": { "id": account_id, "href": format!("{base}/api/v1/accounts/{account_id}") },
        "workflowExecution": {
            "id": execution_id,
            "href": format!("{base}/api/v1/workflow-executions/{execution_id}"),
            "definitionKey": "10170",
            "status": "ACQUIRED",
        },
    });
    assert_eq!(status, expected);
    let early = get(path).json();
    assert_eq!(early["workflow"]["status"], "ACQUIRED");
    assert_eq!(early.get("decision"), None);
    assert_eq!(early.get("completedAt"), None);

    simulator.advance(PROCESSING).unwrap();
    let status = get(&format!("{path}/status")).json();
    assert_eq!(status["workflowExecution"]["status"], "PROCESSED");
    let details = get(path).json();
    let expected = json!({
        "workflow": {
            "id": execution_id,
            "status": "PROCESSED",
            "definitionKey": "10170",
            "customerInternalReference": "transaction_1234",
        },
        "account": { "id": account_id },
        "createdAt": details["createdAt"],
        "startedAt": details["startedAt"],
        "completedAt": details["completedAt"],
        "credentials": [
            { "id": data_id, "category": "DATA" },
            { "id": document_id, "category": "DOCUMENT", "parts": [{
                "classifier": "1",
                "href": format!(
                    "{base}/api/v1/accounts/{account_id}/credentials/{document_id}/parts/1"
                ),
            }] },
        ],
        "decision": { "type": "PASSED", "details": { "label": "PASSED" }, "risk": { "score": 0.0 } },
        "steps": { "href": format!("{execution_url}/steps") },
        "capabilities": {},
    });
    assert_eq!(details, expected);
    for name in ["createdAt", "startedAt", "completedAt"] {
        let text = details[name].as_str().unwrap();
        assert!(text.len() == 24 && text.ends_with('Z'), "{name}: {text}");
    }
    assert_eq!(get(&format!("/api/v1/workflow-executions/{execution_id}")).json(), expected);
    let part = get(&format!("/api/v1/accounts/{account_id}/credentials/{document_id}/parts/1"));
    assert_eq!(part.body, wire::PDF);
    assert_eq!(part.header("content-type"), Some("application/pdf"));

    // What happened is listed.
    let listed = exchange(base, b"GET /_sim/transactions HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        .unwrap()
        .json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["accountId"], account_id);
    assert_eq!(listed[0]["workflowExecutionId"], execution_id);
    assert_eq!(listed[0]["status"], "PROCESSED");
    assert_eq!(listed[0]["userReference"], json!(null));
    assert_eq!(listed[0]["customerInternalReference"], "transaction_1234");
    let calls: Vec<(&str, u64)> = listed[0]["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| (call["endpoint"].as_str().unwrap(), call["status"].as_u64().unwrap()))
        .collect();
    let expected = [
        ("create_account", 200),
        ("upload_document", 200),
        ("finalize", 200),
        ("get_status", 200),
        ("get_details", 200),
        ("get_status", 200),
        ("get_details", 200),
        ("get_details_by_execution", 200),
        ("get_part", 200),
    ];
    assert_eq!(calls, expected);
    simulator.stop().await;
}
