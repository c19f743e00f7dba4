//! The two streams of the process. A closed one (`| head`) never stops the work; every line goes through [`sanitize`].

use std::io::{self, IsTerminal as _};

use serde::Serialize;

use crate::{sanitize, simulated};

/// Where lines go, and what every line of a simulation begins with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Console {
    json: bool,
    simulated: bool,
}

impl Console {
    pub(crate) fn new(json: bool, simulated: bool) -> Self {
        Self { json, simulated }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether Jumio is played, as far as that is known by now.
    pub(crate) fn is_simulated(&self) -> bool {
        self.simulated || simulated::is_seen()
    }

    /// Whether a progress display has a place to be.
    pub(crate) fn draws(&self) -> bool {
        !self.json && io::stdout().is_terminal()
    }

    /// A line of text for people; nothing with `--json`.
    pub(crate) fn line(&self, text: &str) {
        if !self.json {
            write(io::stdout().lock(), &self.marked(text));
        }
    }

    /// A warning, on stderr.
    pub(crate) fn warn(&self, text: &str) {
        write(io::stderr().lock(), &self.marked(&format!("warning: {text}")));
    }

    /// Why the command stops, on stderr.
    pub(crate) fn problem(&self, text: &str) {
        write(io::stderr().lock(), &self.marked(text));
    }

    /// The one object of `--json`.
    pub(crate) fn object(&self, value: &impl Serialize) {
        write_json(io::stdout().lock(), value);
    }

    /// With `--json`: what is needed before the object is there, on stderr.
    pub(crate) fn aside_object(&self, value: &impl Serialize) {
        write_json(io::stderr().lock(), value);
    }

    /// What every line of a simulation begins with.
    pub(crate) fn mark(&self) -> &'static str {
        if self.is_simulated() { "SIMULATED  " } else { "" }
    }

    fn marked(&self, text: &str) -> String {
        format!("{}{}", self.mark(), sanitize::line(text)).trim_end().to_owned()
    }
}

fn write(mut stream: impl io::Write, line: &str) {
    // Nobody reads any more: the flow goes on all the same, and the exit code tells.
    let _ = writeln!(stream, "{line}").and_then(|()| stream.flush());
}

fn write_json(stream: impl io::Write, value: &impl Serialize) {
    // Our own types with text keys, and a text that was read as JSON: both can be written.
    if let Ok(text) = serde_json::to_string(value) {
        write(stream, &sanitize::json(&text));
    }
}
