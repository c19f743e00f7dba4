//! Reading JSON with an error that names the place. Not a JSON library: serde_json does the work.
//!
//! The readers of a type are as much code as all the rest of this crate. So every function that reads one is `#[inline]`,
//! which makes it compile where it is called and only there: nobody reads all types.

mod whole;

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeOwned, IgnoredAny};

use crate::redact::one_line;

pub(crate) use whole::WHOLE;
use whole::Whole;

/// Reads a received body.
///
/// The body is checked for UTF-8 once and then read as text, which is faster than checking every string by itself.
///
/// # Errors
///
/// [`ReadError`] says where in the document (JSON path) and at which line and column reading failed, and why. It never
/// quotes a value from the document.
///
/// ```
/// use jumio_model::TokenReply;
///
/// let error = jumio_model::from_slice::<TokenReply>(br#"{"expires_in": 3600}"#).unwrap_err();
/// assert!(error.to_string().contains("access_token"));
/// ```
pub fn from_slice<T: DeserializeOwned>(body: &[u8]) -> Result<T, ReadError> {
    let text = std::str::from_utf8(body).map_err(|error| ReadError {
        path: String::new(),
        line: 0,
        column: 0,
        reason: Reason::NotUtf8 { valid_up_to: error.valid_up_to() },
    })?;
    from_str(text)
}

pub(crate) fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, ReadError> {
    match if_readable(text) {
        Some(value) => Ok(value),
        None => from_str_with_path(text),
    }
}

/// As [`from_str`], for whoever does not ask why not: the code that finds the place is not made for such a type.
pub(crate) fn if_readable<T: DeserializeOwned>(text: &str) -> Option<T> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = T::deserialize(Whole::new(text, &mut json, &Cell::new(false))).ok()?;
    json.end().is_ok().then_some(value)
}

// Keeping track of the path costs as much as reading, so it is done only for a text that is known to fail.
#[cold]
fn from_str_with_path<T: DeserializeOwned>(text: &str) -> Result<T, ReadError> {
    let mut json = serde_json::Deserializer::from_str(text);
    let handed_over = Cell::new(false);
    let value = serde_path_to_error::deserialize(Whole::new(text, &mut json, &handed_over)).map_err(|error| {
        let mut error = ReadError::new(whole::path(error.path(), handed_over.get()), error.inner());
        // What is JSON and cannot be taken (a list of more elements than a type has members, a number beyond all range) is
        // bad syntax to the parser.
        if error.reason == Reason::NotJson && serde_json::from_str::<IgnoredAny>(text).is_ok() {
            error.reason = Reason::WrongShape;
        }
        error
    })?;
    json.end().map_err(|error| ReadError::new(String::new(), &error))?;
    Ok(value)
}

/// A body that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    path: String,
    line: usize,
    column: usize,
    reason: Reason,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    NotUtf8 { valid_up_to: usize },
    NotJson,
    Ends,
    MissingMember(String),
    DoubleMember(String),
    WrongShape,
}

impl ReadError {
    fn new(path: String, error: &serde_json::Error) -> Self {
        use serde_json::error::Category;
        let reason = match error.classify() {
            Category::Syntax | Category::Io => Reason::NotJson,
            Category::Eof => Reason::Ends,
            Category::Data => Self::data(&error.to_string()),
        };
        Self { path, line: error.line(), column: error.column(), reason }
    }

    // serde's text may quote the value that was found, which may be somebody's name: only the member's name is taken over.
    fn data(text: &str) -> Reason {
        let named = |prefix| Some(text.strip_prefix(prefix)?.split('`').next()?.to_owned());
        let missing = named("missing field `").map(Reason::MissingMember);
        missing.or_else(|| named("duplicate field `").map(Reason::DoubleMember)).unwrap_or(Reason::WrongShape)
    }

    /// The JSON path of the place, such as `workflowExecution.credentials[1].api`; empty for the document itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Line of the place in the text, from 1; 0 where the text was not looked at.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Column of the place in the text, from 1; 0 where the text was not looked at.
    pub fn column(&self) -> usize {
        self.column
    }

    /// Whether the body is not JSON at all (an HTML page of a gateway, a cut text), as opposed to JSON of another shape.
    pub fn is_not_json(&self) -> bool {
        matches!(self.reason, Reason::NotUtf8 { .. } | Reason::NotJson | Reason::Ends)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::NotUtf8 { valid_up_to } => write!(f, "not UTF-8 text after byte {valid_up_to}")?,
            Reason::NotJson => write!(f, "not JSON")?,
            Reason::Ends => write!(f, "JSON that ends too early")?,
            Reason::MissingMember(name) => write!(f, "member `{}` is missing", one_line(name))?,
            Reason::DoubleMember(name) => write!(f, "member `{}` comes twice", one_line(name))?,
            Reason::WrongShape => write!(f, "a value of another kind than documented")?,
        }
        if !self.path.is_empty() {
            // The names in it are the sender's.
            write!(f, " at `{}`", one_line(&self.path))?;
        }
        if self.line > 0 {
            write!(f, " (line {}, column {})", self.line, self.column)?;
        }
        Ok(())
    }
}

impl std::error::Error for ReadError {}
