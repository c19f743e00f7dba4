//! Every fixture of the index: understood whole, written back as it came, silent in `Debug`, and pinned by a snapshot.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;

use jumio_model::{AccountReply, Capability, IframeMessage, Problem, WebRedirect, WorkflowDetails};
use serde_json::Value;
use support::{Fixture, KINDS, index, read, text};

/// The members whose values `Debug` must not show, wherever they stand: what names or describes a person, and secrets.
const SILENT: &str = include_str!("silent.toml");

fn members(list: &str) -> BTreeSet<String> {
    let lists: toml::Table = SILENT.parse().unwrap();
    lists[list].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// Every text and number of a payload, with the silent member that it stands below, if there is one.
fn values<'a>(
    json: &'a Value,
    silent: &BTreeSet<String>,
    below: Option<&'a str>,
    found: &mut Vec<(Option<&'a str>, String)>,
) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                values(value, silent, below.or_else(|| silent.contains(name).then_some(name)), found);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| values(value, silent, below, found)),
        Value::String(text) => found.push((below, text.clone())),
        Value::Number(number) => found.push((below, number.to_string())),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Whether `Debug` shows a value: as a word of its own, so that `M` is not found in `Member` nor `35` in a time.
fn shows(debug: &str, value: &str) -> bool {
    let edge =
        |letter: Option<char>| !letter.is_some_and(|letter| letter.is_alphanumeric() || ":-./_".contains(letter));
    debug
        .match_indices(value)
        .any(|(at, _)| edge(debug[..at].chars().next_back()) && edge(debug[at + value.len()..].chars().next()))
}

/// Looks in `Debug` for the silent values of a payload, and says how many there were.
fn is_silent(path: &str, json: &Value, debug: &str, lists: &[&str]) -> usize {
    let silent = lists.iter().flat_map(|list| members(list)).collect();
    let mut found = Vec::new();
    values(json, &silent, None, &mut found);
    // A value that also stands where it may be shown (the country of a person and of a document) proves nothing.
    let shown: BTreeSet<&String> = found.iter().filter(|(below, _)| below.is_none()).map(|(_, value)| value).collect();
    let hidden = found.iter().filter_map(|(below, value)| Some((below.as_deref()?, value)));
    let hidden: Vec<_> = hidden.filter(|(_, value)| !value.is_empty() && !shown.contains(value)).collect();
    for (name, value) in &hidden {
        assert!(!shows(debug, value), "{path}: `Debug` shows {value:?} of {name}:\n{debug}");
    }
    hidden.len()
}

#[test]
fn every_fixture_is_understood() {
    let (mut looked_at, mut kinds) = (0, BTreeSet::new());
    for fixture in index().iter().filter(|fixture| fixture.is_json() && fixture.kind != "Problem") {
        let (path, text) = (&fixture.path, fixture.text());
        let read = read(&fixture.kind, text.as_bytes()).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(read.ignored, Vec::<String>::new(), "{path}: members that no type knows");
        assert_eq!(read.raw, text.trim(), "{path}: not written back as it came");
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read.typed, json, "{path}: the typed value writes something else");
        let details = fixture.kind == "WorkflowDetails";
        let lists: &[&str] = if details { &["anywhere", "in_details"] } else { &["anywhere"] };
        looked_at += is_silent(path, &json, &read.debug, lists);
        kinds.insert(fixture.kind.clone());
    }
    assert!(looked_at > 300, "only {looked_at} values were looked for");
    assert_eq!(kinds, KINDS.iter().map(|kind| (*kind).to_owned()).collect(), "each type has a fixture");
}

#[test]
fn every_fixture_is_pinned() {
    for fixture in index() {
        let (name, text) = (fixture.name(), fixture.text());
        match fixture.kind.as_str() {
            "WebRedirect" => {
                let redirect = WebRedirect::from_query(text.trim());
                insta::assert_debug_snapshot!(name, redirect);
            }
            "Problem" => insta::assert_debug_snapshot!(name, Problem::read(text.as_bytes())),
            _ if !fixture.is_json() => assert_eq!(text, "", "{}: a body without JSON is an empty one", fixture.path),
            kind => {
                let typed = read(kind, text.as_bytes()).unwrap().typed;
                insta::assert_json_snapshot!(name, typed, {
                    ".access_token" => "[token]",
                    ".authorizationToken" => "[token]",
                    ".web.href" => "[link]",
                    ".sdk.token" => "[token]",
                    ".api.token" => "[token]",
                    ".workflowExecution.credentials[].api.token" => "[token]",
                    ".presignedUrl" => "[link]",
                });
            }
        }
    }
}

