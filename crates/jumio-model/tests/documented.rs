//! Every documented JSON: understood whole, written back as it came, and silent in `Debug`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use jumio_model::{AccountReply, AccountRequest, Raw, TokenReply, WorkflowDetails};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

/// No member of the text is ignored; the text survives beside the value; the value alone writes the same JSON.
fn understood<T: DeserializeOwned + Serialize + std::fmt::Debug>(path: &str) -> T {
    let text = std::fs::read_to_string(fixtures().join(path)).unwrap();
    let mut ignored = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    let value: T = serde_ignored::deserialize(&mut deserializer, |member| ignored.push(member.to_string())).unwrap();
    assert_eq!(ignored, Vec::<String>::new(), "{path}: members that no type knows");

    let raw: Raw<T> = jumio_model::from_slice(text.as_bytes()).unwrap();
    assert_eq!(serde_json::to_string(&raw).unwrap(), text.trim(), "{path}: not written back as it came");

    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_value(&value).unwrap(), json, "{path}: the typed value writes something else");

    let debug = format!("{raw:?} {value:?}");
    for secret in ["eyJ", "<your_token>", "transaction_1234", "mandatory user reference", "authorizationToken"] {
        assert!(!debug.contains(secret), "{path}: `Debug` shows {secret}");
    }
    value
}

/// Every file that the index calls documented goes through [`understood`] by the type that the index names.
#[test]
fn every_documented_json_is_understood() {
    let index = std::fs::read_to_string(fixtures().join("index.toml")).unwrap();
    let index: toml::Table = index.parse().unwrap();
    let files = index["file"].as_array().unwrap();
    assert!(files.len() >= 4);
    for file in files {
        let (path, kind) = (file["path"].as_str().unwrap(), file["type"].as_str().unwrap());
        match kind {
            "TokenReply" => drop(understood::<TokenReply>(path)),
            "AccountRequest" => drop(understood::<AccountRequest>(path)),
            "AccountReply" => drop(understood::<AccountReply>(path)),
            "WorkflowDetails" => drop(understood::<WorkflowDetails>(path)),
            other => panic!("{path}: no test for the type {other}"),
        }
    }
}

#[test]
fn token_reply() {
    insta::assert_json_snapshot!(understood::<TokenReply>("documented/token/reply.json"));
}

#[test]
fn account_request() {
    insta::assert_json_snapshot!(understood::<AccountRequest>("documented/create_account/request.json"));
}

#[test]
fn account_reply() {
    let reply: AccountReply = understood("documented/create_account/reply.json");
    insta::assert_json_snapshot!(reply, {
        ".web.href" => "[link]",
        ".sdk.token" => "[token]",
        ".workflowExecution.credentials[].api.token" => "[token]",
    });
    let document = reply.document().unwrap().api.as_ref().unwrap();
    let data = reply.data().unwrap().api.as_ref().unwrap();
    assert!(document.parts.document().unwrap().ends_with("/parts"));
    assert!(data.parts.prepared_data().unwrap().ends_with("/parts/PREPARED_DATA"));
    assert_eq!(document.workflow_execution, data.workflow_execution);
}

#[test]
fn details_reply() {
    insta::assert_json_snapshot!(understood::<WorkflowDetails>("documented/get_details/reply.json"));
}

#[cfg(feature = "endpoint")]
#[test]
fn the_quickstart_request_is_what_we_write() {
    use jumio_model::api::CreateAccount;
    use jumio_model::endpoint::Endpoint;
    use jumio_model::{Country, DocumentType};

    let call = CreateAccount::doc_proof("transaction_1234", Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let body = call.body().unwrap().unwrap().body.into_bytes().unwrap();
    let documented = std::fs::read(fixtures().join("documented/create_account/request.json")).unwrap();
    let written: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(written, serde_json::from_slice::<Value>(&documented).unwrap());
}

#[test]
fn what_may_be_missing_or_odd_costs_nothing_else() {
    let minimal = r#"{"account":{"id":"a"},"workflowExecution":{"id":"w","credentials":[{"id":"c","category":"NEW_KIND",
        "allowedChannels":null,"api":{"parts":{"document":{"2":"two","1":"one"},"odd":7}}},7,null]},"future":{}}"#;
    let reply: AccountReply = jumio_model::from_slice(minimal.as_bytes()).unwrap();
    let credential = &reply.workflow_execution.credentials[0];
    assert_eq!((credential.category.as_str(), credential.category.is_known()), ("NEW_KIND", false));
    assert_eq!(credential.api.as_ref().unwrap().parts.document(), Some("one"));
    assert!(reply.document().is_none() && reply.web.is_none());

    for odd in [
        r#""sdk":{}"#,
        r#""sdk":{"token":null}"#,
        r#""sdk":"off""#,
        r#""web":{}"#,
        r#""web":{"successUrl":"https://a.example"}"#,
        r#""web":[1,{"a":[]}]"#,
        r#""timestamp":1750175969"#,
        r#""timestamp":{"a":{"b":[1,2]}}"#,
    ] {
        let text = format!(r#"{{{odd},"account":{{"id":"a"}},"workflowExecution":{{"id":"w","credentials":null}}}}"#);
        let reply: Raw<AccountReply> =
            jumio_model::from_slice(text.as_bytes()).unwrap_or_else(|e| panic!("{odd}: {e}"));
        assert_eq!(reply.workflow_execution.id.as_str(), "w", "{odd}");
        assert_eq!(reply.text(), text);
    }

    for odd in [
        r#""capabilities":{"usability":null,"x":7}"#,
        r#""capabilities":{"usability":{"id":7,"decision":{}}}"#,
        r#""capabilities":[]"#,
        r#""credentials":[{"parts":[{"classifier":1}]},{"id":null,"category":5}]"#,
        r#""credentials":{"id":"one"}"#,
        r#""decision":{}"#,
        r#""decision":{"type":null,"details":[],"risk":{"score":"12"}}"#,
        r#""decision":{"risk":{"score":{}}}"#,
        r#""decision":"PASSED""#,
        r#""createdAt":17,"startedAt":null,"completedAt":{}"#,
        r#""steps":[]"#,
        r#""rules":7,"feedback":null,"consent":[]"#,
    ] {
        let text = format!(r#"{{{odd},"workflow":{{"id":"w","status":"NEW"}},"account":{{}}}}"#);
        let details: Raw<WorkflowDetails> =
            jumio_model::from_slice(text.as_bytes()).unwrap_or_else(|e| panic!("{odd}: {e}"));
        assert!(!details.workflow.status.is_terminal(), "{odd}");
    }
}

#[test]
fn a_transaction_that_nobody_can_name_is_no_reply() {
    for bad in [
        r#"{"account":{"id":""},"workflowExecution":{"id":"w"}}"#,
        r#"{"account":{"id":"a"},"workflowExecution":{"id":null}}"#,
        r#"{"account":{"id":"a"},"workflowExecution":{}}"#,
        r#"{"account":{},"workflowExecution":{"id":"w"}}"#,
        r#"{"account":{"id":"a"}}"#,
        "[]",
        "{}",
    ] {
        assert!(jumio_model::from_slice::<AccountReply>(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn an_error_cannot_forge_a_line() {
    let text =
        "{\"workflow\":{\"id\":\"w\"},\"account\":{},\"capabilities\":{\"a\\n\\u001b[31mERROR eyJhbGciOiJ\": [tru]}}";
    let error = jumio_model::from_slice::<WorkflowDetails>(text.as_bytes()).unwrap_err().to_string();
    assert!(!error.contains('\n') && !error.contains('\u{1b}') && !error.contains("eyJ"), "{error}");
}
