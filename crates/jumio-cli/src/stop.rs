//! Why the command cannot go on before or beside a flow: what happened, what to do, and the exit code. How a *flow* ended is
//! not here: that is its own ending.

use std::error::Error;

use serde::Serialize;

use crate::exit_code::Exit;

/// A reason to stop, in words for the person at the terminal. No secret and no person's data in any of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) exit: Exit,
    /// What happened; more than one where several things are wrong at once.
    pub(crate) messages: Vec<String>,
    pub(crate) what_to_do: Option<String>,
    /// The flow that it is about.
    pub(crate) flow: Option<String>,
    /// Where files are refused: which, and by which rule.
    pub(crate) refusals: Vec<RefusedFile>,
}

/// A rule that files break, for `--json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RefusedFile {
    pub(crate) files: Vec<String>,
    /// A name that does not change.
    pub(crate) rule: &'static str,
    pub(crate) limit: String,
    pub(crate) found: String,
}

impl Stop {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self::several(exit, vec![message.into()])
    }

    /// Several things are wrong at once.
    pub(crate) fn several(exit: Exit, messages: Vec<String>) -> Self {
        Self { exit, messages, what_to_do: None, flow: None, refusals: Vec::new() }
    }

    /// An option, a file or a setting that cannot be used.
    pub(crate) fn bad_input(message: impl Into<String>) -> Self {
        Self::new(Exit::BadInput, message)
    }

    /// This machine failed. The causes are part of the message.
    pub(crate) fn internal(error: &(dyn Error + 'static)) -> Self {
        Self::new(Exit::Internal, with_causes(error))
    }

    #[must_use]
    pub(crate) fn advise(mut self, what_to_do: impl Into<String>) -> Self {
        self.what_to_do = Some(what_to_do.into());
        self
    }

    #[must_use]
    pub(crate) fn about(mut self, flow: impl Into<String>) -> Self {
        self.flow = Some(flow.into());
        self
    }
}

/// An error and its causes in one line.
pub(crate) fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io;

    #[test]
    fn causes_are_told_once() {
        let inner = io::Error::other("disk full");
        let outer = jumio_flow::StoreError::unavailable("save a turn", inner);
        assert_eq!(super::with_causes(&outer), "the store could not save a turn: disk full");
    }
}
