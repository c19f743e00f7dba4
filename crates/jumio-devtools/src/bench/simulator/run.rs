//! A whole Doc Proof over the API channel, written by hand.

use anyhow::{Context as _, Result, ensure};
use jumio_simulator::Simulator;
use serde_json::Value;

use super::wire::Wire;

/// Token, account, upload, finalize, status, details.
pub(super) const CALLS: usize = 6;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("content-type", "application/json");
const MULTIPART: (&str, &str) = ("content-type", "multipart/form-data; boundary=XX");

const ORDER: &str = r#"{"customerInternalReference":"transaction_1234","workflowDefinition":{"key":10170,"credentials":[
    {"category":"DOCUMENT","country":{"predefinedType":"DEFINED","values":["USA"]},
    "type":{"predefinedType":"DEFINED","values":["BS"]}}]}}"#;

const PAGE: &[u8] = include_bytes!("../../../../../fixtures/documents/bank-statement.pdf");

/// A transaction that was opened.
pub(super) struct Opened {
    document: String,
    execution: String,
    bearer: String,
}

/// The value of the `Authorization` header.
pub(super) fn token(wire: &mut Wire, simulator: &Simulator) -> Result<String> {
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        simulator.client_id(),
        simulator.client_secret()
    );
    let reply = json(&wire.call("POST", "/oauth2/token", &[FORM], form.as_bytes())?)?;
    Ok(format!("Bearer {}", text(&reply, "/access_token")?))
}

pub(super) fn open(wire: &mut Wire, token: &str) -> Result<Opened> {
    let headers = [("authorization", token), JSON];
    let reply = json(&wire.call("POST", "/api/v1/accounts", &headers, ORDER.as_bytes())?)?;
    let credentials = reply.pointer("/workflowExecution/credentials").and_then(Value::as_array);
    let api = credentials
        .context("no credentials")?
        .iter()
        .find(|credential| credential.get("category").is_some_and(|category| category == "DOCUMENT"))
        .and_then(|credential| credential.get("api"))
        .context("no DOCUMENT credential")?;
    Ok(Opened {
        document: text(api, "/parts/document")?.to_owned(),
        execution: text(api, "/workflowExecution")?.to_owned(),
        bearer: format!("Bearer {}", text(api, "/token")?),
    })
}

pub(super) fn status(wire: &mut Wire, token: &str, opened: &Opened) -> Result<Value> {
    json(&wire.call("GET", &format!("{}/status", opened.execution), &[("authorization", token)], b"")?)
}

/// One whole run.
pub(super) fn doc_proof(wire: &mut Wire, simulator: &Simulator) -> Result<()> {
    let token = token(wire, simulator)?;
    let opened = open(wire, &token)?;
    let transaction = ("authorization", opened.bearer.as_str());
    let mut page = b"--XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"page.pdf\"\r\n\
        content-type: application/pdf\r\n\r\n"
        .to_vec();
    page.extend_from_slice(PAGE);
    page.extend_from_slice(b"\r\n--XX--\r\n");
    wire.call("POST", &opened.document, &[transaction, MULTIPART], &page)?;
    wire.call("PUT", &opened.execution, &[transaction, JSON], b"{}")?;
    let status = status(wire, &token, &opened)?;
    ensure!(text(&status, "/workflowExecution/status")? == "PROCESSED", "not processed: {status}");
    let details = json(&wire.call("GET", &opened.execution, &[("authorization", &token)], b"")?)?;
    ensure!(text(&details, "/decision/type")? == "PASSED", "not passed: {details}");
    Ok(())
}

fn json(body: &[u8]) -> Result<Value> {
    serde_json::from_slice(body).context("a reply is not JSON")
}

fn text<'v>(value: &'v Value, pointer: &str) -> Result<&'v str> {
    value.pointer(pointer).and_then(Value::as_str).with_context(|| format!("no {pointer} in a reply"))
}
