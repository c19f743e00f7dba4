//! Reading JSON members by hand, with a refusal that names the member.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The members of one object and where it stands.
pub(super) struct Fields<'a> {
    path: String,
    members: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(path: &str, members: &'a Map<String, Value>) -> Self {
        Self { path: path.to_owned(), members }
    }

    /// A value as an object.
    pub(super) fn of(path: &str, value: &'a Value) -> Result<Self, String> {
        let members = value.as_object().ok_or_else(|| format!("{path}: must be an object"))?;
        Ok(Self::new(path, members))
    }

    /// The full name of a member.
    pub(super) fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// A member; `null` counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn object(&self, name: &str) -> Result<Self, String> {
        self.optional_object(name)?.ok_or_else(|| format!("{}: is required", self.at(name)))
    }

    pub(super) fn optional_object(&self, name: &str) -> Result<Option<Self>, String> {
        self.get(name).map(|value| Self::of(&self.at(name), value)).transpose()
    }

    /// Text of 1 to so many characters.
    pub(super) fn text(&self, name: &str, most: usize) -> Result<Option<String>, String> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let at = self.at(name);
        let text = value.as_str().ok_or_else(|| format!("{at}: must be a string"))?;
        if text.is_empty() {
            return Err(format!("{at}: must not be empty"));
        }
        if text.chars().count() > most {
            return Err(format!("{at}: has more than {most} characters"));
        }
        Ok(Some(text.to_owned()))
    }

    /// The text, or a number as text.
    pub(super) fn text_or_number(&self, name: &str) -> Result<Option<String>, String> {
        match self.get(name) {
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            _ => self.text(name, usize::MAX),
        }
    }

    /// A list of texts.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<&'a str>, String> {
        let refuse = || format!("{}: must be a list of strings", self.at(name));
        let Some(value) = self.get(name) else { return Ok(Vec::new()) };
        let list = value.as_array().ok_or_else(refuse)?;
        list.iter().map(|item| item.as_str().ok_or_else(refuse)).collect()
    }

    /// Every member is text.
    pub(super) fn all_text(&self) -> Result<BTreeMap<String, String>, String> {
        let text = |(name, value): (&String, &Value)| match value.as_str() {
            Some(text) => Ok((name.clone(), text.to_owned())),
            None => Err(format!("{}: must be a string", self.at(name))),
        };
        self.members.iter().map(text).collect()
    }
}
