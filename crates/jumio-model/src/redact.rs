//! What `Debug` shows in place of personal data, and how remote text is made fit for a line of a log.

use std::fmt;

/// Shows that a text is there and how long it is, and nothing of it.
pub(crate) struct Silent<'a>(pub(crate) &'a str);

impl fmt::Debug for Silent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…({} chars)", self.0.chars().count())
    }
}

/// Shows that an optional value is there, and nothing of it.
pub(crate) struct Present(pub(crate) bool);

impl fmt::Debug for Present {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 { "Some(…)" } else { "None" })
    }
}

/// Shows which members of a value are there, and nothing of what they hold. The names are the type's own.
pub(crate) fn members<T: serde::Serialize>(f: &mut fmt::Formatter<'_>, name: &str, value: &T) -> fmt::Result {
    let mut shown = f.debug_struct(name);
    if let Ok(serde_json::Value::Object(members)) = serde_json::to_value(value) {
        for member in members.keys() {
            shown.field(member, &format_args!("…"));
        }
    }
    shown.finish()
}

/// `Debug` by [`members`].
macro_rules! silent {
    ( $( $name:ident )+ ) => { $(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::redact::members(f, stringify!($name), self)
            }
        }
    )+ };
}

pub(crate) use silent;

const LONGEST_LINE: usize = 300;

/// Makes remote text safe to print in one line: no control or bidirectional characters, so that it can forge no line;
/// no query of a URL and nothing that looks like a JWT, since a validation error may echo the request (protocol trap 25);
/// at most 300 characters.
pub(crate) fn one_line(text: &str) -> String {
    let mut out = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(without_secrets(word).chars().filter(|c| !is_bidi(*c)));
        if out.len() > 4 * LONGEST_LINE {
            break;
        }
    }
    match out.char_indices().nth(LONGEST_LINE) {
        Some((at, _)) => {
            out.truncate(at);
            out.push('…');
            out
        }
        None => out,
    }
}

// A URL may carry a key in its path as well as in its query: only scheme and host are kept.
fn without_secrets(word: &str) -> String {
    let mut word = word.to_owned();
    if let Some(scheme) = word.find("://") {
        let after = scheme + "://".len();
        let end = word.get(after..).and_then(|rest| rest.find(['/', '?', '#'])).map(|at| after + at);
        if let Some(end) = end {
            word.truncate(end);
            word.push_str("/…");
        }
    }
    // A URL without its scheme, or one whose query holds another.
    if let Some(query) = word.find('?').filter(|query| word.len() > query + 1) {
        word.truncate(query);
        word.push_str("?…");
    }
    // A URL that is a parameter of another is written so.
    if let Some(encoded) = word.to_ascii_lowercase().find("%3a%2f%2f") {
        word.truncate(encoded);
        word.push_str("://…");
    }
    if let Some(at) = word.find("eyJ") {
        word.truncate(at);
        word.push('…');
    }
    word
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn remote_text_becomes_one_harmless_line() {
        let cases = [
            ("Bad Request", "Bad Request"),
            ("a\r\nERROR forged", "a ERROR forged"),
            ("\u{1b}[31mred", "[31mred"),
            ("abc\u{202e}cba", "abccba"),
            ("callbackUrl https://a.example/cb?token=secret is bad", "callbackUrl https://a.example/… is bad"),
            ("https://a.example/secret-key", "https://a.example/…"),
            ("see x?u=https://a.example/?token=SECRET", "see x?…"),
            ("a.example/cb?token=SECRET is bad", "a.example/cb?… is bad"),
            ("u=https%3A%2F%2Fa.example%2Fcb%3Ftoken%3DSECRET", "u=https://…"),
            ("is that so? yes", "is that so? yes"),
            ("token eyJhbGciOiJIUzUxMiJ9.x.y refused", "token … refused"),
        ];
        for (text, expected) in cases {
            assert_eq!(one_line(text), expected);
        }
        assert_eq!(one_line(&"x".repeat(5000)).chars().count(), 301);
    }
}
