//! Compares what a command prints with what a document shows.
//!
//! Every line of the document must come in the output, in the document's order; other lines may stand between. `…`
//! stands for any text, for what differs from run to run: ids, times, ports.

/// The lines still to come.
pub(super) struct Expectation {
    lines: Vec<String>,
    next: usize,
}

impl Expectation {
    /// The block as the document shows it. Empty lines and lines that are only `…` say nothing.
    pub(super) fn new(block: &str) -> Self {
        let lines = block.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "…");
        Self { lines: lines.map(str::to_owned).collect(), next: 0 }
    }

    /// Takes one line of output.
    pub(super) fn saw(&mut self, line: &str) {
        if self.missing().is_some_and(|pattern| matches(pattern, line.trim())) {
            self.next += 1;
        }
    }

    /// The first line that has not come.
    pub(super) fn missing(&self) -> Option<&str> {
        self.lines.get(self.next).map(String::as_str)
    }

    /// How many lines there are.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }
}

/// Whether the text is the pattern, `…` standing for any text, none included.
fn matches(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('…');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece).and_then(|at| rest.get(at + piece.len()..)) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{Expectation, matches};

    #[test]
    fn the_wildcard_stands_for_any_text() {
        assert!(matches("token … ok", "token 3f ok"));
        assert!(matches("… at …:…", "sent at 127.0.0.1:80"));
        assert!(matches("a…", "a"));
        assert!(!matches("a…a", "a"));
        assert!(!matches("plain", "plainer"));
        assert!(!matches("token … ok", "token 3f failed"));
    }

    #[test]
    fn lines_must_come_in_order() {
        let mut expected = Expectation::new("one\n\n…\ntwo …\n");
        assert_eq!(expected.len(), 2);
        expected.saw("two early");
        assert_eq!(expected.missing(), Some("one"));
        for line in ["noise", "  one", "between", "two late"] {
            expected.saw(line);
        }
        assert_eq!(expected.missing(), None);
    }
}
