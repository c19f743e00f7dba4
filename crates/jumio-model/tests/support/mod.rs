//! What the tests of payloads share: the index of the fixtures, and one entry for each type that reads them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test file is a crate of its own and takes what it needs")]

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use jumio_model::api::PreparedData;
use jumio_model::{
    AccountReply, AccountRequest, Callback, FinalizeReply, HealthReply, IframeMessage, Raw, ReadError, ReportReply,
    RulesReply, StepsReply, TokenReply, UploadReply, WorkflowDetails, WorkflowStatusReply,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

pub(crate) fn text(path: &str) -> String {
    std::fs::read_to_string(fixtures().join(path)).unwrap()
}

/// One entry of `index.toml`.
pub(crate) struct Fixture {
    pub(crate) path: String,
    pub(crate) kind: String,
}

impl Fixture {
    pub(crate) fn text(&self) -> String {
        text(&self.path)
    }

    pub(crate) fn name(&self) -> String {
        self.path.rsplit_once('.').unwrap().0.replace('/', "__")
    }

    pub(crate) fn is_json(&self) -> bool {
        self.path.ends_with(".json")
    }

    pub(crate) fn is_request(&self) -> bool {
        matches!(self.kind.as_str(), "AccountRequest" | "PreparedData")
    }
}

pub(crate) fn index() -> Vec<Fixture> {
    let index: toml::Table = text("index.toml").parse().unwrap();
    let field = |file: &toml::Value, name: &str| file[name].as_str().unwrap().to_owned();
    let files = index["file"].as_array().unwrap();
    files.iter().map(|file| Fixture { path: field(file, "path"), kind: field(file, "type") }).collect()
}

/// What became of a text that was read by a type.
pub(crate) struct Read {
    /// The members that the type did not ask for.
    pub(crate) ignored: Vec<String>,
    /// What `Raw` writes.
    pub(crate) raw: String,
    /// What the typed value writes.
    pub(crate) typed: Value,
    /// What `Debug` shows, of the value alone and in `Raw`.
    pub(crate) debug: String,
}

fn by_type<T: DeserializeOwned + Serialize + Debug>(body: &[u8]) -> Result<Read, ReadError> {
    let raw: Raw<T> = jumio_model::from_slice(body)?;
    let mut ignored = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(raw.text());
    let value: T = serde_ignored::deserialize(&mut deserializer, |path| ignored.push(path.to_string())).unwrap();
    Ok(Read {
        ignored,
        raw: serde_json::to_string(&raw).unwrap(),
        typed: serde_json::to_value(&value).unwrap(),
        debug: format!("{raw:?} {value:?} {value:#?}"),
    })
}

// `serde_ignored` cannot see into free JSON that is kept as text.
fn prepared_data(body: &[u8]) -> Result<Read, ReadError> {
    let data = PreparedData::read(body)?;
    Ok(Read {
        ignored: Vec::new(),
        raw: data.expose().to_owned(),
        typed: serde_json::from_str(data.expose()).unwrap(),
        debug: format!("{data:?}"),
    })
}

/// Every JSON payload that the crate has a type for.
pub(crate) const KINDS: &[&str] = &[
    "TokenReply",
    "AccountRequest",
    "AccountReply",
    "PreparedData",
    "UploadReply",
    "FinalizeReply",
    "Callback",
    "WorkflowStatusReply",
    "WorkflowDetails",
    "StepsReply",
    "RulesReply",
    "ReportReply",
    "HealthReply",
    "IframeMessage",
];

/// Calls a function for the type of this name. `PreparedData` is not one of them.
macro_rules! by_name {
    ($kind:expr, $read:ident($body:expr)) => {
        match $kind {
            "TokenReply" => $read::<TokenReply>($body),
            "AccountRequest" => $read::<AccountRequest>($body),
            "AccountReply" => $read::<AccountReply>($body),
            "UploadReply" => $read::<UploadReply>($body),
            "FinalizeReply" => $read::<FinalizeReply>($body),
            "Callback" => $read::<Callback>($body),
            "WorkflowStatusReply" => $read::<WorkflowStatusReply>($body),
            "WorkflowDetails" => $read::<WorkflowDetails>($body),
            "StepsReply" => $read::<StepsReply>($body),
            "RulesReply" => $read::<RulesReply>($body),
            "ReportReply" => $read::<ReportReply>($body),
            "HealthReply" => $read::<HealthReply>($body),
            "IframeMessage" => $read::<IframeMessage>($body),
            other => panic!("no test knows the type {other}"),
        }
    };
}

/// Reads a body by the type of this name, and everything that there is to know of it.
pub(crate) fn read(kind: &str, body: &[u8]) -> Result<Read, ReadError> {
    if kind == "PreparedData" { prepared_data(body) } else { by_name!(kind, by_type(body)) }
}

/// Reads a body by the type of this name, and what `Raw` writes of it.
pub(crate) fn raw(kind: &str, body: &[u8]) -> Result<String, ReadError> {
    fn raw<T: DeserializeOwned>(body: &[u8]) -> Result<String, ReadError> {
        jumio_model::from_slice::<Raw<T>>(body).map(|raw| serde_json::to_string(&raw).unwrap())
    }
    if kind == "PreparedData" {
        PreparedData::read(body).map(|data| data.expose().to_owned())
    } else {
        by_name!(kind, raw(body))
    }
}
