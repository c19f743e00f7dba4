//! What `Debug` shows in place of personal data, and how remote text is made fit for a line of a log.

mod names;

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
    // Of what is no struct, nothing: `Debug` that fails ends whoever logs.
    for member in value.serialize(names::Names).unwrap_or_default() {
        shown.field(member, &format_args!("…"));
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

/// A word in which no break comes for so long, and which has a digit, is more likely a key than a name.
const LONGEST_WORD: usize = 32;

/// Makes remote names (hosts, members) safe to print in one line: no control characters and none that cannot be seen, so that
/// they can forge no line; no query of a URL and nothing that looks like a JWT; at most 300 characters.
pub(crate) fn one_line(text: &str) -> String {
    line(text, str::to_owned)
}

/// Makes what a service says safe to print: as [`one_line`], and without long unbroken words, since a validation error may echo
/// the request and a key in it (protocol trap 25). An id in the form of a UUID stays.
pub(crate) fn prose(text: &str) -> String {
    line(text, without_keys)
}

fn line(text: &str, without: fn(&str) -> String) -> String {
    // First of all, since one in the middle of a token would hide it.
    let text: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let mut out = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out += &without(&without_secrets(word));
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

/// Replaces every stretch without a break that is as long as keys are.
fn without_keys(word: &str) -> String {
    let unbroken = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '/' | '=' | '~');
    let mut out = String::new();
    let mut rest = word;
    while !rest.is_empty() {
        let (stretch, after) = rest.split_at(rest.find(|c| !unbroken(c)).unwrap_or(rest.len()));
        out += if is_key(stretch) { "…" } else { stretch };
        let (breaks, after) = after.split_at(after.find(unbroken).unwrap_or(after.len()));
        out += breaks;
        rest = after;
    }
    out
}

/// Names of errors are long, too, and hardly have a digit.
fn is_key(stretch: &str) -> bool {
    let long = stretch.len() >= LONGEST_WORD && stretch.bytes().any(|byte| byte.is_ascii_digit());
    (long || stretch.len() >= 2 * LONGEST_WORD) && !is_uuid(stretch)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Characters that change the direction of a line, or that nobody sees.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::{one_line, prose};

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
            ("token e\u{200e}y\u{61c}J\u{200b}hbGciOiJIUzUxMiJ9.x.y", "token …"),
        ];
        for (text, expected) in cases {
            assert_eq!(one_line(text), expected);
        }
        assert_eq!(one_line(&"x".repeat(5000)).chars().count(), 301);
    }

    #[test]
    fn what_a_service_says_has_no_key_in_it() {
        let cases = [
            ("secret 'hT7aa0b1c2d3e4f5a6b7c8d9e0f1a2b3' is wrong", "secret '…' is wrong"),
            ("client_id=q8/Zk+0aQ1b2C3d4E5f6G7h8I9j0K1l2==", "…"),
            (
                "id 0b1c2d3e-4f5a-6b7c-8d9e-0f1a2b3c4d5e is unknown",
                "id 0b1c2d3e-4f5a-6b7c-8d9e-0f1a2b3c4d5e is unknown",
            ),
            ("WORKFLOW_EXECUTION_IN_INVALID_STATE", "WORKFLOW_EXECUTION_IN_INVALID_STATE"),
            (
                "workflowExecution.credentials[0].api.workflowExecution",
                "workflowExecution.credentials[0].api.workflowExecution",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(prose(text), expected);
        }
        assert_eq!(prose(&"x".repeat(64)), "…");
        // A name is no secret, however long it is.
        let host = "kyc-01-platform-of-a-very-large-bank-in-europe.example";
        assert_eq!(one_line(host), host);
    }
}
