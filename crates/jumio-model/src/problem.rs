//! What Jumio says when it refuses, in every shape that has been seen (protocol 9.1).

use std::fmt;

use serde_json::Value;

use crate::redact::prose;

/// The service's own words about a refusal, made fit to print: one line each, no URL queries, no tokens (protocol 9.1).
///
/// How sure: `title`, `detail` and `status` are documented and seen, `message` was read out of the web client's code;
/// the body of a refused token is documented nowhere, so OAuth2's form is assumed.
///
/// Read from JSON with `title`, `detail`, `status`, with `message`, or with OAuth2's `error` and `error_description`; from a
/// gateway's HTML page; or from nothing at all. Any other text may be the request's own, echoed or cut off in the middle of a
/// person's data: of that only the length is told. [`Refused::preview`](crate::endpoint::Refused::preview) shows it to whoever
/// looks into one case.
///
/// ```
/// use jumio_model::Problem;
///
/// let problem = Problem::read(br#"{"title":"Too Many Requests","status":429,"detail":"Request limit exceeded"}"#);
/// assert_eq!(problem.to_string(), "Too Many Requests: Request limit exceeded");
/// assert_eq!(Problem::read(b"").to_string(), "no reason given");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The short form: `title`, `error`, or an HTML page's title.
    pub title: Option<String>,
    /// The long form: `detail`, `message` or `error_description`.
    pub detail: Option<String>,
    /// The status as the body has it (`status`); the response's own is the one that counts.
    pub status: Option<u16>,
    /// What kind of problem (`type`): seen, with no word on its values (vocabulary 10.2).
    pub kind: Option<String>,
    /// How many characters there are where the body is another text than JSON with members or a page.
    pub unshown: Option<usize>,
}

impl Problem {
    /// Reads a refused reply's body. Never fails: what cannot be read gives an empty problem.
    pub fn read(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let text = text.trim();
        match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(members)) => {
                let first = |names: &[&str]| {
                    let found = names.iter().find_map(|name| members.get(*name)?.as_str());
                    found.map(prose).filter(|line| !line.is_empty())
                };
                let status = members.get("status").and_then(|status| match status {
                    Value::String(text) => text.trim().parse().ok(),
                    other => other.as_u64().and_then(|status| u16::try_from(status).ok()),
                });
                Self {
                    title: first(&["title", "error"]),
                    detail: first(&["detail", "message", "error_description"]),
                    status,
                    kind: first(&["type"]),
                    unshown: None,
                }
            }
            Ok(Value::String(text)) => Self::unshown(text.trim()),
            Ok(_) => Self::default(),
            Err(_) if text.starts_with('<') => Self { title: html_title(text), ..Self::default() },
            Err(_) => Self::unshown(text),
        }
    }

    fn unshown(text: &str) -> Self {
        Self { unshown: Some(text.chars().count()).filter(|length| *length > 0), ..Self::default() }
    }
}

fn html_title(page: &str) -> Option<String> {
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title>")? + "<title>".len();
    let end = start + lower.get(start..)?.find("</title>")?;
    Some(prose(page.get(start..end)?)).filter(|line| !line.is_empty())
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.title, &self.detail, self.unshown) {
            (Some(title), Some(detail), _) => write!(f, "{title}: {detail}"),
            (Some(text), None, _) | (None, Some(text), _) => f.write_str(text),
            (None, None, Some(length)) => write!(f, "no problem's JSON but {length} characters of text, not shown"),
            (None, None, None) => f.write_str("no reason given"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Problem;

    #[test]
    fn every_shape_that_has_been_seen() {
        let cases: &[(&str, &str)] = &[
            (
                r#"{"title":"Unauthorized","status":401,"detail":"The provided credentials are invalid"}"#,
                "Unauthorized: The provided credentials are invalid",
            ),
            (r#"{"message":"Credentials in invalid state."}"#, "Credentials in invalid state."),
            (r#"{"detail":"Method not allowed"}"#, "Method not allowed"),
            (r#"{"error":"invalid_client"}"#, "invalid_client"),
            (r#"{"error":"invalid_request","error_description":"grant_type"}"#, "invalid_request: grant_type"),
            ("<html><head><TITLE>502 Bad\nGateway</TITLE></head></html>", "502 Bad Gateway"),
            ("<html>", "no reason given"),
            ("upstream connect error", "no problem's JSON but 22 characters of text, not shown"),
            ("[1]", "no reason given"),
            ("", "no reason given"),
            (r#"{"title":7,"detail":null}"#, "no reason given"),
        ];
        for (body, expected) in cases {
            assert_eq!(Problem::read(body.as_bytes()).to_string(), *expected, "{body}");
        }
        assert_eq!(Problem::read(&[0xff, 0xfe]).unshown, Some(2));
    }

    /// Proves P4.
    #[test]
    fn a_text_that_may_be_the_requests_own_is_not_shown() {
        for echo in [
            r#"{"firstName":"CANARY","dateOfBirth":"1990-"#,
            r#"Invalid request: {"firstName":"CANARY"}"#,
            r#""CANARY""#,
            "firstName=CANARY",
            r#"[{"firstName":"CANARY"}]"#,
            r#"{"title":"Bad Request"} CANARY"#,
        ] {
            let problem = Problem::read(echo.as_bytes());
            assert!(!format!("{problem} {problem:?}").contains("CANARY"), "{problem:?}");
        }
    }
}
