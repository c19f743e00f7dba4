//! Rendering a path template. Arguments are percent-encoded, so an id can never leave its segment.

use std::fmt::Write;

use super::RequestError;

pub(super) fn render(template: &'static str, arguments: &[&str]) -> Result<String, RequestError> {
    let mut path = String::with_capacity(template.len() + 40 * arguments.len());
    let mut arguments = arguments.iter();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
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

fn encode(path: &mut String, argument: &str) {
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
        let path = render("/a/{x}/b/{y}", &["1/../2?q#f", "ä%"]).unwrap();
        assert_eq!(path, "/a/1%2F..%2F2%3Fq%23f/b/%C3%A4%25");
        for bad in ["", ".", ".."] {
            assert!(render("/a/{x}", &[bad]).unwrap_err().to_string().contains("`x`"));
        }
        assert!(render("/a/{x}/{y}", &["only one"]).is_err());
    }

    proptest! {
        #[test]
        fn no_text_leaves_its_segment(text in "\\PC{1,40}") {
            prop_assume!(text != "." && text != "..");
            let path = render("/a/{x}/b", &[&text]).unwrap();
            prop_assert_eq!(path.split('/').count(), 4);
            prop_assert!(!path.contains(['?', '#', '\\', ' ']));
        }
    }
}
