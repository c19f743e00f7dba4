//! Rendering a path template. Arguments are percent-encoded, so an id can never leave its segment.

use std::fmt::Write;

use super::RequestError;
use super::target::MOST;
use crate::host::{self, RESERVED};

/// A path with places for arguments, such as `/a/{x}/b`, taken apart while its endpoint is compiled.
#[derive(Clone, Copy)]
pub(super) struct Template {
    length: usize,
    /// What stands before each argument, and the argument's name.
    places: [(&'static str, &'static str); MOST],
    count: usize,
    after: &'static str,
}

impl Template {
    /// Does not compile where a brace stands alone, where there are more than four arguments, and where a character would have to be
    /// encoded.
    pub(super) const fn of(text: &'static str) -> Self {
        assert!(host::is_plain_constant(text), "a template has only what stands in a URL as it is");
        let mut template = Self { length: text.len(), places: [("", ""); MOST], count: 0, after: text };
        while let Some(open) = find(template.after, b'{') {
            let (before, after) = template.after.split_at(open);
            let close = find(after, b'}');
            assert!(close.is_some(), "a template closes its braces");
            let Some(close) = close else { break };
            let (name, after) = after.split_at(close);
            assert!(template.count < MOST, "a template has at most four arguments");
            #[expect(clippy::indexing_slicing, reason = "const, and asserted")]
            {
                template.places[template.count] = (before, name.split_at(1).1);
            }
            template.length -= name.len() + 1;
            template.count += 1;
            template.after = after.split_at(1).1;
        }
        template
    }

    /// The path below a base's own.
    pub(super) fn render(&self, prefix: &str, arguments: &[&str]) -> Result<String, RequestError> {
        let length = arguments.iter().map(|text| text.len()).sum::<usize>();
        let mut path = String::with_capacity(prefix.len() + self.length + length);
        path.push_str(prefix);
        let mut arguments = arguments.iter();
        for (before, name) in self.places.iter().take(self.count) {
            let argument = *arguments.next().unwrap_or(&"");
            if matches!(argument, "" | "." | "..") {
                return Err(RequestError::PathArgument { name });
            }
            path.push_str(before);
            encode(&mut path, argument);
        }
        path.push_str(self.after);
        Ok(path)
    }
}

const fn find(text: &str, wanted: u8) -> Option<usize> {
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        if *byte == wanted {
            return Some(text.len() - rest.len());
        }
        rest = after;
    }
    None
}

fn encode(path: &mut String, argument: &str) {
    // Ids need no encoding.
    if host::kinds_in(argument) & RESERVED == 0 {
        path.push_str(argument);
        return;
    }
    for byte in argument.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            path.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(path, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{RequestError, Template};

    fn render(prefix: &str, template: &'static str, arguments: &[&str]) -> Result<String, RequestError> {
        Template::of(template).render(prefix, arguments)
    }

    #[test]
    fn arguments_stay_in_their_segment() {
        let path = render("", "/a/{x}/b/{y}", &["1/../2?q#f", "ä%"]).unwrap();
        assert_eq!(path, "/a/1%2F..%2F2%3Fq%23f/b/%C3%A4%25");
        for bad in ["", ".", ".."] {
            assert!(render("", "/a/{x}", &[bad]).unwrap_err().to_string().contains("`x`"));
        }
        assert!(render("", "/a/{x}/{y}", &["only one"]).is_err());
        assert_eq!(render("/base", "/a", &[]).unwrap(), "/base/a");
    }

    /// What a server makes of a segment.
    fn decoded(segment: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = segment;
        while let Some((before, after)) = rest.split_once('%') {
            bytes.extend_from_slice(before.as_bytes());
            let (code, after) = after.split_at(2);
            bytes.push(u8::from_str_radix(code, 16).unwrap());
            rest = after;
        }
        bytes.extend_from_slice(rest.as_bytes());
        String::from_utf8(bytes).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        /// Proves S6.
        #[test]
        fn no_text_leaves_its_segment(text in "\\PC{1,40}|[./\\\\?#%;:@2eEfF5cC\r\n]{1,12}") {
            prop_assume!(text != "." && text != "..");
            let path = render("", "/a/{x}/b", &[&text]).unwrap();
            let segment = path.strip_prefix("/a/").and_then(|rest| rest.strip_suffix("/b")).unwrap();
            prop_assert!(segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~%".contains(&byte)));
            prop_assert!(segment != "." && segment != "..");
            prop_assert_eq!(decoded(segment), text);
        }
    }
}
