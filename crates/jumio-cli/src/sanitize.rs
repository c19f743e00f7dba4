//! Makes text fit for a terminal: text that came from elsewhere may hold characters that move the cursor, change colors or
//! turn the direction of writing, and so show what is not there. This is about characters, not about what a text says.

/// Whether a terminal might do something with the character instead of showing it.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// One line, in which every character that acts is written as an escape.
pub(crate) fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if acts(c) { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

/// The same JSON text with such characters escaped: the value stays the same.
pub(crate) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut units = [0; 2];
    for c in text.chars() {
        // Below the blank stand only the line breaks of the text itself: inside strings they are escaped already.
        if acts(c) && c > ' ' {
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_acts_on_the_terminal() {
        assert_eq!(super::line("Zürich – 東京"), "Zürich – 東京");
        assert_eq!(super::line("a\x1b[2Kb\r\nc\u{202e}d\u{9b}e"), "a\\u{1b}[2Kb\\r\\nc\\u{202e}d\\u{9b}e");
    }

    #[test]
    fn json_keeps_its_value() {
        let value = serde_json::json!({"label": "a\x1b[2K\u{202e}\u{9b}\u{e0041}\nZürich"});
        let text = super::json(&serde_json::to_string_pretty(&value).unwrap());
        assert!(!text.contains(['\x1b', '\u{202e}', '\u{9b}', '\u{e0041}']), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