/// The typed view of a run, as JSON and in `Debug`; `None` for a capability without data.
fn view(name: &str, run: &Capability) -> Option<(Value, String)> {
    macro_rules! views {
        ( $( $wire:literal => $method:ident, )+ ) => {
            match name {
                $( $wire => run.$method().map(|data| (serde_json::to_value(&data).unwrap(), format!("{data:?}"))), )+
                _ => None,
            }
        };
    }
    views! {
        "imageChecks" => image_checks,
        "extraction" => extraction,
        "liveness" => liveness,
        "similarity" => similarity,
        "authentication" => authentication,
        "watchlistScreening" => watchlist_screening,
        "proofOfResidency" => proof_of_residency,
        "drivingLicenseVerification" => driving_license_verification,
        "govtIdVerification" => govt_id_verification,
        "emailVerification" => email_verification,
        "phoneVerification" => phone_verification,
        "geoIpVerification" => geo_ip_verification,
        "deviceRiskVerification" => device_risk_verification,
    }
}

#[test]
fn every_capability_is_typed_whole() {
    let mut seen = BTreeSet::new();
    for fixture in index().iter().filter(|fixture| fixture.kind == "WorkflowDetails") {
        let details: WorkflowDetails = serde_json::from_str(&fixture.text()).unwrap();
        for (name, runs) in &details.capabilities {
            for run in runs {
                let path = format!("{}: {name}", fixture.path);
                let data: Option<Value> = run.data.as_ref().map(|data| data.read().unwrap());
                match (&data, view(name.as_str(), run)) {
                    (Some(data), Some((json, debug))) => {
                        assert_eq!(&json, data, "{path}: the view writes something else");
                        is_silent(&path, data, &debug, &["anywhere", "in_details"]);
                        seen.insert(name.clone());
                    }
                    (None, None) => {}
                    (data, view) => panic!("{path}: data {data:?}, view {view:?}"),
                }
            }
        }
    }
    assert_eq!(seen.len(), 13, "a capability with data has no fixture: {seen:?}");
}

/// The ids come out of every callback, status and details, and both forms of the link agree with the members.
#[test]
fn every_transaction_is_named() {
    for fixture in index() {
        let text = fixture.text();
        let ids = match fixture.kind.as_str() {
            "Callback" => serde_json::from_str::<jumio_model::Callback>(&text).unwrap().workflow_execution_ids(),
            "WorkflowStatusReply" => {
                serde_json::from_str::<jumio_model::WorkflowStatusReply>(&text).unwrap().workflow_execution_ids()
            }
            "WorkflowDetails" => serde_json::from_str::<WorkflowDetails>(&text).unwrap().workflow_execution_ids(),
            _ => continue,
        };
        let ids = ids.unwrap_or_else(|| panic!("{}: no ids", fixture.path));
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(ids.account.unwrap().as_str(), json["account"]["id"], "{}", fixture.path);
        let execution = json.get("workflow").unwrap_or(&json["workflowExecution"]);
        assert_eq!(ids.execution.as_str(), execution["id"], "{}", fixture.path);
        let Some(href) = execution["href"].as_str() else { continue };
        let found = jumio_model::workflow_execution_ids(href).unwrap();
        assert_eq!(
            (found.execution.as_str(), execution["id"].as_str()),
            (ids.execution.as_str(), Some(ids.execution.as_str()))
        );
        assert_eq!(found.account.is_some(), fixture.path.contains("long-href"), "{}", fixture.path);
    }
}

