//! Reading the tables of a scenario file: each value as what it must be, with an error that names file, line and key, and
//! no key that nobody asked for.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use serde::de::{DeserializeOwned, IntoDeserializer as _};
use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ScenarioError;
use crate::duration;

/// A file and its text.
pub(super) struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl<'a> Source<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text }
    }

    fn line(&self, at: usize) -> usize {
        self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
    }

    pub(super) fn syntax(&self, error: &toml::de::Error) -> ScenarioError {
        ScenarioError::Syntax {
            file: self.file.to_owned(),
            line: self.line(error.span().map_or(0, |span| span.start)),
            problem: error.message().to_owned(),
        }
    }
}

/// A table of a scenario file.
pub(crate) struct Section<'a> {
    source: &'a Source<'a>,
    path: String,
    at: Range<usize>,
    table: &'a DeTable<'a>,
    /// The keys that somebody asked for.
    known: RefCell<BTreeSet<String>>,
}

impl<'a> Section<'a> {
    pub(super) fn root(source: &'a Source<'a>, table: &'a DeTable<'a>) -> Self {
        Self { source, path: String::new(), at: 0..0, table, known: RefCell::default() }
    }

    /// The keys, in the order of the alphabet.
    pub(crate) fn names(&self) -> Vec<&'a str> {
        self.table.keys().map(|key| key.get_ref().as_ref()).collect()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }

    /// An error about a key of this table; about the table where it has no such key.
    pub(crate) fn problem(&self, name: &str, problem: impl Into<String>) -> ScenarioError {
        let at = self.table.get_key_value(name).map_or(self.at.start, |(key, _)| key.span().start);
        ScenarioError::Key {
            file: self.source.file.to_owned(),
            line: self.source.line(at),
            key: self.key(name),
            problem: problem.into(),
        }
    }

    fn key(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn get(&self, name: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.borrow_mut().insert(name.to_owned());
        self.table.get(name)
    }

    fn as_what<T>(
        &self,
        name: &str,
        what: &str,
        read: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Result<Option<T>, ScenarioError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match read(value.get_ref()) {
            Some(read) => Ok(Some(read)),
            None => Err(self.problem(name, format!("must be {what}"))),
        }
    }

    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, ScenarioError> {
        self.as_what(name, "a string", |value| value.as_str().map(str::to_owned))
    }

    pub(crate) fn required_text(&self, name: &str) -> Result<String, ScenarioError> {
        self.text(name)?.ok_or_else(|| self.problem(name, "is required"))
    }

    pub(crate) fn texts(&self, name: &str) -> Result<Vec<String>, ScenarioError> {
        let read = |value: &DeValue<'_>| {
            value.as_array()?.iter().map(|text| text.get_ref().as_str().map(str::to_owned)).collect()
        };
        Ok(self.as_what(name, "a list of strings", read)?.unwrap_or_default())
    }

    pub(crate) fn number(&self, name: &str) -> Result<Option<f64>, ScenarioError> {
        self.as_what(name, "a number", |value| json(value)?.as_f64())
    }

    pub(crate) fn duration(&self, name: &str) -> Result<Option<Duration>, ScenarioError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        duration::read(&text).map(Some).map_err(|problem| self.problem(name, problem))
    }

    /// A table as JSON.
    pub(crate) fn members(&self, name: &str) -> Result<Option<Map<String, Value>>, ScenarioError> {
        self.as_what(name, "a table of values that JSON has", |value| match json(value)? {
            Value::Object(members) => Some(members),
            _ => None,
        })
    }

    pub(crate) fn section(&self, name: &str) -> Result<Option<Section<'a>>, ScenarioError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let table = value.get_ref().as_table().ok_or_else(|| self.problem(name, "must be a table"))?;
        Ok(Some(self.inner(self.key(name), value.span(), table)))
    }

    /// The table as a value that reads itself, and says by itself what is wrong.
    pub(crate) fn whole<T: DeserializeOwned>(&self) -> Result<T, ScenarioError> {
        let table = Spanned::new(self.at.clone(), DeValue::Table(self.table.clone()));
        T::deserialize(table.into_deserializer()).map_err(|error| {
            let at = error.span().map_or(self.at.start, |span| span.start);
            ScenarioError::Key {
                file: self.source.file.to_owned(),
                line: self.source.line(at),
                key: key_at(self.table, at, &self.path).unwrap_or_else(|| self.path.clone()),
                problem: error.message().to_owned(),
            }
        })
    }

    /// A list of tables, as `[[name]]` writes it.
    pub(crate) fn sections(&self, name: &str) -> Result<Vec<Section<'a>>, ScenarioError> {
        let Some(value) = self.get(name) else { return Ok(Vec::new()) };
        let tables = || {
            let elements = value.get_ref().as_array()?.iter().enumerate();
            elements
                .map(|(index, element)| {
                    let table = element.get_ref().as_table()?;
                    Some(self.inner(format!("{}[{index}]", self.key(name)), element.span(), table))
                })
                .collect::<Option<Vec<_>>>()
        };
        tables().ok_or_else(|| self.problem(name, format!("must be a list of tables, each [[{}]]", self.key(name))))
    }

    fn inner(&self, path: String, at: Range<usize>, table: &'a DeTable<'a>) -> Section<'a> {
        Section { source: self.source, path, at, table, known: RefCell::default() }
    }

    /// Refuses the keys that nobody asked for.
    pub(crate) fn finish(&self) -> Result<(), ScenarioError> {
        let known = self.known.borrow();
        match self.names().into_iter().find(|name| !known.contains(*name)) {
            None => Ok(()),
            Some(name) => {
                let known = known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                Err(self.problem(name, format!("is unknown here; there are {known}")))
            }
        }
    }
}

/// The name of what stands at this place of the text, below the name of the table.
fn key_at(table: &DeTable<'_>, at: usize, path: &str) -> Option<String> {
    table.iter().find_map(|(name, value)| {
        let path = format!("{path}.{}", name.get_ref());
        // First what is inside: a table below a header of its own may stand outside of the table that it belongs to.
        let inner = value.get_ref().as_table().and_then(|inner| key_at(inner, at, &path));
        inner.or_else(|| (name.span().contains(&at) || value.span().contains(&at)).then_some(path))
    })
}

/// A value as JSON; nothing where JSON has no such number.
fn json(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::String(text.as_ref().to_owned()),
        DeValue::Integer(number) => Value::from(i64::from_str_radix(number.as_str(), number.radix()).ok()?),
        DeValue::Float(number) => Value::Number(Number::from_f64(number.as_str().parse().ok()?)?),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(time) => Value::String(time.to_string()),
        DeValue::Array(elements) => {
            Value::Array(elements.iter().map(|element| json(element.get_ref())).collect::<Option<_>>()?)
        }
        DeValue::Table(members) => {
            let member = |(name, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
                let name: &std::borrow::Cow<'_, str> = name.get_ref();
                Some((name.as_ref().to_owned(), json(value.get_ref())?))
            };
            Value::Object(members.iter().map(member).collect::<Option<_>>()?)
        }
    })
}
