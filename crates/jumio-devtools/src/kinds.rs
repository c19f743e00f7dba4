//! The kinds of payloads that can be tried, each with the type that reads it and the place of its fixtures.

use anyhow::{Result, bail};
use jumio_model::api::PreparedData;
use jumio_model::{
    AccountReply, AccountRequest, Callback, FinalizeReply, HealthReply, Problem, Raw, ReadError, ReportReply,
    RulesReply, StepsReply, TokenReply, Unknown, UnknownKind, UploadReply, WorkflowDetails, WorkflowStatusReply,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::payloads;

/// One kind.
pub(crate) struct Kind {
    /// What one types.
    pub(crate) name: &'static str,
    /// The type, as in `fixtures/index.toml`.
    pub(crate) type_name: &'static str,
    /// The call, as in `fixtures/index.toml`; also the folder.
    pub(crate) endpoint: &'static str,
    /// `request`, `reply` or `callback`.
    pub(crate) direction: &'static str,
    read: fn(&str) -> Result<Reading, ReadError>,
}

/// What a type made of a text.
pub(crate) struct Reading {
    /// What it does not know.
    pub(crate) unknowns: Vec<Place>,
    /// What the typed value alone writes. Of what is read and never written, the text itself.
    pub(crate) written: Value,
    /// Whether the text, kept beside the value, is written back byte for byte.
    pub(crate) kept: bool,
}

/// Something that is not known, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) path: String,
    pub(crate) kind: UnknownKind,
}

impl From<&Unknown> for Place {
    fn from(unknown: &Unknown) -> Self {
        Self { path: unknown.path().to_owned(), kind: unknown.kind() }
    }
}

const fn kind<T: DeserializeOwned + Serialize>(
    name: &'static str,
    type_name: &'static str,
    endpoint: &'static str,
    direction: &'static str,
) -> Kind {
    Kind { name, type_name, endpoint, direction, read: typed::<T> }
}

/// All of them.
pub(crate) const ALL: &[Kind] = &[
    kind::<TokenReply>("token", "TokenReply", "token", "reply"),
    kind::<AccountRequest>("account-request", "AccountRequest", "create_account", "request"),
    kind::<PreparedData>("prepared-data", "PreparedData", "upload_prepared_data", "request"),
    kind::<AccountReply>("account", "AccountReply", "create_account", "reply"),
    kind::<UploadReply>("upload", "UploadReply", "upload_document", "reply"),
    kind::<FinalizeReply>("finalize", "FinalizeReply", "finalize", "reply"),
    kind::<Callback>("callback", "Callback", "callback", "callback"),
    kind::<WorkflowStatusReply>("status", "WorkflowStatusReply", "get_status", "reply"),
    kind::<WorkflowDetails>("details", "WorkflowDetails", "get_details", "reply"),
    kind::<StepsReply>("steps", "StepsReply", "get_steps", "reply"),
    kind::<RulesReply>("rules", "RulesReply", "get_rules", "reply"),
    kind::<ReportReply>("report", "ReportReply", "get_report", "reply"),
    kind::<HealthReply>("health", "HealthReply", "get_health", "reply"),
    Kind { name: "problem", type_name: "Problem", endpoint: "problem", direction: "reply", read: problem },
];

impl Kind {
    /// The kind of this name.
    pub(crate) fn named(name: &str) -> Result<&'static Self> {
        match ALL.iter().find(|kind| kind.name == name) {
            Some(kind) => Ok(kind),
            None => {
                let known: Vec<&str> = ALL.iter().map(|kind| kind.name).collect();
                bail!("no kind is called {name:?}; there are {}", known.join(", "))
            }
        }
    }

    /// Reads a body. Of replies that may be empty, an empty one is read as an empty object, as the calls do.
    pub(crate) fn read(&self, body: &[u8]) -> Result<Reading> {
        if matches!(self.name, "problem" | "upload" | "finalize") && body.trim_ascii().is_empty() {
            return Ok(Reading { unknowns: Vec::new(), written: Value::Null, kept: true });
        }
        let text = std::str::from_utf8(body)?;
        // Jumio sends none, editors do.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Ok((self.read)(text)?)
    }
}

fn typed<T: DeserializeOwned + Serialize>(text: &str) -> Result<Reading, ReadError> {
    let raw: Raw<T> = jumio_model::from_slice(text.as_bytes())?;
    let unknowns = raw.unknowns().iter().map(Place::from).collect();
    let kept = serde_json::to_string(&raw).is_ok_and(|written| written == text.trim());
    let written = serde_json::to_value(&*raw).unwrap_or_default();
    Ok(Reading { unknowns, written, kept })
}

/// A refusal may be anything: what is not JSON is text, and of JSON the documented members are read.
fn problem(text: &str) -> Result<Reading, ReadError> {
    let read = Problem::read(text.as_bytes());
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let known = payloads::problem();
    let place = |name: &str, kind| Place { path: name.to_owned(), kind };
    let mut unknowns = Vec::new();
    if let (Value::Object(members), Some(known)) = (&value, known.pointer("/properties").and_then(Value::as_object)) {
        for (name, member) in members {
            let expected = known.get(name).map(|schema| schema.to_string());
            match (expected, member) {
                (None, _) => unknowns.push(place(name, UnknownKind::Member)),
                (Some(kinds), Value::Number(_)) if kinds.contains("integer") => {}
                (Some(_), Value::String(_)) => {}
                (Some(_), _) => unknowns.push(place(name, UnknownKind::Shape)),
            }
        }
    }
    if read == Problem::default() && !text.trim().is_empty() {
        unknowns.push(place("", UnknownKind::Shape));
    }
    Ok(Reading { unknowns, written: value, kept: true })
}

#[cfg(test)]
mod tests {
    use super::{ALL, Kind, Place, UnknownKind};

    fn places(kind: &str, text: &str) -> Vec<Place> {
        Kind::named(kind).unwrap().read(text.as_bytes()).unwrap().unknowns
    }

    #[test]
    fn a_problem_is_read_member_by_member() {
        assert_eq!(places("problem", r#"{"title":"Bad Request","status":400,"detail":"no"}"#), []);
        assert_eq!(places("problem", "<html><title>502</title></html>"), []);
        let member = Place { path: "hint".to_owned(), kind: UnknownKind::Member };
        assert_eq!(places("problem", r#"{"message":"no","hint":"yes"}"#), [member]);
        assert_eq!(places("problem", "[1]").len(), 1);
    }

    #[test]
    fn names_are_unique_and_an_unknown_one_is_refused() {
        for kind in ALL {
            assert_eq!(ALL.iter().filter(|other| other.name == kind.name).count(), 1, "{}", kind.name);
        }
        assert!(Kind::named("detail").is_err());
    }
}
