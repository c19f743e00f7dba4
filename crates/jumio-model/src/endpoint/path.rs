//! Rendering a path template. Arguments are percent-encoded, so an id can never leave its segment.

use std::fmt::Write;

use super::RequestError;
use crate::host::{self, RESERVED};

/// The path below a base's own.
pub(super) fn render(prefix: &str, template: &'static str, arguments: &[&str]) -> Result<String, RequestError> {
    let mut path =
        String::with_capacity(prefix.len() + template.len() + arguments.iter().map(|text| text.len()).sum::<usize>());
    path.push_str(prefix);
    let mut arguments = arguments.iter();
    let mut rest = template;
    while let Some((before, after)) = split(rest, b'{') {
        let (name, after) = split(after, b'}').unwrap_or((after, ""));
        let argument = *arguments.next().unwrap_or(&"");
        if matches!(argument, "" | "." | "..") {
            return Err(RequestError::PathArgument { name });
        }
        path.push_str(before);
        encode(&mut path, argument);
        rest = after;
    }
    path.push_str(rest);
    Ok(path)
}

/// `split_once`, which for texts as short as these is several times slower.
fn split(text: &'static str, at: u8) -> Option<(&'static str, &'static str)> {
    let position = text.bytes().position(|byte| byte == at)?;
    Some((text.get(..position)?, text.get(position + 1..)?))
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

    use super::render;

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