#[test]
fn what_the_web_client_says_is_read() {
    let fixtures: Vec<Fixture> = index().into_iter().filter(|fixture| fixture.path.starts_with("web/")).collect();
    assert!(fixtures.len() >= 6);
    for fixture in fixtures {
        let (path, text) = (&fixture.path, fixture.text());
        let (execution, debug) = match fixture.kind.as_str() {
            "WebRedirect" => {
                let redirect = WebRedirect::from_query(text.trim());
                assert_eq!(redirect.is_success(), path.contains("success"), "{path}");
                (redirect.execution().cloned(), format!("{redirect:?}"))
            }
            _ => {
                let message = IframeMessage::read(&text).unwrap();
                assert!(message.event().unwrap().is_known(), "{path}");
                (message.execution().cloned(), format!("{message:?}"))
            }
        };
        assert_eq!(execution.unwrap().as_str(), "22222222-2222-4222-8222-222222222222", "{path}");
        for silent in ["transaction_1234", "order no. 17", "TRANSACTION_TOKEN"] {
            assert!(!debug.contains(silent), "{path}: {debug}");
        }
    }
}

#[test]
fn the_quickstart_reply_says_where_things_go() {
    let reply: AccountReply = serde_json::from_str(&text("documented/create_account/reply.json")).unwrap();
    let document = reply.document().unwrap().api.as_ref().unwrap();
    let data = reply.data().unwrap().api.as_ref().unwrap();
    assert!(document.parts.document().unwrap().ends_with("/parts"));
    assert!(data.parts.prepared_data().unwrap().ends_with("/parts/PREPARED_DATA"));
    assert_eq!(document.workflow_execution, data.workflow_execution);
}

#[cfg(feature = "endpoint")]
#[test]
fn the_quickstart_request_is_what_we_write() {
    use jumio_model::api::CreateAccount;
    use jumio_model::endpoint::Endpoint;
    use jumio_model::{Country, DocumentType};

    let call = CreateAccount::doc_proof("transaction_1234", Country::USA, DocumentType::BANK_STATEMENT).unwrap();
    let body = call.body().unwrap().unwrap().body.into_bytes().unwrap();
    let written: Value = serde_json::from_slice(&body).unwrap();
    let documented: Value = serde_json::from_str(&text("documented/create_account/request.json")).unwrap();
    assert_eq!(written, documented);
}

/// Every member of a request, written by the constructors alone.
#[test]
fn the_whole_request_can_be_written() {
    use chrono::DateTime;
    use jumio_model::vocabulary::{FacemapType, IdType, Locale};
    use jumio_model::{
        AccountRequest, CallbackUrl, Consent, Country, CredentialRequest, CustomerInternalReference, PredefinedType,
        ReportingCriteria, ReturnUrl, TokenLifetime, UserConsent, UserReference, WebRequest, WorkflowKey,
    };

    let write = || -> Result<AccountRequest, jumio_model::InvalidRequest> {
        let id = CredentialRequest::id()
            .with_label("main")
            .with_countries(PredefinedType::Recommended, [Country::USA, Country::CAN])?
            .with_types(PredefinedType::Defined, [IdType::DRIVING_LICENSE, IdType::ID_CARD])?;
        let face = CredentialRequest::facemap([FacemapType::IproovStandard, FacemapType::JumioStandard])?;
        let at = DateTime::from_timestamp_millis(1_735_787_045_678).unwrap();
        let consent = UserConsent::united_states("192.0.2.1".parse().unwrap(), "IL", Consent::obtained_at(at))?;
        let web = WebRequest::new()
            .with_success_url(ReturnUrl::new("https://example.com/success")?)
            .with_error_url(ReturnUrl::new("https://example.com/error")?)
            .with_locale(Locale::EN)?;
        let reference = CustomerInternalReference::new("transaction_1236")?;
        Ok(AccountRequest::new(WorkflowKey::number(10164), reference)
            .with_credential(id)
            .with_credential(face)
            .with_capability("watchlistScreening", serde_json::json!({"searchProfile": "profile-1"}))
            .with_user_reference(UserReference::new("user_1")?)
            .with_reporting_criteria(ReportingCriteria::new("campaign_7")?)
            .with_callback_url(CallbackUrl::new("https://example.com/jumio/callback")?)
            .with_token_lifetime(TokenLifetime::parse("30m")?)
            .with_web(web)
            .with_user_consent(consent)
            .with_override("explicitUploadEnabled", true))
    };
    let expected: Value = serde_json::from_str(&text("inferred/create_account/request-every-member.json")).unwrap();
    assert_eq!(serde_json::to_value(write().unwrap()).unwrap(), expected);
}
